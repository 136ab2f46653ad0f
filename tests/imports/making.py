"""Files for imports, and imports made of them."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from apps.accounts.actors import Actor
from apps.imports.models import Import, ImportRow
from apps.imports.services import receive_import
from tests.making import officer

MODEL, ID, USE, TEAM = "model.name", "model.identifier", "use.name", "use.team"


def register_csv(*rows: Mapping[str, Any], delimiter: str = ",") -> bytes:
    """A register with these rows, its columns those that occur."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def workbook(*rows: Sequence[Any], title: str = "Register") -> bytes:
    """A workbook with these rows."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = title
    for row in rows:
        page.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def imported(content: bytes, *, actor: Actor | None = None, name: str = "register.csv", **more: Any) -> Import:
    """The import of a file, done."""
    more = {"dry_run": False, **more}
    return receive_import(actor=actor or officer(), content=content, file_name=name, at_once=True, **more)


def counts(one: Import) -> tuple[int, int, int, int]:
    """Created, changed, unchanged, in quarantine."""
    return one.created, one.changed, one.unchanged, one.quarantined


def row(one: Import, number: int = 1) -> ImportRow:
    """One entry's report."""
    return one.rows.get(number=number)
