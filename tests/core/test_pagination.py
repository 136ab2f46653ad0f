"""Pages by keyset: every row once, in order, whatever happens in between."""

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.errors import InvalidInput
from apps.core.pagination import Page, counted, page_of
from apps.parties.models import Party
from tests.making import SETUP, a_party

pytestmark = pytest.mark.django_db

ORDERS = (
    ("id",),
    ("-id",),
    ("name", "id"),
    ("-name", "-id"),
    ("kind", "name", "id"),
    ("kind", "-name", "id"),
    ("-kind", "name", "-id"),
    ("-created_at", "-id"),
    ("group__name", "name", "id"),
)
TIES = st.sampled_from(["a", "B", "b", "ä", "Z", "0", "深度求索", "a b", '"quoted"', "%_\\"])
ROWS = st.lists(st.tuples(TIES, st.sampled_from(["company", "group", "person"])), max_size=12)


@contextmanager
def some(rows: Sequence[tuple[str, str]]) -> Iterator[QuerySet[Party]]:
    """Parties with these names and kinds; gone afterwards."""
    with transaction.atomic():
        group = a_party("The group", kind="group")
        add(rows, group)
        yield Party.objects.filter(group=group).select_related("group")
        transaction.set_rollback(True)


def add(rows: Sequence[tuple[str, str]], group: Party) -> list[Party]:
    made = [Party(name=name, kind=kind, group=group) for name, kind in rows]
    with change(SETUP, "tests.fill"):
        return Party.objects.bulk_create(made)


def forward(rows: QuerySet[Any], order: Sequence[str], size: int) -> list[Page]:
    pages = [page_of(rows, order, size=size)]
    while pages[-1].next:
        pages.append(page_of(rows, order, pages[-1].next, size))
        assert len(pages) < 100, "the pages go round in a circle"
    return pages


def ids(pages: Sequence[Page]) -> list[Any]:
    return [row.id for page in pages for row in page.rows]


class TestWalking:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=ROWS, order=st.sampled_from(ORDERS), size=st.integers(1, 5))
    def test_every_row_comes_once_in_order_forwards_and_back(
        self, rows: list[tuple[str, str]], order: tuple[str, ...], size: int
    ) -> None:
        with some(rows) as found:
            expected = list(found.order_by(*order).values_list("id", flat=True))
            pages = forward(found, order, size)
            assert ids(pages) == expected
            assert all(len(page.rows) == size for page in pages[:-1])
            assert not pages[0].previous
            back = [pages[-1]]
            while back[0].previous:
                back.insert(0, page_of(found, order, back[0].previous, size))
                assert len(back) <= len(pages), "the way back is longer than the way there"
            assert ids(back) == expected
            assert not back[0].previous

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows=ROWS, later=ROWS, order=st.sampled_from(ORDERS), size=st.integers(1, 5))
    def test_rows_that_come_meanwhile_neither_hide_nor_repeat_others(
        self, rows: list[tuple[str, str]], later: list[tuple[str, str]], order: tuple[str, ...], size: int
    ) -> None:
        with some(rows) as found:
            before = set(found.values_list("id", flat=True))
            pages, waiting = [page_of(found, order, size=size)], list(later)
            while pages[-1].next:
                if waiting:
                    add([waiting.pop()], Party.objects.get(name="The group"))
                pages.append(page_of(found, order, pages[-1].next, size))
            seen = ids(pages)
            assert len(seen) == len(set(seen))
            assert before <= set(seen)
            positions = {key: place for place, key in enumerate(found.order_by(*order).values_list("id", flat=True))}
            assert all(positions[one] < positions[two] for one, two in pairwise(seen))

    def test_where_the_rows_are_gone_the_way_back_stays_open(self) -> None:
        with some([(name, "company") for name in "abcdef"]) as found:
            order = ("name", "id")
            first = page_of(found, order, size=3)
            second = page_of(found, order, first.next, 3)
            with change(SETUP, "tests.clean"):
                found.filter(name__in="def").delete()
            gone = page_of(found, order, first.next, 3)
            assert not gone.rows
            assert not gone.next
            assert [row.name for row in page_of(found, order, gone.previous, 3).rows] == ["a", "b"]
            with change(SETUP, "tests.clean"):
                found.delete()
            gone = page_of(found, order, second.previous, 3)
            assert not gone.rows
            assert gone.next
            assert not gone.previous

    def test_a_page_costs_one_query(self) -> None:
        with some([(name, "company") for name in "abcdefgh"]) as found:
            first = page_of(found, ("name", "id"), size=3)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page_of(found, ("name", "id"), first.next, 3)
            assert len(queries) == 1


KEY = "01a20fa4-0000-7000-8000-000000000000"


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class TestStrangeCursors:
    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            "!!!!",
            "ü",
            "\x00",
            "A" * 5000,
            "W1tb" * 2000,
            packed([]),
            packed({}),
            packed("n"),
            packed(7),
            packed(None),
            packed(["n"]),
            packed(["n", "name"]),
            packed(["x", "name", KEY]),
            packed([["n"], "name", KEY]),
            packed(["n", "name", "no uuid"]),
            packed(["n", None, KEY]),
            packed(["n", {"a": 1}, KEY]),
            packed(["n", ["a"], KEY]),
            packed(["n", float("nan"), KEY]),
            packed(["n", "a\x00b", KEY]),
            packed(["n", "a", KEY, "more"]),
            packed(["n", "\ud800", KEY]),
        ],
    )
    def test_are_refused_at_the_cursor(self, cursor: str) -> None:
        a_party()
        with pytest.raises(InvalidInput) as refused:
            page_of(Party.objects.all(), ("name", "id"), cursor)
        assert [error.pointer for error in refused.value.errors] == ["/cursor"]

    @pytest.mark.parametrize("moment", ["yesterday", "2026-13-01T00:00:00+00:00", "99999-01-01", 7, ""])
    def test_with_a_moment_that_is_none(self, moment: Any) -> None:
        with pytest.raises(InvalidInput):
            page_of(Party.objects.all(), ("-created_at", "-id"), packed(["n", moment, KEY]))

    def test_numbers_larger_than_any_in_the_column_are_compared_all_the_same(self) -> None:
        a_party()
        newest = AuditEntry.objects.latest("seq")
        assert page_of(AuditEntry.objects.all(), ("-seq",), packed(["n", 10**30])).rows[0] == newest
        assert not page_of(AuditEntry.objects.all(), ("-seq",), packed(["n", -(10**30)])).rows

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(cursor=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
    def test_whatever_it_is_it_is_read_or_refused(self, cursor: str) -> None:
        with suppress(InvalidInput):
            page_of(Party.objects.all(), ("name", "id"), cursor)

    def test_one_of_another_order_is_refused_or_harmless(self) -> None:
        with some([(name, "company") for name in "abcd"]) as found:
            foreign = page_of(found, ("kind", "name", "id"), size=2).next
            with pytest.raises(InvalidInput):
                page_of(found, ("name", "id"), foreign)


class TestCounting:
    def test_counts_to_a_limit_and_says_so(self) -> None:
        with some([(name, "company") for name in "abcde"]) as found:
            assert counted(found) == (5, False)
            assert counted(found, up_to=5) == (5, False)
            assert counted(found, up_to=4) == (4, True)
            assert counted(found.none()) == (0, False)
