"""What the room keeps: what lists and measures mean, who is on the lists, whom we screened and what came of it."""

from apps.sanctions.models.measures import (
    EffectClass,
    EventParty,
    EventStep,
    Listing,
    RestrictedPartyList,
    RestrictionEvent,
)
from apps.sanctions.models.name_keys import NameKey
from apps.sanctions.models.published import Entry, EntryName, ListSource, ListVersion
from apps.sanctions.models.screening import Band, Judgement, Match, PartyStanding, Screening, ScreeningRun

__all__ = [
    "Band",
    "EffectClass",
    "Entry",
    "EntryName",
    "EventParty",
    "EventStep",
    "Judgement",
    "ListSource",
    "ListVersion",
    "Listing",
    "Match",
    "NameKey",
    "PartyStanding",
    "RestrictedPartyList",
    "RestrictionEvent",
    "Screening",
    "ScreeningRun",
]
