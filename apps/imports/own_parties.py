"""The parties of our own records as one property each, and back. Pure.

Neither CycloneDX nor SPDX has a place for the names, domains, namespaces and owners of an organisation with the state
and the source of each; our exports write them as JSON into the property `weighbridge:party`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from apps.core.canonical import canonical_json
from apps.core.errors import filled
from apps.imports.own_properties import (
    PREFIX,
    day_of,
    fact_of,
    object_of,
    plain_of,
    provenance_of,
    state_of,
    text_of,
    wrong_property,
)
from apps.imports.records import DomainRecord, NameRecord, NamespaceRecord, PartyRecord, StakeRecord
from apps.parties.models import Party, PartyName, Stake

PARTY = PREFIX + "party"
Record = TypeVar("Record")
_LISTS = ("names", "domains", "namespaces", "stakes", "facts")


def party_property(record: PartyRecord) -> tuple[str, str]:
    """Everything a party's record says, as the name and the value of a property."""
    found: dict[str, Any] = {"name": record.name, "kind": record.kind}
    found |= {key: value for key in ("principal", "group") if (value := getattr(record, key))}
    found |= {key: [plain_of(one) for one in listed] for key in _LISTS if (listed := getattr(record, key))}
    return PARTY, canonical_json(found).decode()


def party_from(value: str, index: int) -> PartyRecord:
    """The record that `party_property` wrote. Raises `InvalidInput`, its pointer being `/` and the property's index."""
    found = object_of(value, index)
    if not text_of(found, "name", index):
        raise wrong_property(index, "a party without a name")
    return PartyRecord(
        name=text_of(found, "name", index),
        kind=_choice(found, "kind", Party.Kind.values, index),
        principal=text_of(found, "principal", index),
        group=text_of(found, "group", index),
        names=_listed(found, "names", _name, index),
        domains=_listed(found, "domains", _domain, index),
        namespaces=_listed(found, "namespaces", _namespace, index),
        stakes=_listed(found, "stakes", _stake, index),
        facts=_listed(found, "facts", fact_of, index),
    )


def _listed(
    found: Mapping[str, Any], name: str, read: Callable[[dict[str, Any], int], Record], index: int
) -> list[Record]:
    values = found.get(name, [])
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        raise wrong_property(index, filled("%(name)s must be a list of objects", name=name))
    return [read(one, index) for one in values]


def _choice(found: Mapping[str, Any], name: str, choices: list[str], index: int) -> str:
    value = text_of(found, name, index)
    if value not in choices:
        raise wrong_property(
            index, filled("%(name)s must be one of %(choices)s", name=name, choices=", ".join(choices))
        )
    return value


def _said(found: Mapping[str, Any], index: int) -> dict[str, Any]:
    return {
        "state": state_of(found, index),
        "note": text_of(found, "note", index),
        "provenance": provenance_of(found, index),
    }


def _name(found: dict[str, Any], index: int) -> NameRecord:
    kind = _choice(found, "kind", PartyName.Kind.values, index)
    name, language = text_of(found, "name", index), text_of(found, "language", index)
    return NameRecord(name=name, kind=kind, language=language, **_said(found, index))


def _domain(found: dict[str, Any], index: int) -> DomainRecord:
    domain = text_of(found, "domain", index)
    if domain != domain.lower() or "/" in domain or "." not in domain:
        raise wrong_property(index, "domain must be a host name in small letters")
    return DomainRecord(domain=domain, lookalike=found.get("lookalike") is True, **_said(found, index))


def _namespace(found: dict[str, Any], index: int) -> NamespaceRecord:
    return NamespaceRecord(hub=text_of(found, "hub", index), name=text_of(found, "name", index), **_said(found, index))


def _stake(found: dict[str, Any], index: int) -> StakeRecord:
    begin, end = day_of(found, "valid_from", index), day_of(found, "valid_to", index)
    if begin and end and end < begin:
        raise wrong_property(index, "a stake ends before it begins")
    return StakeRecord(
        owner=text_of(found, "owner", index),
        basis=_choice(found, "basis", Stake.Basis.values, index),
        equity_pct=_share(found, "equity_pct", index),
        voting_pct=_share(found, "voting_pct", index),
        valid_from=begin,
        valid_to=end,
        free_float=found.get("free_float") is True,
        **_said(found, index),
    )


def _share(found: Mapping[str, Any], name: str, index: int) -> str:
    text = text_of(found, name, index)
    try:
        share = Decimal(text or 0)
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite() or not 0 <= share <= 100:
        raise wrong_property(index, filled("%(name)s must lie between 0 and 100", name=name))
    return text
