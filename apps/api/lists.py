"""Lists: filters by field, and search. A parameter that is not known or given twice is refused, not ignored."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework import filters
from rest_framework.request import Request

from apps.api.pages import orders_of
from apps.core.errors import FieldError, InvalidInput
from apps.core.text import clean_text

LONGEST_FILTER = 300
_ALWAYS = ("cursor", "page_size", "ordering", "q")


def folded(text: str) -> str:
    """The kind of filter that compares without regard to case, over a column that is folded."""
    return text.casefold()


class Fields(filters.BaseFilterBackend):
    """Filters by the fields that a view names in `filters`: parameter -> (look-up, kind).

    A kind is `UUID`, `bool`, `str`, `folded` or the tuple of the values that there are.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows that match all parameters. Raises `InvalidInput` with every parameter that is wrong."""
        known: Mapping[str, tuple[str, Any]] = view.filters
        errors: list[FieldError] = []
        conditions: dict[str, Any] = {}
        for name, texts in request.query_params.lists():
            if len(texts) > 1:
                errors.append(FieldError(f"/{name}", "is given twice"))
            elif name in known:
                lookup, kind = known[name]
                try:
                    conditions[lookup] = _value(str(texts[0]), kind)
                except ValueError as error:
                    errors.append(FieldError(f"/{name}", str(error)))
            elif name not in _ALWAYS or (name == "q" and not searchable(view)):
                there_are = ", ".join(sorted([*known, *(["q"] if searchable(view) else [])]))
                errors.append(FieldError(f"/{name[:100]}", f"is no filter here; there are {there_are or 'none'}"))
        if errors:
            raise InvalidInput(errors=errors)
        return _searched(queryset.filter(**conditions), search_text(request), view.searches)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters in the OpenAPI document."""
        parameters = [
            _parameter(name, f"Only rows with this {name.replace('_', ' ')}.", _schema(kind))
            for name, (_, kind) in sorted(view.filters.items())
        ]
        orderings = [sign + name for name in orders_of(view) for sign in ("", "-")]
        choice = {"type": "string", "enum": orderings, "default": f"-{view.key_column}"}
        parameters.append(_parameter("ordering", "The order; a minus is descending.", choice))
        if searchable(view):
            words = {"type": "string", "maxLength": LONGEST_FILTER}
            parameters.append(_parameter("q", "Only rows that contain this text.", words))
        return parameters


def searchable(view: Any) -> bool:
    """Whether a list takes `q`."""
    return bool(view.searches or view.own_search)


def search_text(request: Request) -> str:
    """What to look for. Raises `InvalidInput` for what is no text to look for."""
    text = request.query_params.get("q", "")
    return clean_text(text, pointer="/q", max_length=LONGEST_FILTER, required=False)


def _searched(queryset: QuerySet[Any], text: str, columns: tuple[str, ...]) -> QuerySet[Any]:
    if not text or not columns:
        return queryset
    return queryset.filter(reduce(or_, (Q(**{f"{column}__icontains": text}) for column in columns)))


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _schema(kind: Any) -> dict[str, Any]:
    if kind is UUID:
        return {"type": "string", "format": "uuid"}
    if kind is bool:
        return {"type": "boolean"}
    if isinstance(kind, tuple):
        return {"type": "string", "enum": list(kind)}
    return {"type": "string", "maxLength": LONGEST_FILTER}


def _value(text: str, kind: Any) -> Any:
    if "\x00" in text or len(text) > LONGEST_FILTER:
        raise ValueError(f"must be text of at most {LONGEST_FILTER} characters")
    if kind is UUID:
        try:
            return UUID(text)
        except ValueError as error:
            raise ValueError("must be an identifier (UUID)") from error
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise ValueError("must be true or false")
        return text.lower() == "true"
    if isinstance(kind, tuple) and text not in kind:
        raise ValueError(f"must be one of {', '.join(kind)}")
    return folded(text) if kind is folded else text
