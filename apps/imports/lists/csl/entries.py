"""One entry of the US consolidated screening list, in the fields that all its files share. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists.csl.labels import list_of
from apps.imports.lists.making import day_of, kind_of, listed_party, tidy
from apps.imports.lists.ofac.names import NUMBERS
from apps.imports.lists.reading import Reading, UnreadableRow
from apps.imports.lists.scripts import is_native
from apps.sanctions.entries import Identifier, ListedName, ListedParty, NameKind

_SHIP = {
    "title": "Title",
    "call_sign": "Call sign",
    "vessel_type": "Vessel type",
    "vessel_flag": "Flag",
    "vessel_owner": "Owner",
    "gross_tonnage": "Gross tonnage",
    "gross_registered_tonnage": "Gross registered tonnage",
    "standard_order": "Standard order",
}
_MOST_LABEL = 200


def entries_of(fields: Mapping[str, Any], reading: Reading) -> Iterator[ListedParty]:
    """The entry that the fields tell; one of a source list that we do not know is counted under its label only."""
    label = tidy(fields.get("source"))
    if not label:
        raise UnreadableRow(gettext_noop("The entry names no source list."))
    list_key = list_of(label)
    if not list_key:
        reading.unknown_labels[label[:_MOST_LABEL]] += 1
        return
    countries = [*listed(fields, "citizenships"), *listed(fields, "nationalities"), *listed(fields, "countries")]
    countries += [country for country in (fields.get("country"), fields.get("vessel_flag")) if country]
    numbers: Sequence[Identifier] = fields.get("identifiers", ())
    yield listed_party(
        list_key=list_key,
        reference=fields.get("entity_number"),
        kind=kind_of(fields.get("type")),
        names=_names(fields),
        countries=countries,
        addresses=listed(fields, "addresses"),
        birth_dates=listed(fields, "dates_of_birth"),
        identifiers=[one for one in numbers if one.kind in NUMBERS],
        programmes=listed(fields, "programs"),
        listed_on=day_of(fields.get("start_date")),
        ends_on=day_of(fields.get("end_date")),
        acts=[fields.get("federal_register_notice")],
        licence_requirement=fields.get("license_requirement"),
        licence_policy=fields.get("license_policy"),
        remarks=[*_remarks(fields), *(f"{one.kind} {one.value}" for one in numbers if one.kind not in NUMBERS)],
        url=fields.get("source_information_url") or fields.get("source_list_url"),
    )


def identifier(kind: object, value: object, country: object = "") -> Identifier:
    """A number of the entry, its texts tidied."""
    return Identifier(kind=tidy(kind), value=tidy(value), country=tidy(country))


def listed(fields: Mapping[str, Any], name: str) -> Sequence[Any]:
    """The values of a field that holds several. Raises `UnreadableRow` where it holds something else."""
    value = fields.get(name)
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        raise UnreadableRow(filled("“%(name)s” should hold several values, in an array.", name=name))
    return value


def _names(fields: Mapping[str, Any]) -> Iterator[ListedName]:
    yield ListedName(text=tidy(fields.get("name")), kind=NameKind.PRIMARY)
    for name in listed(fields, "alt_names"):
        text = tidy(name)
        yield ListedName(text=text, kind=NameKind.NATIVE if is_native(text) else NameKind.ALIAS)


def _remarks(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, label in _SHIP.items():
        if value := tidy(fields.get(name)):
            yield f"{label}: {value}"
    yield tidy(fields.get("remarks"))
    places = [text for place in listed(fields, "places_of_birth") if (text := tidy(place))]
    if places:
        yield f"Born at: {' / '.join(places)}"
