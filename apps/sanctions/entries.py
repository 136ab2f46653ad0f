"""An entry of a published list as we read it: the one shape that every list's reader yields."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from apps.core.canonical import digest


class EntryKind(StrEnum):
    """What sort of thing is listed. `unknown` where the list does not say; it is compared with everybody."""

    ORGANISATION = "organisation"
    PERSON = "person"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    UNKNOWN = "unknown"


class NameKind(StrEnum):
    """How a name stands in the entry. A weak alias is one of which the authority itself says so."""

    PRIMARY = "primary"
    ALIAS = "alias"
    WEAK = "weak"
    FORMER = "former"
    NATIVE = "native"


@dataclass(frozen=True, kw_only=True)
class ListedName:
    """One name of an entry, as the list writes it."""

    text: str
    kind: NameKind = NameKind.ALIAS


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """A number of the entry in some register: what kind, the number, the country (ISO 3166-1 alpha-2, or empty)."""

    kind: str
    value: str
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedParty:
    """One entry of one list. Dates of birth stay as the list writes them ("1962", "circa 1960")."""

    list_key: str
    """Our key of the list, such as `US-SDN`; one file may carry entries of several lists."""
    reference: str
    """What the authority calls the entry; where it gives no number, one made from what the entry is about."""
    kind: EntryKind
    names: tuple[ListedName, ...]
    """At least one; the first is the primary one."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, of addresses, nationality, registration, flag."""
    addresses: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    programmes: tuple[str, ...] = ()
    listed_on: dt.date | None = None
    ends_on: dt.date | None = None
    """The last day, where the listing has one (denial orders have)."""
    acts: tuple[str, ...] = ()
    """The acts it rests on: Federal Register notices, regulations, resolutions."""
    licence_requirement: str = ""
    licence_policy: str = ""
    remarks: str = ""
    url: str = ""

    @property
    def name(self) -> str:
        """The primary name."""
        return self.names[0].text

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that the entry says; a judgement on a match is bound to it."""
        return digest(self.body)

    @cached_property
    def body(self) -> dict[str, Any]:
        """All of it in plain JSON, for keeping; `of_body` reads it back."""
        kept = {name: value for name, value in asdict(self).items() if value not in ("", (), None)}
        for day in ("listed_on", "ends_on"):
            if day in kept:
                kept[day] = kept[day].isoformat()
        return kept


def of_body(body: Mapping[str, Any]) -> ListedParty:
    """The entry that `ListedParty.body` was made from."""
    found: dict[str, Any] = {**body}
    found["kind"] = EntryKind(body["kind"])
    found["names"] = tuple(ListedName(text=name["text"], kind=NameKind(name["kind"])) for name in body["names"])
    found["identifiers"] = tuple(Identifier(**identifier) for identifier in body.get("identifiers", ()))
    for name in ("countries", "addresses", "birth_dates", "programmes", "acts"):
        found[name] = tuple(body.get(name, ()))
    for name in ("listed_on", "ends_on"):
        found[name] = dt.date.fromisoformat(body[name]) if name in body else None
    return ListedParty(**found)
