"""A new version of a list: who is near what it brought, and who had a match on what it took away.

Only those parties are compared in full; of all others the run says that nothing changed. The other way round, all
parties against all entries, would do the same work every day for a handful of new names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from uuid import UUID

from django.db.models import Exists, OuterRef

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.sanctions.entries import ListedParty, of_body
from apps.sanctions.matching import Query, compare
from apps.sanctions.matching.keys import keys
from apps.sanctions.matching.names import prepare
from apps.sanctions.models import Entry, ListVersion, Match, PartyStanding, Screening, ScreeningRun
from apps.sanctions.screening import running
from apps.sanctions.screening.asking import asked_of
from apps.sanctions.screening.versions import usable

_AT_ONCE = 1000
_MANY = 5000
"""Entries that are new at once, as with a list's first version: then everybody is compared in full."""
_NEAREST = 40
"""How many entries are compared with one name: those that share the most with it."""


def screen_version(*, actor: Actor, version: ListVersion) -> ScreeningRun:
    """Bring every party that was compared before up to a version that was taken into use."""
    run = running.begin_run(actor=actor, reason=ScreeningRun.Reason.LIST, everybody=True, version=version)
    if Entry.objects.filter(since=version).count() > _MANY:
        return running.screen_everybody(actor=actor, run=run)
    touched = sorted(_bereft() | _near(version))
    running.compare(actor=actor, run=run, party_ids=touched)
    _cover(actor, run)
    return running.finish_run(actor=actor, run=run)


def _bereft() -> set[UUID]:
    """Parties with a match on a wording that no list in use has any more."""
    same = Entry.objects.in_use().filter(
        list_key=OuterRef("list_key"), reference=OuterRef("reference"), digest=OuterRef("entry_digest")
    )
    rows = Match.objects.exclude(state=Match.State.GONE).filter(~Exists(same))
    return set(rows.order_by().values_list("party_id", flat=True))


def _near(version: ListVersion) -> set[UUID]:
    """Parties that are near an entry which a version brought."""
    index = _Index(of_body(body) for body in Entry.objects.filter(since=version).values_list("body", flat=True))
    if not index:
        return set()
    found: set[UUID] = set()
    for batch in _thousands(running.compared_parties()):
        found.update(key for key, asked in asked_of(batch).items() if index.near(asked.query))
    return found


def _thousands(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while batch := list(islice(rest, _AT_ONCE)):
        yield batch


class _Index:
    """A few entries by the keys of their names, in memory."""

    def __init__(self, entries: Iterable[ListedParty]) -> None:
        self._entries = list(entries)
        self._places: dict[str, set[int]] = defaultdict(set)
        for place, entry in enumerate(self._entries):
            for name in entry.names:
                for key in keys(prepare(name.text)):
                    self._places[key].add(place)

    def __bool__(self) -> bool:
        return bool(self._entries)

    def near(self, query: Query) -> bool:
        """Whether an entry is at least possibly meant."""
        shared: dict[int, float] = defaultdict(float)
        for name in query.names:
            for key, weight in keys(prepare(name)).items():
                for place in self._places.get(key, ()):
                    shared[place] += weight
        nearest = sorted(shared, key=lambda place: -shared[place])[:_NEAREST]
        return any(compare(query, self._entries[place]).value >= running.THRESHOLD for place in nearest)


def _cover(actor: Actor, run: ScreeningRun) -> None:
    """All that were compared before are covered now; "nothing found" becomes unknown where the lists are too old."""
    nothing = Screening.Result.CLEAN if usable(run.lists) else Screening.Result.UNKNOWN
    others = PartyStanding.objects.exclude(run=run)
    with change(actor, "screening.cover"):
        run.parties += others.update(run=run, covered_at=run.created_at)
        quiet = PartyStanding.objects.filter(run=run, result__in=(Screening.Result.CLEAN, Screening.Result.UNKNOWN))
        quiet.exclude(result=nothing).update(result=nothing)
