"""How long published lists take from the file to being in use, how long the switch takes, and how much memory."""

import json
import os
import subprocess
import sys
import time
from typing import Any

from django.conf import settings

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.imports.knowledge.list_sources import read_list_sources
from apps.imports.lists import refreshing
from apps.sanctions.models import ListSource
from tests.bench.populating import Population
from tests.bench.rows import Row
from tests.imports.lists.test_real_files import DATA, FILES, File, delivered

LARGEST, ALL, SWITCH, MEBIBYTES = 60.0, 180.0, 1.0, 500.0
_MEASURED = """
import json, resource
import django
django.setup()
from tests.bench.lists import import_all
found = import_all()
print(json.dumps(found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def rows(population: Population) -> list[Row]:
    """Every real list that is at hand, in a process of its own, into a database that knows none of them."""
    if not DATA.exists():
        return [Row("import of published lists", "not measured: the reference data is not installed here")]
    answer = subprocess.run(
        [sys.executable, "-c", _MEASURED],
        env=dict(os.environ),
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(answer.stdout.splitlines()[-1])
    first, again = found["entries"][0], found["again"]
    return [
        _row(f"import of the US consolidated list, {first:,} entries", found["seconds"][0], LARGEST),
        _row("the same file again, nothing changed", again, LARGEST),
        _row(
            f"import of all {len(found['seconds'])} lists, {sum(found['entries']):,} entries",
            sum(found["seconds"]),
            ALL,
        ),
        _row("longest switch of them", max(found["switches"]), SWITCH),
        Row("peak memory of it", f"{found['peak']:.0f} MiB", f"< {MEBIBYTES:g} MiB", found["peak"] >= MEBIBYTES),
    ]


def _row(what: str, value: float, below: float) -> Row:
    return Row(what, f"{value:.2f} s", f"< {below:g} s", value >= below)


def import_all() -> dict[str, Any]:
    """Take each file into use; seconds, entries and seconds of the switch, in the order of the files."""
    switches: list[float] = []
    _clock("switch", switches)
    _clock("accept", switches)
    chosen = [file for file in FILES if not file.path.startswith("samples/")]
    taken = [_take(file) for file in chosen]
    return {
        "seconds": [seconds for seconds, _ in taken],
        "entries": [entries for _, entries in taken],
        "switches": switches,
        "again": _take(chosen[0])[0],
    }


def _clock(name: str, switches: list[float]) -> None:
    """Measure a step of the refresh from within."""
    step = getattr(refreshing, name)

    def clocked(**arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return step(**arguments)
        finally:
            switches.append(time.perf_counter() - begun)

    setattr(refreshing, name, clocked)


def _take(file: File) -> tuple[float, int]:
    actor, source = Actor.command("bench"), _source(file)
    begun = time.perf_counter()
    with delivered(file) as stream:
        # Some of them are older than the parties that must stand on the list today: a person would accept them.
        version = refreshing.take(
            actor=actor, source=source, content=stream, name=file.path, format=file.format, reason="Measured"
        )
    return time.perf_counter() - begun, sum(version.counts.values())


def _source(file: File) -> ListSource:
    key = file.path.rpartition("/")[2].partition(".")[0]
    known = {one["format"].rpartition("-")[0]: one["list_keys"] for one in read_list_sources()}
    list_keys = [file.list_key] if file.list_key else known[file.format.rpartition("-")[0]]
    with change(Actor.command("bench"), "bench.fill"):
        return ListSource.objects.get_or_create(
            key=key, defaults={"title": key, "format": file.format, "list_keys": list_keys}
        )[0]
