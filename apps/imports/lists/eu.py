"""The consolidated list of persons under EU financial sanctions as XML. Pure.

Source: European Commission, DG FISMA, FSF schema 1.1 (`http://eu.europa.ec/fpi/fsd/export`): one `sanctionEntity` for
each entry, its content in attributes. The country code `00` means that none is known.
"""

from collections.abc import Iterator

from apps.imports.lists.making import day_of, kind_of, listed_party, moment_of
from apps.imports.lists.reading import Reading
from apps.imports.lists.scripts import is_native
from apps.imports.lists.unpacking import Delivered
from apps.imports.lists.xml_stream import Node, XmlFile
from apps.sanctions.entries import Identifier, ListedName, ListedParty, NameKind

_NAME = ("firstName", "middleName", "lastName")
_ADDRESS = ("poBox", "street", "place", "city", "zipCode", "region", "countryDescription")
_PLACE = ("place", "city", "region", "countryDescription")
_NOWHERE = {"00", "UNKNOWN", "-", ""}


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The persons and organisations of the list."""
    file = XmlFile(delivered.file(".xml"), root="export", entries=frozenset({"sanctionEntity"}))
    key = reading.list_key or "EU-CONSOLIDATED"
    for count, node in enumerate(file.entries(), start=1):
        reading.publish(moment_of(file.attributes.get("generationDate")))
        yield from reading.each([(f"sanctionEntity {count}", node)], lambda one: [_entry(one, key)])


def _entry(node: Node, list_key: str) -> ListedParty:
    said = node.attributes
    acts = list(node.all("regulation"))
    subject = next(node.all("subjectType"), Node("subjectType", {}))
    return listed_party(
        list_key=list_key,
        reference=said.get("euReferenceNumber") or said.get("logicalId", ""),
        kind=kind_of(subject.attributes.get("classificationCode") or subject.attributes.get("code")),
        names=_names(node),
        countries=[_country(one) for name in ("citizenship", "address") for one in node.all(name)],
        addresses=[_joined(one, _ADDRESS) for one in node.all("address")],
        birth_dates=[_born(one) for one in node.all("birthdate")],
        identifiers=[_identifier(one) for one in node.all("identification")],
        programmes=[act.attributes.get("programme") for act in acts],
        acts=[act.attributes.get("numberTitle") for act in acts],
        listed_on=day_of(said.get("designationDate")),
        remarks=_remarks(node),
        url=next((url for act in acts for url in act.values("publicationUrl")), ""),
    )


def _names(node: Node) -> Iterator[ListedName]:
    """The first strong name is the primary one: the list marks none."""
    for alias in sorted(node.all("nameAlias"), key=lambda one: one.attributes.get("strong") == "false"):
        said = alias.attributes
        text = said.get("wholeName") or " ".join(part for name in _NAME if (part := said.get(name, "")))
        weak = said.get("strong") == "false"
        kind = NameKind.WEAK if weak else NameKind.NATIVE if is_native(text) else NameKind.ALIAS
        yield ListedName(text=text, kind=kind)


def _country(node: Node) -> str:
    code = node.attributes.get("countryIso2Code", "")
    name = node.attributes.get("countryDescription", "")
    return code if code not in _NOWHERE else "" if name in _NOWHERE else name


def _joined(node: Node, parts: tuple[str, ...]) -> str:
    return ", ".join(text for part in parts if (text := node.attributes.get(part, "").strip()) not in _NOWHERE)


def _born(node: Node) -> str:
    said = node.attributes
    day = said.get("birthdate") or said.get("year", "")
    if not day and said.get("yearRangeFrom"):
        day = f"{said['yearRangeFrom']} to {said.get('yearRangeTo', '')}"
    return f"circa {day}" if day and said.get("circa") == "true" else day


def _identifier(node: Node) -> Identifier:
    said = node.attributes
    kind = said.get("identificationTypeDescription") or said.get("identificationTypeCode", "")
    return Identifier(kind=kind, value=said.get("number") or said.get("latinNumber", ""), country=_country(node))


def _remarks(node: Node) -> Iterator[str]:
    yield node.attributes.get("designationDetails", "")
    if number := node.attributes.get("unitedNationId"):
        yield f"UN reference: {number}"
    for alias in node.all("nameAlias"):
        if function := alias.attributes.get("function"):
            yield f"Function: {function}"
    for one in node.all("birthdate"):
        if place := _joined(one, _PLACE):
            yield f"Born at: {place}"
    for one in node.every():
        if one.name == "remark":
            yield one.text
