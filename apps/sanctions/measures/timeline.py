"""One line of time for a party: what authorities did, since when it is on lists, which matches people confirmed."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, TextChoices
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.sanctions.models import EventStep, Judgement, RestrictedPartyList, RestrictionEvent
from apps.sanctions.selectors import events_of, listings_of, steps_of


class Kind(TextChoices):
    """What may stand in a line of time."""

    STEP = "step", _("Measure")
    LISTING = "listing", _("List")
    MATCH = "match", _("Match confirmed")


@dataclass(frozen=True)
class Point:
    """One thing on the line. `day` is when it happened, or, where nobody says, the day of its source."""

    day: dt.date | None
    exact: bool
    """Whether a source gives the day itself."""
    kind: str
    of: Any
    """The step, listing or judgement."""
    event: RestrictionEvent | None = None
    list: RestrictedPartyList | None = None


def timeline_of(
    party_ids: Collection[UUID], *, recorded: dt.datetime | None = None, matches: bool = True
) -> list[Point]:
    """What happened to parties, the newest first; at a moment `recorded` what was known here then.

    `matches`: with the matches that people confirmed. At most 6 queries.
    """
    by_key = {row.key: row for row in RestrictedPartyList.objects.all()}
    points = _steps(party_ids, recorded)
    for rows in listings_of(party_ids, recorded).values():
        points += [
            Point(row.since or row.as_of, bool(row.since), Kind.LISTING, row, list=by_key.get(row.list_key))
            for row in rows
        ]
    if matches:
        points += [
            Point(localdate(one.decided_at), True, Kind.MATCH, one, list=by_key.get(one.match.list_key))
            for one in _confirmed(party_ids, recorded)
            if one.decided_at
        ]
    return sorted(points, key=_order, reverse=True)


def _order(point: Point) -> tuple[dt.date, str]:
    return point.day or dt.date.min, str(point.of.id)


def _steps(party_ids: Collection[UUID], recorded: dt.datetime | None) -> list[Point]:
    events = {event.id: event for rows in events_of(party_ids, recorded).values() for event in rows}
    steps = steps_of(events, recorded)
    found = []
    for event in events.values():
        for step in steps.get(event.id) or [_only(event)]:
            found.append(Point(step.on or step.as_of, bool(step.on), Kind.STEP, step, event=event))
    return found


def _only(event: RestrictionEvent) -> EventStep:
    """How a measure stands that has no history, as if it were its only step."""
    copied = ("status", "state", "source_label", "source_url", "as_of")
    return EventStep(
        event=event, on=event.valid_from, note=event.status_note, **{name: getattr(event, name) for name in copied}
    )


def _confirmed(party_ids: Collection[UUID], recorded: dt.datetime | None) -> list[Judgement]:
    rows = Judgement.objects.filter(match__party_id__in=party_ids, outcome=Judgement.Outcome.SAME)
    if recorded is None:
        rows = rows.filter(state=Judgement.State.IN_FORCE)
    else:
        then = Q(ended_at__isnull=True) | Q(ended_at__gt=recorded)
        rows = rows.filter(then, decided_at__lte=recorded)
    return list(rows.select_related("match__entry__since__source", "decided_by", "proposed_by"))
