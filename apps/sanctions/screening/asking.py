"""What is compared of a party: its names, sort, countries and register numbers, as they are known now.

Brands are not compared: lists name legal entities, and a brand is also the name of ships and strangers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from apps.core.canonical import digest
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party, PartyName
from apps.sanctions.entries import EntryKind, Identifier
from apps.sanctions.matching import Query

COUNTRY_FIELDS = ("hq_country", "incorporation_country", "principal_place_of_business")
NAME_FIELDS = ("legal_name", "latin_name", "native_name")
_NUMBER_FIELDS = ("id_code", "id_type")
_READ = (*COUNTRY_FIELDS, *NAME_FIELDS, *_NUMBER_FIELDS)
_COMPARED = (PartyName.Kind.LEGAL, PartyName.Kind.NATIVE, PartyName.Kind.ALIAS)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was compared, frozen: a result is worth something for exactly this."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: EntryKind = EntryKind.UNKNOWN
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, sorted; empty where none is known."""
    identifiers: tuple[Identifier, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """All of it in plain JSON."""
        return {
            "name": self.name,
            "aliases": list(self.aliases),
            "kind": str(self.kind),
            "countries": list(self.countries),
            "identifiers": [
                {"kind": found.kind, "value": found.value, "country": found.country} for found in self.identifiers
            ],
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all of it."""
        return digest(self.body)

    @property
    def query(self) -> Query:
        """The same for the matcher."""
        return Query(
            name=self.name,
            aliases=self.aliases,
            kind=self.kind,
            countries=frozenset(self.countries),
            identifiers=self.identifiers,
        )


def asked_from(body: Mapping[str, Any]) -> Asked:
    """What `Asked.body` was made from."""
    return Asked(
        name=body["name"],
        aliases=tuple(body["aliases"]),
        kind=EntryKind(body["kind"]),
        countries=tuple(body["countries"]),
        identifiers=tuple(Identifier(**identifier) for identifier in body["identifiers"]),
    )


def asked_of(party_ids: Iterable[UUID]) -> dict[UUID, Asked]:
    """What is to be compared of parties, by party. Three queries."""
    parties = Party.objects.in_bulk(list(party_ids))
    names: dict[UUID, list[str]] = {key: [] for key in parties}
    rows = PartyName.objects.filter(party_id__in=parties, kind__in=_COMPARED).order_by("kind", "name")
    for party_id, name in rows.values_list("party_id", "name"):
        names[party_id].append(name)
    subjects = {key: SubjectRef("party", key) for key in parties}
    facts = current_facts(subjects.values(), fields=_READ)
    return {key: _asked(party, names[key], facts[subjects[key]]) for key, party in parties.items()}


def _asked(party: Party, names: list[str], facts: Mapping[str, Any]) -> Asked:
    values = {field: fact.value for field, fact in facts.items() if fact.known}
    stated = [values[field] for field in NAME_FIELDS if isinstance(values.get(field), str)]
    others = dict.fromkeys(name for name in (*stated, *names) if name != party.name)
    number = values.get("id_code")
    return Asked(
        name=party.name,
        aliases=tuple(others),
        kind=_kind(party),
        countries=tuple(sorted({values[field] for field in COUNTRY_FIELDS if values.get(field)})),
        identifiers=(Identifier(kind=str(values.get("id_type", "")), value=number),) if number else (),
    )


def _kind(party: Party) -> EntryKind:
    return EntryKind.PERSON if party.kind == Party.Kind.PERSON else EntryKind.ORGANISATION
