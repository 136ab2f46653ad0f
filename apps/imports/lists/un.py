"""The consolidated list of the United Nations Security Council as XML. Pure.

Source: UN, schema `sc-sanctions`: individuals and entities with a reference number, aliases of a quality, documents.
"""

from collections.abc import Iterator

from apps.imports.lists.making import day_of, listed_party, moment_of
from apps.imports.lists.reading import Reading
from apps.imports.lists.unpacking import Delivered
from apps.imports.lists.xml_stream import Node, XmlFile
from apps.sanctions.entries import EntryKind, Identifier, ListedName, ListedParty, NameKind

_KINDS = {"INDIVIDUAL": EntryKind.PERSON, "ENTITY": EntryKind.ORGANISATION}
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_ADDRESS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
_QUALITIES = {"low": NameKind.WEAK, "f.k.a.": NameKind.FORMER}


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The individuals and entities of the list."""
    file = XmlFile(delivered.file(".xml"), root="CONSOLIDATED_LIST", entries=frozenset(_KINDS))
    for count, node in enumerate(file.entries(), start=1):
        reading.publish(moment_of(file.attributes.get("dateGenerated")))
        yield from reading.each([(f"entry {count}", node)], lambda one: [_entry(one, reading.list_key or "UN")])


def _entry(node: Node, list_key: str) -> ListedParty:
    kind = node.name
    addresses = list(node.all(f"{kind}_ADDRESS"))
    return listed_party(
        list_key=list_key,
        reference=node.value("REFERENCE_NUMBER") or node.value("DATAID"),
        kind=_KINDS[kind],
        names=_names(node),
        countries=[*node.values("NATIONALITY", "VALUE"), *(one.value("COUNTRY") for one in addresses)],
        addresses=[", ".join(text for part in _ADDRESS if (text := one.value(part))) for one in addresses],
        birth_dates=[_born(one) for one in node.all("INDIVIDUAL_DATE_OF_BIRTH")],
        identifiers=[_identifier(one) for one in node.all("INDIVIDUAL_DOCUMENT")],
        programmes=[node.value("UN_LIST_TYPE")],
        listed_on=day_of(node.value("LISTED_ON")),
        remarks=_remarks(node),
    )


def _names(node: Node) -> Iterator[ListedName]:
    yield ListedName(text=" ".join(text for part in _NAMES if (text := node.value(part))), kind=NameKind.PRIMARY)
    for alias in node.all(f"{node.name}_ALIAS"):
        kind = _QUALITIES.get(alias.value("QUALITY").lower(), NameKind.ALIAS)
        yield ListedName(text=alias.value("ALIAS_NAME"), kind=kind)
    for text in node.values("NAME_ORIGINAL_SCRIPT"):
        yield ListedName(text=text, kind=NameKind.NATIVE)


def _born(node: Node) -> str:
    day = node.value("DATE") or node.value("YEAR")
    if not day and node.value("FROM_YEAR"):
        day = f"{node.value('FROM_YEAR')} to {node.value('TO_YEAR')}"
    about = "circa " if day and node.value("TYPE_OF_DATE") == "APPROXIMATELY" else ""
    note = node.value("NOTE")
    return f"{about}{day}{f' ({note})' if note and day else note}"


def _identifier(node: Node) -> Identifier:
    kind = node.value("TYPE_OF_DOCUMENT") or node.value("TYPE_OF_DOCUMENT2")
    country = node.value("ISSUING_COUNTRY") or node.value("COUNTRY_OF_ISSUE")
    return Identifier(kind=kind, value=node.value("NUMBER"), country=country)


def _remarks(node: Node) -> Iterator[str]:
    for label, path in (("Title", "TITLE"), ("Designation", "DESIGNATION")):
        if values := node.values(path, "VALUE"):
            yield f"{label}: {' / '.join(values)}"
    for place in node.all("INDIVIDUAL_PLACE_OF_BIRTH"):
        if text := ", ".join(text for part in _ADDRESS if (text := place.value(part))):
            yield f"Born at: {text}"
    for document in node.all("INDIVIDUAL_DOCUMENT"):
        if note := document.value("NOTE"):
            yield f"{document.value('TYPE_OF_DOCUMENT') or 'Document'} {document.value('NUMBER')}: {note}"
    yield node.value("COMMENTS1")
