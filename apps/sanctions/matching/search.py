"""Find the entries in use that a query may mean: candidates by their keys, then a score for each."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from apps.sanctions.entries import EntryKind, ListedParty, of_body
from apps.sanctions.matching.keys import identifier_key, keys, number
from apps.sanctions.matching.names import prepare
from apps.sanctions.matching.records import POSSIBLE, Found, Query, band
from apps.sanctions.matching.scoring import ALGORITHM, compare, compare_names
from apps.sanctions.models import Entry

CANDIDATES = 50
"""So many names are compared word by word for each name that is asked for."""
MOST_FOR_ONE_QUERY = 400
SHARE = 0.2
"""A name that shares less than this of what the nearest one shares is not worth comparing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed name of an entry in use that shares keys with a query."""

    entry: UUID
    text: str
    kind: EntryKind
    countries: Sequence[str]


def search(query: Query, *, threshold: float = POSSIBLE, lists: Collection[str] | None = None) -> list[Found]:
    """Entries in use whose score is at least `threshold`, the best first; of `lists` (keys), or of all.

    An entry that two sources carry under the same list and reference is found once. Two SQL statements, the second
    only if something was found.
    """
    near = {entry for entry, value in _near(query, lists).items() if value >= threshold}
    if not near:
        return []
    best: dict[tuple[str, str], Found] = {}
    for row in Entry.objects.filter(id__in=near).order_by("id"):
        found = _found(query, row, of_body(row.body))
        key = (found.list_key, found.reference)
        if found.score >= threshold and (key not in best or best[key].score < found.score):
            best[key] = found
    return sorted(best.values(), key=lambda one: (-one.score, one.list_key, one.reference))


def _found(query: Query, row: Entry, party: ListedParty) -> Found:
    score = compare(query, party)
    return Found(
        entry_id=row.id,
        list_key=row.list_key,
        reference=row.reference,
        digest=row.digest,
        name=row.name,
        kind=party.kind,
        score=score.value,
        band=band(score.value),
        matched_names=score.pairs,
        features=score.features,
        algorithm=ALGORITHM,
    )


def _near(query: Query, lists: Collection[str] | None) -> dict[UUID, float]:
    """Candidates with the best score that any of their names found by keys comes to; 1 where an identifier is equal."""
    asked = [prepare(name) for name in query.names]
    best: dict[UUID, float] = defaultdict(float)
    for candidate, by_number in candidates(query, lists):
        if by_number:
            best[candidate.entry] = 1.0
            continue
        listed = prepare(candidate.text)
        for name in asked:
            value = compare_names(name, listed, query, candidate.kind, candidate.countries, told=False).value
            best[candidate.entry] = max(best[candidate.entry], value)
    return best


def candidates(query: Query, lists: Collection[str] | None = None) -> Iterator[tuple[Candidate, bool]]:
    """Listed names worth comparing, those that share most first, and whether an identifier is equal. One statement."""
    asked: dict[int, float] = {}
    for name in query.names:
        for key, weight in keys(prepare(name)).items():
            asked[number(key)] = max(weight, asked.get(number(key), 0.0))
    numbers = [number(key) for identifier in query.identifiers if (key := identifier_key(identifier.value))]
    asked.update(dict.fromkeys(numbers, _NUMBER))
    if not asked:
        return
    most = min(CANDIDATES * len(query.names), MOST_FOR_ONE_QUERY)
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES.format(lists="" if lists is None else "AND entry.list_key = ANY(%s)"),
            [list(asked), list(asked.values()), 2 * most, *([] if lists is None else [list(lists)]), most],
        )
        rows = cursor.fetchall()
        nearest = max((weight for *_, weight in rows if weight < _NUMBER), default=0.0)
        enough = SHARE * nearest / len(query.names)
        for entry, text, kind, countries, weight in rows:
            if weight < enough:
                return
            yield Candidate(entry, text, EntryKind(kind), _countries(countries)), weight >= _NUMBER


def _countries(value: object) -> Sequence[str]:
    found = json.loads(value) if isinstance(value, str) else value  # Django keeps the driver from decoding it
    return found if isinstance(found, list) else ()


_NUMBER = 1000.0
"""The weight of an equal identifier, beyond all that the words of a name come to."""
# LATERAL with OFFSET looks each key up in the index; left to itself the planner reads the whole table.
_CANDIDATES = """
WITH near AS (
    SELECT keyed.name_id, sum(asked.weight) AS weight
    FROM unnest(%s::bigint[], %s::float8[]) AS asked (key, weight)
    CROSS JOIN LATERAL (SELECT name_id FROM sanctions_namekey WHERE key = asked.key OFFSET 0) keyed
    GROUP BY keyed.name_id
    ORDER BY weight DESC, keyed.name_id
    LIMIT %s
)
SELECT entry.id, name.text, entry.kind, entry.countries, near.weight
FROM near
JOIN sanctions_entryname name ON name.id = near.name_id
JOIN sanctions_entry entry ON entry.id = name.entry_id
JOIN sanctions_listversion begun ON begun.id = entry.since_id AND begun.used_from IS NOT NULL
LEFT JOIN sanctions_listversion ended ON ended.id = entry.until_id
WHERE ended.used_from IS NULL {lists}
ORDER BY near.weight DESC, near.name_id
LIMIT %s
"""
