"""Pages of long lists by keyset: each page costs the same, however far down it lies."""

import base64
import binascii
import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldError as DjangoFieldError
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from apps.core.errors import InvalidInput

COUNTED_UP_TO = 10_000


@dataclass(frozen=True)
class Page:
    """Some rows of a list, with the cursors of the pages beside them (empty where there is none)."""

    rows: Sequence[Any]
    next: str = ""
    previous: str = ""


def page_of(rows: QuerySet[Any], ordering: Sequence[str], cursor: str = "", size: int = 50) -> Page:
    """One page of `rows`. `ordering` names columns that are never null, a minus for descending, the last one unique.

    Raises `InvalidInput` at `/cursor` for a cursor that is none of this list's.
    """
    backwards, position = _read(cursor, len(ordering)) if cursor else (False, None)
    order = [_turned(name) for name in ordering] if backwards else list(ordering)
    found = rows.order_by(*order)
    if position is not None:
        found = _after(found, order, position)
    read = list(found[: size + 1])
    more, shown = len(read) > size, read[:size]
    if backwards:
        shown.reverse()
    if not shown and position is not None:  # the rows that were here are gone: the way back stays open
        way_back = _packed(["n" if backwards else "p", *position])
        return Page(rows=[], next=way_back if backwards else "", previous="" if backwards else way_back)
    has_next = more if not backwards else True
    has_previous = more if backwards else position is not None
    return Page(
        rows=shown,
        next=_write("n", shown[-1], ordering) if shown and has_next else "",
        previous=_write("p", shown[0], ordering) if shown and has_previous else "",
    )


def counted(rows: QuerySet[Any], up_to: int = COUNTED_UP_TO) -> tuple[int, bool]:
    """How many rows there are, and whether there are more than were counted."""
    found = rows.order_by()[: up_to + 1].count()
    return min(found, up_to), found > up_to


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(rows: QuerySet[Any], order: Sequence[str], position: Sequence[Any]) -> QuerySet[Any]:
    condition = Q()
    equal: dict[str, Any] = {}
    for name, value in zip(order, position, strict=True):
        column, comparison = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        condition |= Q(**equal, **{f"{column}__{comparison}": value})
        equal[column] = value
    first = order[0].removeprefix("-")
    # Says again what follows from the rest, in a form for which the database can enter an index at the right place.
    start = Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": position[0]})
    try:
        return rows.filter(start, condition)
    except (DjangoFieldError, ValidationError, ValueError, TypeError) as error:
        raise _strange() from error


def _write(direction: str, row: Any, ordering: Sequence[str]) -> str:
    return _packed([direction, *(_plain(_value(row, name.removeprefix("-"))) for name in ordering)])


def _packed(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values), ensure_ascii=False).encode()).decode().rstrip("=")


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, UUID) else value


def _read(cursor: str, length: int) -> tuple[bool, list[Any]]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _strange() from error
    plain = isinstance(values, list) and all(_storable(one) for one in values)
    if not plain or len(values) != length + 1 or values[0] not in ("n", "p"):
        raise _strange()
    return values[0] == "p", values[1:]


def _storable(value: Any) -> bool:
    """Whether the database can compare with it: it knows neither NUL nor halves of surrogate pairs."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def _strange() -> InvalidInput:
    return InvalidInput("is no place in this list; open the list anew", pointer="/cursor")
