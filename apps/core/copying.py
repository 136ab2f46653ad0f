"""Many new rows at once, by COPY: several times as quick as INSERT for rows that hold JSON."""

import datetime as dt
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models

from apps.core.clock import now


class Json(str):
    """The value of a JSON field that is written out already; `copy_rows` stores it as it is."""

    __slots__ = ()


def copy_rows(rows: Sequence[models.Model]) -> None:
    """Store `rows`, all of one model and none of them stored yet. Triggers and constraints hold as for any insert.

    Values are written as they are: fields must hold what the database is to hold, of the type that it has.
    """
    if not rows:
        return
    table = rows[0]._meta
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in table.concrete_fields)
    moment = now()
    readers = [_reader(field, moment) for field in table.concrete_fields]
    statement = f"COPY {quote(table.db_table)} ({columns}) FROM STDIN"
    # Django wraps the errors of calls, not those that show at the end of a copy.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([read(row) for read in readers])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _reader(field: "models.Field[Any, Any]", moment: dt.datetime) -> Callable[[models.Model], Any]:
    name = field.attname
    read: Callable[[models.Model], Any] = attrgetter(name)
    if isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add):
        return lambda row: _stamped(row, name, moment)
    if isinstance(field, models.JSONField):
        return lambda row: _written(read(row), field)
    return read


def _stamped(row: models.Model, name: str, moment: dt.datetime) -> dt.datetime:
    setattr(row, name, moment)
    return moment


def _written(value: Any, field: "models.JSONField[Any, Any]") -> Any:
    return value if isinstance(value, Json) else field.get_db_prep_save(value, connection)
