"""Many new rows at once, by COPY: several times as quick as INSERT for rows that hold JSON."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models


def copy_rows(rows: Sequence[models.Model]) -> None:
    """Store `rows`, all of one model and none of them stored yet. Triggers and constraints hold as for any insert.

    Values are written as they are: fields must hold what the database is to hold, of the type that it has.
    """
    if not rows:
        return
    table = rows[0]._meta
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in table.concrete_fields)
    readers = [_reader(field) for field in table.concrete_fields]
    statement = f"COPY {quote(table.db_table)} ({columns}) FROM STDIN"
    # Django wraps the errors of calls, not those that show at the end of a copy.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([read(row) for read in readers])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _reader(field: "models.Field[Any, Any]") -> Callable[[models.Model], Any]:
    name = field.attname
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda row: field.pre_save(row, add=True)
    if isinstance(field, models.JSONField):
        return lambda row: field.get_db_prep_save(getattr(row, name), connection)
    return lambda row: getattr(row, name)
