"""Reads of lists, listings and measures."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.errors import NotFound
from apps.sanctions.models import EventParty, EventStep, Listing, RestrictedPartyList, RestrictionEvent


def lists() -> QuerySet[RestrictedPartyList]:
    """Every list with its legal effect."""
    return RestrictedPartyList.objects.all()


def effects_by_list() -> dict[str, str]:
    """What being on each list does, by its key."""
    return dict(RestrictedPartyList.objects.order_by("key").values_list("key", "effect_class"))


def events() -> QuerySet[RestrictionEvent]:
    """Every measure, newest first, with the parties it names."""
    return RestrictionEvent.objects.prefetch_related("parties")


def matching_events(found: QuerySet[RestrictionEvent], text: str) -> QuerySet[RestrictionEvent]:
    """Those of `found` whose authority, instrument or parties bear `text` in their names."""
    naming = EventParty.objects.filter(party__name__icontains=text).values("event_id")
    return found.filter(Q(authority__icontains=text) | Q(instrument__icontains=text) | Q(id__in=naming))


def event_by_id(event_id: UUID) -> RestrictionEvent:
    """One measure with the parties it names and its history. Raises `NotFound`."""
    found = events().prefetch_related("steps").filter(id=event_id).first()
    if found is None:
        raise NotFound("There is no such measure.")
    return found


def listings_of(party_ids: Iterable[UUID], recorded: dt.datetime | None = None) -> dict[UUID, list[Listing]]:
    """What is known of parties on lists, by party; at a moment `recorded` what was entered by then. One query."""
    found: dict[UUID, list[Listing]] = defaultdict(list)
    rows = Listing.objects.filter(party_id__in=list(party_ids)).order_by("list_key", "id")
    for listing in rows.filter(created_at__lte=recorded) if recorded else rows:
        found[listing.party_id].append(listing)
    return found


def step_by_id(event: RestrictionEvent, step_id: UUID) -> EventStep:
    """One step of a measure. Raises `NotFound`."""
    found = event.steps.filter(id=step_id).first()
    if found is None:
        raise NotFound("There is no such step.")
    return found


def steps_of(event_ids: Iterable[UUID], recorded: dt.datetime | None = None) -> dict[UUID, list[EventStep]]:
    """How measures stood one after another, by measure; at a moment `recorded` as was known then. One query."""
    rows = EventStep.objects.filter(event_id__in=set(event_ids)).order_by("id")
    standing = Q(taken_back_at__isnull=True)
    if recorded:
        rows, standing = rows.filter(created_at__lte=recorded), standing | Q(taken_back_at__gt=recorded)
    found: dict[UUID, list[EventStep]] = defaultdict(list)
    for step in rows.filter(standing):
        found[step.event_id].append(step)
    return found


def events_of(party_ids: Iterable[UUID], recorded: dt.datetime | None = None) -> dict[UUID, list[RestrictionEvent]]:
    """Measures that name parties, by party; at a moment `recorded` those entered by then, as they stood.

    Two queries, for a moment three.
    """
    found: dict[UUID, list[RestrictionEvent]] = defaultdict(list)
    named = EventParty.objects.filter(party_id__in=set(party_ids))
    links = list((named.filter(created_at__lte=recorded) if recorded else named).values_list("event_id", "party_id"))
    events = RestrictionEvent.objects.in_bulk({event for event, _ in links})
    for key, steps in (steps_of(events, recorded) if recorded else {}).items():
        _stand_as(events[key], steps[-1])
    for event, party in sorted(links, key=lambda link: (str(events[link[0]]), str(link[0]))):
        found[party].append(events[event])
    return found


def _stand_as(event: RestrictionEvent, step: EventStep) -> None:
    """Show a measure as a step left it; the row itself stays."""
    event.status, event.status_note, event.state = step.status, step.note, step.state
    event.source_label, event.source_url, event.as_of = step.source_label, step.source_url, step.as_of
