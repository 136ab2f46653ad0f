"""How quickly listed names are found and scored, beside pg_trgm and a scan with rapidfuzz: same names, same queries."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from rapidfuzz import fuzz, process

from apps.sanctions.lists.staging import ListFile, stage
from apps.sanctions.lists.switching import switch
from apps.sanctions.matching import Query, search
from apps.sanctions.matching.search import CANDIDATES, candidates
from apps.sanctions.models import Entry, EntryName, ListSource, ListVersion
from tests.bench.populating import SETUP, Population
from tests.bench.rows import Row
from tests.sanctions.lists.making import Made, a_file, a_source
from tests.sanctions.matching import held_out, real

MEDIAN, P95, RATIO, A_SECOND = 8.0, 30.0, 5.0, 250.0
EACH = 500
"""Queries of our own of each kind, for the batch."""
SCANNED = 60
"""A scan takes long: so many queries tell."""
_MEASURED = """
import sys, django
django.setup()
from tests.bench.screening import batch
batch(*map(int, sys.argv[1:]))
"""
References = set[tuple[str, str]]


@dataclass
class _Way:
    """One way to candidates: how long it took, and how often an entry that was meant was among them."""

    find: Callable[[str], Iterable[int | str]]
    milliseconds: list[float] = field(default_factory=list)
    hits: int = 0

    def take(self, text: str, wanted: References, entries: dict[int | str, tuple[str, str]]) -> None:
        begun = time.perf_counter()
        found = list(self.find(text))
        self.milliseconds.append((time.perf_counter() - begun) * 1000)
        self.hits += any(entries[one] in wanted for one in found)

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def said(self) -> str:
        return f"{self.median:.2f} ms median, recall {100 * self.hits / len(self.milliseconds):.1f} %"


def rows(population: Population) -> list[Row]:
    """Candidates by our keys, by trigrams and by a scan; whole screenings; a batch in two processes."""
    if real.missing():
        return [Row("screening against published lists", f"not measured: {real.missing()}")]
    _load()
    ours, trigrams, scan = _candidates()
    ratio = trigrams.median / ours.median
    whole = _whole()
    p95 = statistics.quantiles(whole, n=20, method="inclusive")[18]
    median, rate = statistics.median(whole), _rate()
    names = EntryName.objects.count()
    return [
        Row(f"candidates among {names:,} names by our keys", ours.said),
        Row("the same by pg_trgm, GIN", trigrams.said),
        Row("the same by rapidfuzz, all names", scan.said),
        Row("times as quick as pg_trgm", f"{ratio:.1f}", f">= {RATIO:g} at no less recall", _slower(ours, trigrams)),
        Row("one screening, median", f"{median:.1f} ms", f"< {MEDIAN:g} ms", median >= MEDIAN),
        Row("one screening, 95th percentile", f"{p95:.1f} ms", f"< {P95:g} ms", p95 >= P95),
        Row("batch, two processes", f"{rate:.0f} parties a second", f">= {A_SECOND:g}", rate < A_SECOND),
    ]


def _slower(ours: _Way, trigrams: _Way) -> bool:
    return trigrams.median / ours.median < RATIO or ours.hits < trigrams.hits


def _load() -> None:
    parties = list(real.entries())
    source = a_source("screening-bench", *sorted({party.list_key for party in parties}))
    _taken(source, a_file(), Made(parties))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sanctions_namekey, sanctions_entryname, sanctions_entry")
        cursor.execute("CREATE TEMP TABLE bench_name AS SELECT id, lower(text) AS text FROM sanctions_entryname")
        cursor.execute("CREATE INDEX ON bench_name USING gin (text gin_trgm_ops)")
        cursor.execute("ANALYZE bench_name")


def _taken(source: ListSource, file: ListFile, entries: Made) -> ListVersion:
    return switch(actor=SETUP, version=stage(actor=SETUP, source=source, file=file, entries=entries))


def _candidates() -> Sequence[_Way]:
    of_names = EntryName.objects.values_list("id", "text", "entry_id", "entry__list_key", "entry__reference")
    texts = {number: text.lower() for number, text, *_ in of_names}
    entries: dict[int | str, tuple[str, str]] = {number: (key, reference) for number, _, _, key, reference in of_names}
    entries |= {str(entry): (key, reference) for _, _, entry, key, reference in of_names}
    ours = _Way(lambda text: [str(candidate.entry) for candidate, _ in candidates(Query(name=text))])
    trigrams, scan = _Way(_by_trigrams), _Way(lambda text: _by_scan(text, texts))
    asked = [row for row in real.labelled_queries() if row["accept"]]
    for at, row in enumerate(asked):
        wanted = {(key, reference) for key, _, reference in (target.partition(":") for target in row["accept"])}
        ways = (ours, trigrams, scan) if at % (len(asked) // SCANNED) == 0 else (ours, trigrams)
        for way in ways:
            way.take(row["query"], wanted, entries)
    return ours, trigrams, scan


def _by_trigrams(text: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM bench_name WHERE text %% %s ORDER BY similarity(text, %s) DESC, id LIMIT %s",
            [text.lower(), text.lower(), CANDIDATES],
        )
        return [number for (number,) in cursor.fetchall()]


def _by_scan(text: str, texts: dict[int, str]) -> list[int]:
    return [at for _, _, at in process.extract(text.lower(), texts, scorer=fuzz.token_sort_ratio, limit=CANDIDATES)]


def _whole() -> list[float]:
    taken = []
    for row in real.labelled_queries():
        begun = time.perf_counter()
        search(Query(name=row["query"]))
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def _rate() -> float:
    """Parties a second of two processes, each half of the batch, without the time that they take to start."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _MEASURED, str(part), "2"],
            env=dict(os.environ),
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in range(2)
    ]
    found = [json.loads(one.communicate()[0].splitlines()[-1]) for one in started]
    if any(one.returncode for one in started):
        raise AssertionError("a process of the batch failed")
    return sum(number for number, _ in found) / max(seconds for _, seconds in found)


def batch(part: int, parts: int) -> None:
    """Screen every `parts`th of the names, from `part` on; print how many and how long."""
    made = held_out.made(list(real.entries()), each=EACH, seed=3)
    names = [row["query"] for row in real.labelled_queries()] + [asked.text for asked in made]
    mine = names[part::parts]
    Entry.objects.exists()
    begun = time.perf_counter()
    for name in mine:
        search(Query(name=name))
    sys.stdout.write(json.dumps([len(mine), time.perf_counter() - begun]) + "\n")
