"""The UK Sanctions List as XML. Pure."""

from collections.abc import Iterator, Mapping

from apps.imports.lists.making import day_of
from apps.imports.lists.reading import Reading
from apps.imports.lists.uk.designations import NUMBER, Designation, column, number_of
from apps.imports.lists.unpacking import Delivered
from apps.imports.lists.xml_stream import Node, XmlFile
from apps.sanctions.entries import ListedParty

_TOGETHER = frozenset({"Name", "NonLatinName", "Address"})
"""Elements whose parts say one thing together."""


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The entries of the file."""
    file = XmlFile(delivered.file(".xml"), root="Designations", entries=frozenset({"Designation"}))
    key = reading.list_key or "UK-SANCTIONS-LIST"
    for count, node in enumerate(file.entries(), start=1):
        reading.publish(day_of(file.head.get("DateGenerated"), month_first=False))
        yield from reading.each([(f"Designation {count}", node)], lambda one: [_entry(one, key)])


def _entry(node: Node, list_key: str) -> ListedParty:
    numbers = {column(one.name): one.text for one in node.every() if column(one.name) in NUMBER}
    found = Designation(number_of(numbers))
    for row in _rows(node):
        found.add(row)
    return found.entry(list_key)


def _rows(node: Node) -> Iterator[Mapping[str, str]]:
    for part in node.parts:
        if not isinstance(part, Node):
            continue
        if part.name in _TOGETHER and not part.is_leaf:
            yield {column(one.name): one.text for one in part.every() if one.is_leaf}
        elif part.is_leaf:
            yield {column(part.name): part.text}
        else:
            yield from _rows(part)
