"""Lists: pages by cursor, filters by field, search, ordering. A parameter that is not known is refused, not ignored."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import filters
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import FieldError, InvalidInput
from apps.core.text import clean_text

_ALWAYS = frozenset({"cursor", "page_size", "ordering", "q", "format"})


class Pages(CursorPagination):
    """`{"results", "next", "previous"}`; `page_size` up to 500."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "-id"

    def get_page_size(self, request: Request) -> int:
        """The number of rows asked for. Raises `InvalidInput` outside of 1 to 500."""
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= self.max_page_size:
            raise InvalidInput(f"must be a number from 1 to {self.max_page_size}", pointer="/page_size")
        return int(text)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """The order asked for, out of those the view allows."""
        asked = request.query_params.get("ordering")
        allowed = ("id", *getattr(view, "orderings", ()))
        if not asked:
            return tuple(getattr(view, "default_ordering", ("-id",)))
        if asked.removeprefix("-") not in allowed:
            raise InvalidInput(f"must be one of {', '.join(allowed)}, with a minus for descending", pointer="/ordering")
        column = getattr(view, "ordering_columns", {}).get(asked.removeprefix("-"), asked.removeprefix("-"))
        sign = "-" if asked.startswith("-") else ""
        return (f"{sign}{column}",) if column == "id" else (f"{sign}{column}", f"{sign}id")

    def decode_cursor(self, request: Request) -> Any:
        """The place to go on from. Raises `InvalidInput` for a cursor that is none of ours."""
        text = request.query_params.get("cursor", "")
        if "\x00" in text or len(text) > 2000:
            raise InvalidInput("is no cursor of this list; take it from “next”", pointer="/cursor")
        return super().decode_cursor(request)

    def get_paginated_response(self, data: Any) -> Response:
        """The page with its neighbours."""
        return Response({"results": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page in the OpenAPI document."""
        link = {"type": ["string", "null"], "format": "uri"}
        properties = {"results": {"type": "array", "items": schema}, "next": link, "previous": link}
        return {"type": "object", "required": ["results", "next", "previous"], "properties": properties}


class Fields(filters.BaseFilterBackend):
    """Filters by the fields that a view names in `filters`: parameter -> (look-up, kind)."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows that match all parameters. Raises `InvalidInput` with every parameter that is wrong."""
        known: Mapping[str, tuple[str, Any]] = getattr(view, "filters", {})
        errors: list[FieldError] = []
        for name, text in request.query_params.items():
            if name in known:
                lookup, kind = known[name]
                try:
                    queryset = queryset.filter(**{lookup: _value(text, kind)})
                except ValueError as error:
                    errors.append(FieldError(f"/{name}", str(error)))
            elif name not in _ALWAYS:
                errors.append(
                    FieldError(f"/{name}", f"is no filter here; there are {', '.join(sorted(known)) or 'none'}")
                )
        if errors:
            raise InvalidInput(errors=errors)
        search = request.query_params.get("q")
        if search and getattr(view, "searches", ()):
            text = clean_text(search, pointer="/q", required=False)
            condition = None
            from django.db.models import Q

            for column in view.searches:
                one = Q(**{f"{column}__icontains": text})
                condition = one if condition is None else condition | one
            queryset = queryset.filter(condition)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters in the OpenAPI document."""
        parameters = [
            _parameter(name, _schema(kind)) for name, (_, kind) in sorted(getattr(view, "filters", {}).items())
        ]
        orderings = ["id", "-id"] + [sign + name for name in getattr(view, "orderings", ()) for sign in ("", "-")]
        parameters.append(_parameter("ordering", {"type": "string", "enum": orderings}))
        if getattr(view, "searches", ()) or getattr(view, "own_search", False):
            parameters.append(_parameter("q", {"type": "string", "maxLength": 300}))
        return parameters


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _schema(kind: Any) -> dict[str, Any]:
    if kind is UUID:
        return {"type": "string", "format": "uuid"}
    if kind is bool:
        return {"type": "boolean"}
    if isinstance(kind, tuple | list):
        return {"type": "string", "enum": list(kind)}
    return {"type": "string", "maxLength": 300}


def _value(text: str, kind: Any) -> Any:
    if "\x00" in text or len(text) > 300:
        raise ValueError("must be text of at most 300 characters")
    if kind is UUID:
        try:
            return UUID(text)
        except ValueError as error:
            raise ValueError("must be an identifier (UUID)") from error
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError("must be true or false")
        return text.lower() == "true"
    if isinstance(kind, tuple | list) and text not in kind:
        raise ValueError(f"must be one of {', '.join(kind)}")
    return text
