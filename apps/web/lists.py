"""List pages: search, filters in the address, ordering, pages by keyset. One way for all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput
from apps.core.pagination import counted, page_of
from apps.core.text import clean_text
from apps.web.pages import is_swap

ROWS = 50
ALL = gettext_lazy("All")


@dataclass(frozen=True)
class Filter:
    """A choice above the list. `lookup` is a column, or a function from rows and value to rows."""

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]]
    lookup: str | Callable[[QuerySet[Any], str], QuerySet[Any]] = ""
    empty: Any = ALL
    """What stands for no choice."""

    def apply(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that fit."""
        if callable(self.lookup):
            return self.lookup(rows, value)
        plain: Any = {"true": True, "false": False}.get(value, value)
        return rows.filter(**{self.lookup or self.name: plain})


@dataclass(frozen=True)
class Order:
    """A way to sort, by columns that are never null; the identifier is added as the last one."""

    key: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ShownFilter:
    """A filter with what is chosen."""

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]]
    value: str
    empty: Any


@dataclass(frozen=True)
class Listing:
    """A list as its template sees it: `listing.rows`, and what stands around them."""

    rows: Sequence[Any]
    count: int
    more: bool
    query: str
    searchable: bool
    filters: Sequence[ShownFilter]
    filtered: bool
    order: str
    descending: bool
    next_url: str
    previous_url: str
    sort_urls: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)


def list_page(
    request: HttpRequest,
    template: str,
    rows: QuerySet[Any],
    *,
    orders: Sequence[Order],
    filters: Sequence[Filter] = (),
    search: Sequence[str] | Callable[[QuerySet[Any], str], QuerySet[Any]] = (),
    hidden: Iterable[str] = (),
    decorate: Callable[[Sequence[Any]], None] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of a list, or only its rows when htmx asks for them.

    The first order is the default one. `hidden` names parameters of the address that links and filters keep.
    `decorate` may add to the rows of the page what would otherwise be a query per row.
    """
    listing = _listing(request, rows, orders, filters, search, hidden)
    if decorate:
        decorate(listing.rows)
    frame = "layouts/part.html" if is_swap(request) else "base.html"
    return render(request, template, {**(context or {}), "listing": listing, "frame": frame})


def _listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    orders: Sequence[Order],
    filters: Sequence[Filter],
    search: Any,
    hidden: Iterable[str],
) -> Listing:
    asked = request.GET
    query = clean_text(asked.get("q", ""), pointer="/q", max_length=200, required=False)
    kept = {name: asked[name] for name in hidden if asked.get(name)}
    chosen = {one.name: asked[one.name] for one in filters if asked.get(one.name)}
    for one in filters:
        if one.name in chosen:
            if chosen[one.name] not in {str(value) for value, _ in one.choices}:
                raise InvalidInput("This filter has no such choice; open the list anew.", pointer=f"/{one.name}")
            rows = one.apply(rows, chosen[one.name])
    if query:
        rows = _searched(rows, search, query)
    order, columns = _order(asked.get("order", ""), orders)
    page = page_of(rows, columns, asked.get("cursor", ""), ROWS)
    count, more = counted(rows)
    state = {**kept, **chosen, **({"q": query} if query else {})}
    ordered = {**state, **({"order": order} if order != orders[0].key else {})}
    return Listing(
        rows=page.rows,
        count=count,
        more=more,
        query=query,
        searchable=bool(search),
        filters=[ShownFilter(one.name, one.label, one.choices, chosen.get(one.name, ""), one.empty) for one in filters],
        filtered=bool(chosen or query),
        order=order,
        descending=columns[0].startswith("-"),
        next_url=_url({**ordered, "cursor": page.next}) if page.next else "",
        previous_url=_url({**ordered, "cursor": page.previous}) if page.previous else "",
        sort_urls={one.key: _url({**state, "order": _other_way(one.key, order)}) for one in orders},
        hidden={**kept, **({"order": order} if order != orders[0].key else {})},
    )


def _searched(rows: QuerySet[Any], search: Any, query: str) -> QuerySet[Any]:
    if callable(search):
        found: QuerySet[Any] = search(rows, query)
        return found
    condition = Q()
    for column in search:
        condition |= Q(**{f"{column}__icontains": query})
    return rows.filter(condition)


def _order(asked: str, orders: Sequence[Order]) -> tuple[str, tuple[str, ...]]:
    known = {one.key: one for one in orders}
    order = known.get(asked.removeprefix("-"), orders[0])
    turned = asked.startswith("-") and asked.removeprefix("-") in known
    columns = tuple(_turned(column) if turned else column for column in order.columns)
    key = f"-{order.key}" if turned else order.key
    return key, (*columns, "-id" if columns and columns[-1].startswith("-") else "id")


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _other_way(key: str, order: str) -> str:
    return f"-{key}" if order == key else key


def _url(parameters: Mapping[str, str]) -> str:
    return f"?{urlencode(parameters)}"


def choices_of(rows: Iterable[Any], label: str = "name") -> list[tuple[str, Any]]:
    """Rows as choices of a filter."""
    return [(str(row.pk), getattr(row, label)) for row in rows]


def known_uuid(text: str) -> UUID:
    """An identifier in an address. Raises `InvalidInput` for what is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput("This address holds no valid identifier.") from error
