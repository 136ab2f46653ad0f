"""Pages of lists by cursor: a cursor names the last row seen, so rows that come or go meanwhile shift nothing."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.api.parsing import is_storable
from apps.core.errors import InvalidInput

USUAL_SIZE = 50
LARGEST_SIZE = 500
LONGEST_CURSOR = 2000
_WRONG_CURSOR = "is no cursor of this list in this order; take it from “next” or “previous”"


@dataclass(frozen=True)
class Order:
    """By one column, rows without a value last, then by a key that no two rows share, in the same direction."""

    column: str
    key: str
    descending: bool
    nullable: bool

    def applied(self, rows: QuerySet[Any], *, backwards: bool) -> QuerySet[Any]:
        """The rows in this order, or in its reverse."""
        down = self.descending != backwards
        last = F(self.key).desc() if down else F(self.key).asc()
        if self.column == self.key:
            return rows.order_by(last)
        # Without nulls to place the order is said plainly: only then does an index serve it in both directions.
        nulls: dict[str, Any] = {("nulls_first" if backwards else "nulls_last"): True} if self.nullable else {}
        first = F(self.column).desc(**nulls) if down else F(self.column).asc(**nulls)
        return rows.order_by(first, last)

    def beyond(self, value: Any, key: Any, *, backwards: bool) -> Q:
        """What lies after a row, or before it."""
        step = "lt" if self.descending != backwards else "gt"
        if self.column == self.key:
            return Q(**{f"{self.key}__{step}": key})
        missing = Q(**{f"{self.column}__isnull": True})
        if value is None:
            peers = missing & Q(**{f"{self.key}__{step}": key})
            return peers | ~missing if backwards else peers
        found = Q(**{f"{self.column}__{step}": value}) | Q(**{self.column: value, f"{self.key}__{step}": key})
        if self.nullable and not backwards:
            return found | missing
        # Says again what follows from the rest, in a form with which the database enters an index at the right place.
        return Q(**{f"{self.column}__{step}e": value}) & found


@dataclass(frozen=True)
class Cursor:
    """The row from which a page goes on, and in which direction."""

    value: Any
    key: Any
    backwards: bool


class Pages(BasePagination):
    """`{"results", "next", "previous"}`; `page_size` up to 500."""

    _next: Cursor | None = None
    _previous: Cursor | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of one page. Raises `InvalidInput` for a size, order or cursor that is none."""
        self._request, self._order = request, order_asked(request, queryset, view)
        size = size_asked(request)
        cursor = self._read(queryset)
        backwards = cursor is not None and cursor.backwards
        rows = self._order.applied(queryset, backwards=backwards)
        if cursor is not None:
            rows = rows.filter(self._order.beyond(cursor.value, cursor.key, backwards=backwards))
        found = list(rows[: size + 1])
        more, page = len(found) > size, found[:size]
        if backwards:
            page.reverse()
        if page and (more or backwards):
            self._next = self._at(page[-1], backwards=False)
        if page and (more if backwards else cursor is not None):
            self._previous = self._at(page[0], backwards=True)
        return page

    def _at(self, row: Any, *, backwards: bool) -> Cursor:
        return Cursor(getattr(row, self._order.column), getattr(row, self._order.key), backwards)

    def _read(self, queryset: QuerySet[Any]) -> Cursor | None:
        text = self._request.query_params.get("cursor")
        if text is None:
            return None
        meta = queryset.model._meta
        try:
            column, down, backwards, value, key = _decoded(text)
            if (column, down) != (self._order.column, self._order.descending) or not isinstance(backwards, bool):
                raise InvalidInput(_WRONG_CURSOR, pointer="/cursor")
            value = None if value is None else meta.get_field(self._order.column).to_python(value)
            key = meta.get_field(self._order.key).to_python(key)
        except (ValidationError, ValueError, TypeError) as error:
            raise InvalidInput(_WRONG_CURSOR, pointer="/cursor") from error
        if key is None or (value is None and not self._order.nullable):
            raise InvalidInput(_WRONG_CURSOR, pointer="/cursor")
        return Cursor(value, key, backwards)

    def _link(self, cursor: Cursor | None) -> str | None:
        if cursor is None:
            return None
        plain = [None if one is None else str(one) for one in (cursor.value, cursor.key)]
        content = json.dumps([self._order.column, self._order.descending, cursor.backwards, *plain])
        text = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
        return replace_query_param(self._request.build_absolute_uri(), "cursor", text)

    def get_paginated_response(self, data: Any) -> Response:
        """The page with its neighbours."""
        return Response({"results": data, "next": self._link(self._next), "previous": self._link(self._previous)})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page in the OpenAPI document."""
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"results": schema, "next": link, "previous": link}
        return {"type": "object", "required": ["results", "next", "previous"], "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters in the OpenAPI document."""
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": USUAL_SIZE}
        place = {"type": "string", "maxLength": LONGEST_CURSOR}
        return [
            {"name": "page_size", "in": "query", "description": "Rows per page.", "schema": size},
            {"name": "cursor", "in": "query", "description": "Taken from “next” or “previous”.", "schema": place},
        ]


def size_asked(request: Request) -> int:
    """The number of rows asked for. Raises `InvalidInput` outside of 1 to 500."""
    text = request.query_params.get("page_size")
    if text is None:
        return USUAL_SIZE
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= LARGEST_SIZE:
        raise InvalidInput(f"must be a number from 1 to {LARGEST_SIZE}", pointer="/page_size")
    return int(text)


def orders_of(view: Any) -> Sequence[str]:
    """The names by which a list can be ordered."""
    return (view.key_column, *view.orderings)


def order_asked(request: Request, queryset: QuerySet[Any], view: Any) -> Order:
    """The order asked for, newest first by default. Raises `InvalidInput` for one that the list does not have."""
    asked = request.query_params.get("ordering") or f"-{view.key_column}"
    column = asked.removeprefix("-")
    if column not in orders_of(view):
        message = f"must be one of {', '.join(orders_of(view))}, with a minus for descending"
        raise InvalidInput(message, pointer="/ordering")
    field = queryset.model._meta.get_field(column)
    return Order(column, view.key_column, asked.startswith("-"), nullable=bool(getattr(field, "null", False)))


def _decoded(text: str) -> list[Any]:
    if len(text) > LONGEST_CURSOR:
        raise ValueError
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
    found = json.loads(raw.decode())
    if not isinstance(found, list) or len(found) != 5 or not all(is_storable(one) for one in found if type(one) is str):
        raise ValueError
    return found
