"""Reads of lists, listings and measures."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from apps.sanctions.models import Listing, RestrictedPartyList, RestrictionEvent


def lists() -> QuerySet[RestrictedPartyList]:
    """Every list with its legal effect."""
    return RestrictedPartyList.objects.all()


def events() -> QuerySet[RestrictionEvent]:
    """Every measure, newest first, with the parties it names."""
    return RestrictionEvent.objects.prefetch_related("parties")


def listings_of(party_ids: Iterable[UUID]) -> dict[UUID, list[Listing]]:
    """What is known of parties on lists, by party. One query."""
    found: dict[UUID, list[Listing]] = defaultdict(list)
    for listing in Listing.objects.filter(party_id__in=list(party_ids)):
        found[listing.party_id].append(listing)
    return found


def events_of(party_ids: Iterable[UUID]) -> dict[UUID, list[RestrictionEvent]]:
    """Measures that name parties, by party. Two queries."""
    found: dict[UUID, list[RestrictionEvent]] = defaultdict(list)
    wanted = set(party_ids)
    for event in RestrictionEvent.objects.filter(parties__in=wanted).prefetch_related("parties").distinct():
        for party in event.parties.all():
            if party.id in wanted:
                found[party.id].append(event)
    return found
