"""The UK Sanctions List as CSV. Pure."""

from collections.abc import Iterator, Sequence

from apps.imports.lists.reading import Reading
from apps.imports.lists.texts import Table, cut_off, note_end
from apps.imports.lists.uk.tables import entries_of
from apps.imports.lists.unpacking import Delivered
from apps.sanctions.entries import ListedParty


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The entries of the file."""
    return entries_of(_rows(Table(delivered.file(".csv")), reading), reading)


def _rows(table: Table, reading: Reading) -> Iterator[tuple[str, Sequence[str]]]:
    widest = 0
    for cells in table:
        widest = max(widest, len(cells))
        if not table.ended and len(cells) < widest:
            raise cut_off(table.number, widest, len(cells))
        yield f"line {table.number}", cells
    note_end(table, reading)
