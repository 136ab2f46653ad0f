"""Tables for spreadsheet programs: CSV and XLSX in which no cell is run as a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet program may run (OWASP, CSV injection; the wide forms are Excel's in Asia)."""
LAST_ROW = 1_048_576
_HEAD = PatternFill("solid", fgColor="E5EAF0")
_VALUES = "Values"


def neutral(value: Any) -> Any:
    """`value` for a cell: a text that would be run gets an apostrophe, by which programs take it for text."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def plain(text: str) -> str:
    """The text of a cell without the apostrophe that `neutral` sets."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV in UTF-8 with the mark by which spreadsheet programs recognise it; cells are neutral."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of a workbook. The first `heads` rows stay in sight; `choices` offers values by column, from 0."""

    title: str
    rows: Iterable[Sequence[Any]]
    heads: int = 1
    widths: Sequence[int] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with these sheets; cells are neutral, and the values to choose from stand on a sheet of their own."""
    book = Workbook(write_only=False)
    book.remove(book.worksheets[0])
    offered: list[Sequence[str]] = []
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        _fill(page, sheet)
        for column, values in sheet.choices.items():
            offered.append(values)
            _offer(page, column, sheet.heads, len(offered), len(values))
    if offered:
        page = book.create_sheet(_VALUES)
        page.sheet_state = "hidden"
        for at, values in enumerate(offered, start=1):
            for row, value in enumerate(values, start=1):
                page.cell(row, at, neutral(value))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for number, row in enumerate(sheet.rows, start=1):
        page.append([neutral(value) for value in row])
        if number <= sheet.heads:
            for cell in page[number]:
                cell.font, cell.fill = Font(bold=number == 1), _HEAD
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for at, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(at)].width = width
    page.freeze_panes = f"A{sheet.heads + 1}"


def _offer(page: Worksheet, column: int, heads: int, at: int, count: int) -> None:
    letter, source = get_column_letter(column + 1), get_column_letter(at)
    choice = DataValidation(type="list", formula1=f"{_VALUES}!${source}$1:${source}${count}", allow_blank=True)
    choice.showErrorMessage = True
    choice.add(f"{letter}{heads + 1}:{letter}{LAST_ROW}")
    page.add_data_validation(choice)
