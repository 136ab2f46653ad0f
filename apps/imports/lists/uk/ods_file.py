"""The UK Sanctions List as an OpenDocument spreadsheet: its first table, read row by row. Pure.

Source: OASIS OpenDocument 1.3, part 3, section 9: a cell or row may say that it is repeated, up to the sheet's end.
"""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_noop

from apps.imports.lists.reading import Reading
from apps.imports.lists.texts import MOST_COLUMNS
from apps.imports.lists.uk.tables import entries_of
from apps.imports.lists.unpacking import Delivered
from apps.imports.lists.xml_stream import Node, XmlFile
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import ListedParty

_CONTENT = "content.xml"
_CELLS = ("table-cell", "covered-table-cell")


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The entries of the file."""
    members = delivered.members() if delivered.is_zip else {}
    if _CONTENT not in members:
        raise UnreadableFile("This is no OpenDocument spreadsheet (ODS): it holds no content.xml.")
    file = XmlFile(members[_CONTENT](), root="document-content", entries=frozenset({"table-row"}), section="table")
    return entries_of(_rows(file, reading), reading)


def _rows(file: XmlFile, reading: Reading) -> Iterator[tuple[str, Sequence[str]]]:
    number = 0
    for node in file.entries():
        if node.section > 1:
            return
        cells, number = _cells(node), number + 1
        if not cells:
            continue
        if _repeated(node, "number-rows-repeated") > 1:
            reading.note(f"row {number}", gettext_noop("The row says that it stands several times; it is read once."))
        yield f"row {number}", cells


def _cells(row: Node) -> list[str]:
    """The cells up to the last one with content; repeating an empty one costs nothing, however often it is."""
    found: list[str] = []
    blanks = 0
    for part in row.parts:
        if not isinstance(part, Node) or part.name not in _CELLS:
            continue
        text, times = _text(part), _repeated(part, "number-columns-repeated")
        if not text.strip():
            blanks += times
            continue
        if len(found) + blanks + times > MOST_COLUMNS:
            raise UnreadableFile("A row of the table has more columns than any list.")
        found += [""] * blanks + [text] * times
        blanks = 0
    return found


def _repeated(node: Node, attribute: str) -> int:
    written = node.attributes.get(attribute, "1")
    return max(1, int(written)) if written.isdecimal() and len(written) < 10 else MOST_COLUMNS + 1


def _text(cell: Node) -> str:
    day = cell.attributes.get("date-value", "")
    return day or "\n".join(_paragraph(one) for one in cell.all("p"))


def _paragraph(node: Node) -> str:
    text = ""
    for part in node.parts:
        if isinstance(part, str):
            text += part
        elif part.name == "s":
            text += " "
        elif part.name in ("line-break", "tab"):
            text += "\n"
        else:
            text += _paragraph(part)
    return text
