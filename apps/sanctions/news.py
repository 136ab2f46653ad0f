"""What happened in screening since a moment: versions of lists, matches, judgements, and what authorities did."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from apps.sanctions.models import Entry, EventStep, Judgement, ListVersion, Match

MOST = 200
"""How many of one kind are read."""


class Kind(TextChoices):
    """What may have happened."""

    MEASURE = "measure", _("Authorities' measures")
    VERSION = "version", _("Versions of lists taken into use")
    FOUND = "found", _("Entries that touch our parties: new and changed")
    GONE = "gone", _("Entries that no longer touch our parties")
    JUDGED = "judged", _("Judgements of matches")


OF_PARTIES = (Kind.FOUND, Kind.GONE, Kind.JUDGED)
"""What only those see who may read screenings."""


@dataclass(frozen=True)
class News:
    """One thing that happened; `of` is the step, version, match or judgement."""

    at: dt.datetime
    kind: str
    of: Any
    changed: bool = False
    """Of a match: whether the entry stood on the list before, in other words."""

    @property
    def pk(self) -> UUID:
        """What tells it from the others."""
        found: UUID = self.of.pk
        return found


def happened(since: dt.datetime, kinds: Collection[str]) -> tuple[list[News], bool]:
    """What happened since a moment, the newest first, and whether there was more than is read. At most 7 queries."""
    found: list[News] = []
    more = False
    for kind in kinds:
        rows = _READ[kind](since)
        more = more or len(rows) > MOST
        found += rows[:MOST]
    return sorted(found, key=lambda one: (one.at, str(one.pk)), reverse=True), more


def _steps(since: dt.datetime) -> list[News]:
    rows = EventStep.objects.filter(created_at__gte=since, taken_back_at__isnull=True).select_related("event")
    with_parties = rows.prefetch_related("event__parties").order_by("-created_at", "-id")
    return [News(step.created_at, Kind.MEASURE, step) for step in with_parties[: MOST + 1]]


def _versions(since: dt.datetime) -> list[News]:
    rows = ListVersion.objects.filter(used_from__gte=since).select_related("source").order_by("-used_from", "-id")
    return [News(row.used_from, Kind.VERSION, row) for row in rows[: MOST + 1] if row.used_from]


def _found(since: dt.datetime) -> list[News]:
    rows = Match.objects.filter(created_at__gte=since).select_related("party", "entry__since__source", "first_run")
    matches = list(rows.order_by("-created_at", "-id")[: MOST + 1])
    before = _worded_before(match.entry for match in matches)
    return [News(one.created_at, Kind.FOUND, one, _key(one.entry) in before) for one in matches]


def _worded_before(entries: Iterable[Entry]) -> set[tuple[Any, str, str]]:
    """Which entries stood on their list until the version that they came with, in other words. One query."""
    wanted = list(entries)
    rows = Entry.objects.filter(
        Q(until_id__in={one.since_id for one in wanted}), reference__in={one.reference for one in wanted}
    )
    return set(rows.values_list("until_id", "list_key", "reference"))


def _key(entry: Entry) -> tuple[Any, str, str]:
    return entry.since_id, entry.list_key, entry.reference


def _gone(since: dt.datetime) -> list[News]:
    rows = Match.objects.filter(gone_at__gte=since, state=Match.State.GONE).select_related("party", "entry__until")
    found = rows.order_by("-gone_at", "-id")[: MOST + 1]
    return [News(one.gone_at, Kind.GONE, one) for one in found if one.gone_at]


def _judged(since: dt.datetime) -> list[News]:
    rows = Judgement.objects.filter(Q(created_at__gte=since) | Q(decided_at__gte=since))
    people = rows.select_related("match__party", "match__entry", "proposed_by", "decided_by")
    found = people.order_by("-created_at", "-id")[: MOST + 1]
    return [News(one.decided_at or one.created_at, Kind.JUDGED, one) for one in found]


_READ: Mapping[str, Callable[[dt.datetime], Sequence[News]]] = {
    Kind.MEASURE: _steps,
    Kind.VERSION: _versions,
    Kind.FOUND: _found,
    Kind.GONE: _gone,
    Kind.JUDGED: _judged,
}
