"""What was refused, as a table that can be mended and sent again."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from apps.core.spreadsheets import csv_bytes
from apps.imports.models import ImportRow
from apps.imports.register.columns import columns

PROBLEM = "#problem"
"""A column whose header begins with # is not read."""


def quarantine_csv(rows: Iterable[ImportRow], said: Callable[[Mapping[str, Any]], str]) -> bytes:
    """The entries in quarantine; of a register with its own columns, of other files by place and reason."""
    refused = [row for row in rows if row.outcome == ImportRow.Outcome.QUARANTINED]
    known = columns()
    used = [path for path in known if any(path in row.raw for row in refused)]
    return csv_bytes(
        [
            (*used, "#locator", PROBLEM),
            *((*(_text(row.raw.get(path)) for path in used), row.locator, _why(row, said)) for row in refused),
        ]
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _why(row: ImportRow, said: Callable[[Mapping[str, Any]], str]) -> str:
    return "; ".join(f"{error['pointer']}: {said(error)}" if error["pointer"] else said(error) for error in row.errors)
