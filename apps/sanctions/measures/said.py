"""What a source says of a measure, checked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.clock import today
from apps.core.errors import InvalidInput
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.models import Quality, State
from apps.places.countries import is_country
from apps.sanctions.models import EffectClass, RestrictionEvent
from apps.sanctions.words import MEASURES, SCOPES

MOST_NAMED = 200
_NO_CLAIM = frozenset({Quality.WEAK, Quality.UNOFFICIAL})
_AHEAD = frozenset({RestrictionEvent.Status.PENDING, RestrictionEvent.Status.WITHDRAWN})


@dataclass(frozen=True, kw_only=True)
class MeasureSaid:
    """One measure as a source has it. Days include both ends."""

    authority: str
    jurisdiction: str
    """A country such as DE, a part of one such as US-TX, or EU."""
    instrument: str = ""
    effect: str
    """A key of `apps.sanctions.words.MEASURES`."""
    effect_class: str
    binds: str = ""
    scope: Sequence[str] = ()
    """Keys of `apps.sanctions.words.SCOPES`."""
    models_named: Sequence[str] = ()
    others_named: Sequence[str] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    date_text: str = ""
    source: str
    source_url: str = ""
    quality: str = Quality.PRIMARY
    as_of: dt.date
    note: str = ""

    def columns(self, status: str) -> dict[str, Any]:
        """As it is stored, for a measure of this status. Raises `InvalidInput` with a pointer."""
        self._check_days(status)
        return {
            "authority": clean_text(self.authority, pointer="/authority"),
            "jurisdiction": _jurisdiction(self.jurisdiction),
            "instrument": clean_text(self.instrument, pointer="/instrument", max_length=500, required=False),
            "effect": _one_of(self.effect, tuple(MEASURES), "/effect"),
            "effect_class": _one_of(self.effect_class, EffectClass.values, "/effect_class"),
            "binds": clean_text(self.binds, pointer="/binds", max_length=500, required=False),
            "scope": [_one_of(scope, tuple(SCOPES), "/scope") for scope in dict.fromkeys(self.scope)],
            "models_named": _names(self.models_named, "/models_named", 200),
            "others_named": _names(self.others_named, "/others_named", 300),
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "date_text": clean_text(self.date_text, pointer="/date_text", max_length=100, required=False),
            "note": clean_text(self.note, pointer="/note", max_length=5000, required=False),
            **sourced(self.source, self.source_url, self.as_of, self.quality),
            "source_quality": self.quality,
        }

    def _check_days(self, status: str) -> None:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise InvalidInput("must not lie before the first day", pointer="/valid_to")
        if status not in _AHEAD and self.valid_from and self.valid_from > today():
            raise InvalidInput("lies ahead: a measure is pending until its first day has come", pointer="/valid_from")


def said_of(event: RestrictionEvent) -> dict[str, Any]:
    """What is on record of a measure, as arguments of `MeasureSaid`."""
    names = (
        *("authority", "jurisdiction", "instrument", "effect", "effect_class", "binds", "scope", "models_named"),
        *("others_named", "valid_from", "valid_to", "date_text", "source_url", "as_of", "note"),
    )
    found = {name: getattr(event, name) for name in names}
    return {**found, "source": event.source_label, "quality": event.source_quality}


def sourced(source: str, source_url: str, as_of: dt.date, quality: str) -> dict[str, Any]:
    """The columns of a statement that a person makes; a weak or unofficial source carries no claim.

    Raises `InvalidInput` with a pointer.
    """
    if quality not in Quality.values:
        raise InvalidInput(f"must be one of {', '.join(Quality.values)}", pointer="/quality")
    if as_of is None:
        raise InvalidInput("must not be empty", pointer="/as_of")
    return {
        "state": str(State.UNKNOWN if quality in _NO_CLAIM else State.CLAIMED_BY_OWNER),
        "source_label": clean_text(source, pointer="/source", max_length=500),
        "source_url": clean_url(source_url, pointer="/source_url", required=False),
        "as_of": clean_as_of(as_of),
        "channel": "person",
    }


def differing(event: RestrictionEvent, columns: Mapping[str, Any]) -> list[str]:
    """The columns in which a measure is otherwise."""
    return [name for name, value in columns.items() if getattr(event, name) != value]


def _one_of(value: str, allowed: Sequence[str], pointer: str) -> str:
    if value not in allowed:
        raise InvalidInput(f"must be one of {', '.join(allowed)}", pointer=pointer)
    return str(value)


def _jurisdiction(value: str) -> str:
    code = clean_text(value, pointer="/jurisdiction", max_length=10).upper()
    if code != "EU" and not is_country(code.partition("-")[0]):
        raise InvalidInput("must be a country such as DE, a part of one such as US-TX, or EU", pointer="/jurisdiction")
    return code


def _names(values: Sequence[str], pointer: str, max_length: int) -> list[str]:
    if len(values) > MOST_NAMED:
        raise InvalidInput("names more than 200; enter a list instead", pointer=pointer)
    return list(dict.fromkeys(clean_text(value, pointer=pointer, max_length=max_length) for value in values))
