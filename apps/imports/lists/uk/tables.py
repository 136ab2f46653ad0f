"""The tables of the UK list: rows of cells, a date above the header, several rows for one designation. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from apps.core.errors import filled
from apps.imports.lists.making import day_of, tidy
from apps.imports.lists.reading import Reading
from apps.imports.lists.texts import check_header
from apps.imports.lists.uk.designations import NAME_COLUMNS, NUMBER, Designations, column
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import ListedParty

_ROWS_ABOVE = 5


def entries_of(rows: Iterable[tuple[str, Sequence[str]]], reading: Reading) -> Iterator[ListedParty]:
    """The entries of a table whose header stands among its first rows."""
    numbered = iter(rows)
    header = _header(numbered, reading)
    return Designations(reading).take(_named(numbered, header, reading))


def _header(rows: Iterator[tuple[str, Sequence[str]]], reading: Reading) -> list[str]:
    for count, (_row, cells) in enumerate(rows):
        found = [column(cell) for cell in cells]
        if set(NUMBER) & set(found) and set(NAME_COLUMNS) & set(found):
            check_header(found, ())
            return found
        if count >= _ROWS_ABOVE:
            break
        for text in cells:
            reading.publish(day_of(tidy(text).rpartition(": ")[2], month_first=False))
    raise UnreadableFile("This is another kind of file: its first rows have no columns “Unique ID” and “Name”.")


def _named(
    rows: Iterator[tuple[str, Sequence[str]]], header: Sequence[str], reading: Reading
) -> Iterator[tuple[str, Mapping[str, str]]]:
    for row, cells in rows:
        if any(cell.strip() for cell in cells[len(header) :]):
            message = filled("It has %(found)d columns, where the first row has %(wanted)d.",
                             found=len(cells), wanted=len(header))  # fmt: skip
            reading.reject(row, message)
        else:
            yield row, dict(zip(header, cells, strict=False))
