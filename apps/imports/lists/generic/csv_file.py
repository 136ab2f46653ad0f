"""Any list as CSV in the generic shape: names of fields in the first row, several values parted by semicolons. Pure."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from apps.imports.lists.generic.fields import FIELDS, entry_of, meaning_of
from apps.imports.lists.reading import Reading
from apps.imports.lists.texts import rows_by_header
from apps.imports.lists.unpacking import Delivered
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import ListedParty

_ONE = {"name", "kind", "reference", "listed_on", "ends_on", "licence_requirement", "licence_policy", "remarks", "url"}


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The entries of the file."""
    if not reading.list_key:
        raise UnreadableFile("The file does not say which list it is: choose the list.")
    rows = rows_by_header(delivered.file(".csv"), reading, needed=("name",), key=_column)
    for position, (number, row) in enumerate(rows, start=1):
        yield from reading.each([(f"line {number}", row)], partial(_entries, reading.list_key, position))


def _entries(list_key: str, position: int, row: Mapping[str, str]) -> list[ListedParty]:
    return [entry_of(_fields(row), list_key=list_key, position=position)]


def _column(header: str) -> str:
    """A header by its meaning; one of no meaning to us keeps its name."""
    return meaning_of(header) or header.strip()


def _fields(row: Mapping[str, str]) -> Mapping[str, Any]:
    return {name: [value] if name in _ONE or name not in FIELDS else _several(value) for name, value in row.items()}


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace("|", ";").split(";")]
