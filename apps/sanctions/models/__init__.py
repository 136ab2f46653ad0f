"""What the room keeps: what lists and measures mean, who is on the lists, whom we screened and what came of it."""

from apps.sanctions.models.measures import EffectClass, EventParty, Listing, RestrictedPartyList, RestrictionEvent
from apps.sanctions.models.published import Entry, EntryName, ListSource, ListVersion

__all__ = [
    "EffectClass",
    "Entry",
    "EntryName",
    "EventParty",
    "ListSource",
    "ListVersion",
    "Listing",
    "RestrictedPartyList",
    "RestrictionEvent",
]
