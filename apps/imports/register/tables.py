"""A table out of a CSV or XLSX file, within bounds: rows of plain cells, and which of them are no values."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop
from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL

from apps.core.errors import filled
from apps.core.spreadsheets import LAST_ROW
from apps.imports.records import UnreadableFile

MOST_ROWS = 20_000
MOST_COLUMNS = 300
LONGEST_CELL = 20_000
MOST_MEMBERS = 1000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_SHARED = 30 * 1024 * 1024
"""Of the texts of a workbook, which are held in memory at once."""
ZIP = b"PK\x03\x04"
_DOCTYPE = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E", re.IGNORECASE)
_BROKEN = "The workbook cannot be read: %(error)s. Save it anew as XLSX, or as CSV in UTF-8."


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula or an error instead of a value."""

    text: str


@dataclass(frozen=True)
class Line:
    """One row as it stands in the file; `number` is the one that the program shows."""

    number: int
    cells: Sequence[Any]


def read_table(content: bytes) -> Iterator[Line]:
    """The rows that are not empty, in order. Raises `UnreadableFile` for what is no table or beyond the bounds."""
    if content.startswith(ZIP):
        return _bounded(_xlsx(content))
    return _bounded(_csv(content))


def _bounded(lines: Iterator[Line]) -> Iterator[Line]:
    for count, line in enumerate(lines, start=1):
        if count > MOST_ROWS + 2:
            message = gettext_noop("The table has more than %(most)d rows. Divide it into several files.")
            raise UnreadableFile(filled(message, most=MOST_ROWS), pointer=f"row {line.number}")
        if len(line.cells) > MOST_COLUMNS:
            message = gettext_noop("The row has more than %(most)d columns.")
            raise UnreadableFile(filled(message, most=MOST_COLUMNS), pointer=f"row {line.number}")
        if any(isinstance(cell, str) and (len(cell) > LONGEST_CELL or "\x00" in cell) for cell in line.cells):
            message = gettext_noop("A cell has more than %(most)d characters, or characters that are no text.")
            raise UnreadableFile(filled(message, most=LONGEST_CELL), pointer=f"row {line.number}")
        yield line


# CSV ----------------------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        before = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = filled("This line is no CSV (%(error)s).", error=error)
            raise UnreadableFile(message, pointer=f"row {before}") from error
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield Line(before, cells)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("The file is in UTF-16. Save it as CSV in UTF-8.", pointer="row 1")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = filled("Line %(line)d is not in UTF-8. Save the file as CSV in UTF-8.", line=line)
        raise UnreadableFile(message, pointer=f"row {line}") from error


def _delimiter(text: str) -> str:
    """What parts the headers: they hold neither commas nor semicolons themselves."""
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=first.count)


# XLSX ---------------------------------------------------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[Line]:
    _check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_vba=False, keep_links=False)
        pages = book.worksheets
        if not pages:
            raise UnreadableFile("The workbook has no sheet.")
        page = next((page for page in pages if page.title in ("Register",)), pages[0])
        page.reset_dimensions()
        yield from _rows(page)
    except UnreadableFile:
        raise
    except Exception as error:  # the parser has no error of its own
        raise UnreadableFile(filled(_BROKEN, error=f"{type(error).__name__}: {error}"[:200])) from error


def _check_archive(content: bytes) -> None:
    """Refuse what would grow beyond bounds, and document types, before anything is parsed.

    The sizes that the archive declares are the most that is ever unpacked: the reader stops there.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
                raise UnreadableFile("The workbook grows too large when it is unpacked. Save only the sheet with the "
                                     "register.")  # fmt: skip
            for member in members:
                if member.filename.endswith("sharedStrings.xml") and member.file_size > MOST_SHARED:
                    raise UnreadableFile("The workbook holds too much text. Divide it into several files.")
                if member.filename.endswith((".xml", ".rels")):
                    _refuse_document_type(archive, member)
    except UnreadableFile:
        raise
    except Exception as error:  # a damaged archive ends in many ways, not all of them those of `zipfile`
        raise UnreadableFile(filled(_BROKEN, error=f"{type(error).__name__}: {error}"[:200])) from error


def _refuse_document_type(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(member) as stream:
        while piece := stream.read(1 << 20):
            if _DOCTYPE.search(tail + piece):
                raise UnreadableFile("The workbook holds a document type, which no spreadsheet program writes.")
            tail = piece[-32:]


def _rows(page: Any) -> Iterator[Line]:
    blank: Any = ()
    for number, cells in enumerate(page.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
        if number > LAST_ROW:
            raise UnreadableFile("A sheet has at most 1,048,576 rows.", pointer=f"row {number}")
        if cells is blank or all(cell is EMPTY_CELL for cell in cells):
            blank = cells  # the parser fills a gap of any number of rows with one and the same
            continue
        values = [_value(cell) for cell in cells]
        while values and (values[-1] is None or (isinstance(values[-1], str) and not values[-1].strip())):
            values.pop()
        if values:
            yield Line(number, values)


def _value(cell: Any) -> Any:
    if cell is EMPTY_CELL:
        return None
    if cell.data_type in ("f", "e"):
        return Formula(str(cell.value)[:100])
    return cell.value
