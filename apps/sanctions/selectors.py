"""Reads of lists, listings and measures."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.errors import NotFound
from apps.sanctions.models import EventParty, Listing, RestrictedPartyList, RestrictionEvent


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
    """One measure with the parties it names. Raises `NotFound`."""
    found = events().filter(id=event_id).first()
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


def events_of(party_ids: Iterable[UUID], recorded: dt.datetime | None = None) -> dict[UUID, list[RestrictionEvent]]:
    """Measures that name parties, by party; at a moment `recorded` those entered by then. Two queries."""
    found: dict[UUID, list[RestrictionEvent]] = defaultdict(list)
    named = EventParty.objects.filter(party_id__in=set(party_ids))
    links = list((named.filter(created_at__lte=recorded) if recorded else named).values_list("event_id", "party_id"))
    events = RestrictionEvent.objects.in_bulk({event for event, _ in links})
    for event, party in sorted(links, key=lambda link: (str(events[link[0]]), str(link[0]))):
        found[party].append(events[event])
    return found
