"""The lists of OFAC as CSV: entries, aliases, addresses and comments in files of their own, joined by number. Pure.

Source: OFAC, "Data specifications: SDN, ALT, ADD and comments, comma delimited". No headers; `-0-` stands for
nothing; programmes are written `A] [B`; a file ends with the byte 0x1A. Remarks beyond 1,000 characters go on in the
comments file.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists import texts
from apps.imports.lists.making import codes_of, kind_of, listed_party
from apps.imports.lists.ofac.names import alias_kind, lists_of, understood
from apps.imports.lists.reading import Reading, UnreadableRow
from apps.imports.lists.unpacking import Delivered
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import EntryKind, ListedName, ListedParty, NameKind

WIDTHS = {"prim": 12, "alt": 5, "add": 6, "comments": 2}
_NAMES = (("comments", "comment"), ("alt", "alt"), ("add", "add"), ("prim", "sdn"), ("prim", "prim"))
_NOTHING = "-0-"
_SHIP = ("Call sign", "Vessel type", "Tonnage", "Gross registered tonnage", "Flag", "Owner")
Beside = dict[str, dict[str, list[Sequence[str]]]]


def read_sdn(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The SDN list: `sdn.csv` alone, or a ZIP of it with `alt.csv`, `add.csv` and `sdn_comments.csv`."""
    return _read(delivered, reading, lambda _programmes, _remarks: (reading.list_key or "US-SDN",))


def read_consolidated(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The lists that do not block all property: `cons_prim.csv` alone, or a ZIP of it with the others."""
    return _read(delivered, reading, lists_of)


def _read(
    delivered: Delivered, reading: Reading, lists: Callable[[Sequence[str], str], Sequence[str]]
) -> Iterator[ListedParty]:
    files = _files(delivered)
    beside: Beside = {part: _by_number(files[part](), part, reading) for part in files if part != "prim"}

    def made(cells: Sequence[str]) -> Iterator[ListedParty]:
        return _entries(cells, beside, lists)

    yield from reading.each(_rows(files["prim"](), "prim", reading), made)
    for part, rows in beside.items():
        for number in rows:
            message = filled("There is no entry with the number “%(number)s”.", number=number[:50])
            reading.note(f"{part} {number[:50]}", message)


def _files(delivered: Delivered) -> dict[str, Callable[[], io.BufferedReader]]:
    if not delivered.is_zip:
        return {"prim": delivered.file}
    found: dict[str, Callable[[], io.BufferedReader]] = {}
    for name, opened in delivered.members().items():
        stem = name.rpartition("/")[2].lower()
        part = next((part for part, word in _NAMES if word in stem and ".csv" in stem), None)
        if part and part in found:
            raise UnreadableFile(filled("The archive holds two files of the kind “%(kind)s”.", kind=part))
        if part:
            found[part] = opened
    if "prim" not in found:
        raise UnreadableFile("The archive holds no file of entries: sdn.csv or cons_prim.csv.")
    return found


def _rows(stream: io.BufferedReader, part: str, reading: Reading) -> Iterator[tuple[str, Sequence[str]]]:
    """The rows of a file, each with its name for people; the mark at the end is taken off."""
    table, wanted = texts.Table(stream), WIDTHS[part]
    waiting: Sequence[str] = ()
    marked, number = False, 0
    for cells in table:
        if len(cells) == 1 and cells[0].strip() == texts.END_MARK:
            marked = True
            continue
        if waiting:
            raise _strange(part, number, waiting)
        cells, number = [_value(cell) for cell in cells], table.number
        if len(cells) != wanted or not cells[0].strip().isdecimal():
            waiting = cells
            continue
        yield f"{part} {number}", [cells[0].strip(), *cells[1:]]
    if waiting and (table.ended or marked):
        raise _strange(part, number, waiting)
    if waiting:
        raise texts.cut_off(number, wanted, len(waiting))
    if not marked:
        reading.note(part, gettext_noop("The file has no end mark (0x1A): it may have been cut off or edited."))


def _strange(part: str, number: int, cells: Sequence[str]) -> UnreadableFile:
    message = gettext_noop(
        "This is no file of OFAC (%(part)s): line %(line)d has %(found)d columns where %(wanted)d are wanted, of which "
        "the first is a number."
    )
    return UnreadableFile(filled(message, part=part, line=number, found=len(cells), wanted=WIDTHS[part]))


def _by_number(stream: io.BufferedReader, part: str, reading: Reading) -> dict[str, list[Sequence[str]]]:
    found: dict[str, list[Sequence[str]]] = defaultdict(list)
    for _row, cells in _rows(stream, part, reading):
        found[cells[0]].append(cells[1:])
    return dict(found)


def _entries(
    cells: Sequence[str], beside: Beside, lists: Callable[[Sequence[str], str], Sequence[str]]
) -> Iterator[ListedParty]:
    number, name, kind, programme, title, *ship, remarks = cells
    if not name:
        raise UnreadableRow(gettext_noop("The entry has no name."))
    remarks += "".join(row[0] for row in _taken(beside, "comments", number))
    programmes = [one.strip() for one in programme.replace("] [", ";").strip("[]").split(";")]
    said = understood(remarks)
    aliases, addresses, countries = _aliases(beside, number), [], list(said.countries)
    for _, street, place, country, note in _taken(beside, "add", number):
        addresses.append(", ".join(part for part in (street, place, country, note) if part))
        countries.append(country)
    if ship[4]:
        countries.append(ship[4])
    known, _unknown = codes_of(countries)
    more = [f"{label}: {value}" for label, value in zip(_SHIP, ship, strict=True) if value]
    for list_key in lists(programmes, remarks):
        yield listed_party(
            list_key=list_key,
            reference=number,
            kind=kind_of(kind) if kind else EntryKind.ORGANISATION,
            names=[ListedName(text=name, kind=NameKind.PRIMARY), *aliases, *said.names],
            countries=known,
            addresses=addresses,
            birth_dates=said.births,
            identifiers=said.identifiers,
            programmes=programmes,
            remarks=[f"Title: {title}" if title else "", *more, remarks],
        )


def _aliases(beside: Beside, number: str) -> list[ListedName]:
    return [ListedName(text=row[2], kind=alias_kind(row[1])) for row in _taken(beside, "alt", number)]


def _taken(beside: Beside, part: str, number: str) -> list[Sequence[str]]:
    return beside.get(part, {}).pop(number, [])


def _value(cell: str) -> str:
    return "" if cell.strip() == _NOTHING else cell
