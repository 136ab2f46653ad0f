"""Lists: every noun can be paged, filtered, ordered and searched, and says what it does not understand."""

import datetime as dt
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.api.lists import folded
from apps.api.pages import LARGEST_SIZE, USUAL_SIZE, orders_of
from apps.api.urls import NOUNS
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.clock import today
from apps.parties.models import Party
from apps.policy.evaluation import judge_uses
from apps.registry.models import UseCase
from apps.registry.services.models import AliasInput
from tests.api.calling import Caller, a_caller, pointers
from tests.api.register import a_register
from tests.making import SETUP, a_model, a_party, a_policy, a_rule, a_team, a_use, a_user, state

pytestmark = pytest.mark.django_db
ALL = sorted(NOUNS)
ALWAYS_FILLED = {"journal", "teams", "tokens", "users"}  # a caller is somebody, and the journal says so
ONE_IS_ENOUGH = {"packs", "policy-versions"}


@pytest.fixture
def admin() -> Caller:
    return a_caller(Role.ADMINISTRATOR)


@pytest.mark.parametrize("noun", ALL)
class TestEveryNoun:
    def test_an_empty_list_is_a_page_without_neighbours(self, noun: str, admin: Caller) -> None:
        page = admin.get(noun)
        assert (page["next"], page["previous"]) == (None, None)
        assert bool(page["results"]) == (noun in ALWAYS_FILLED - {"teams"})

    def test_a_parameter_that_is_not_known_is_refused_with_those_that_are(self, noun: str, admin: Caller) -> None:
        problem = admin.refused("GET", f"{noun}?colour=red&page_size=10", status=422)
        assert pointers(problem) == ["/colour"]
        for name in NOUNS[noun].filters:
            assert name in problem["errors"][0]["message"]

    def test_filters_refuse_what_is_no_value_of_theirs(self, noun: str, admin: Caller) -> None:
        for name, (_, kind) in NOUNS[noun].filters.items():
            wrong = ["%00", "x" * 301] if kind in (str, folded) else ["x", "", "%00"]
            for value in wrong:
                problem = admin.refused("GET", f"{noun}?{name}={value}", status=422)
                assert pointers(problem) == [f"/{name}"]

    def test_filters_are_given_once(self, noun: str, admin: Caller) -> None:
        assert pointers(admin.refused("GET", f"{noun}?ordering=id&ordering=-id", status=422)) == ["/ordering"]

    def test_the_size_of_a_page_has_bounds(self, noun: str, admin: Caller) -> None:
        for size in ("0", "501", "-1", "x", "", "1.5", "٣", "9" * 30):
            assert pointers(admin.refused("GET", f"{noun}?page_size={size}", status=422)) == ["/page_size"]

    def test_orders_that_there_are_not_are_refused(self, noun: str, admin: Caller) -> None:
        for order in ("password", "--id", "id,name", "user__password", "-"):
            assert pointers(admin.refused("GET", f"{noun}?ordering={order}", status=422)) == ["/ordering"]

    def test_cursors_of_others_are_refused(self, noun: str, admin: Caller) -> None:
        key = NOUNS[noun].key_column
        for cursor in _wrong_cursors(key):
            problem = admin.refused("GET", f"{noun}?cursor={quote(cursor)}", status=422)
            assert pointers(problem) == ["/cursor"]


class TestFilledRegister:
    """All nouns in one test each, because filling the register takes longer than reading it."""

    def test_rows_are_listed_and_found_again_by_their_identifier(self, admin: Caller) -> None:
        a_register()
        for noun in ALL:
            rows = admin.get(noun)["results"]
            assert len(rows) >= (1 if noun in ONE_IS_ENOUGH else 2), noun
            for row in rows[:3]:
                one = admin.get(f"{noun}/{row['id']}")
                assert row["id"] == one.get("id", one.get("decision_id")), noun

    def test_small_pages_hold_every_row_once_in_both_directions(self, admin: Caller) -> None:
        a_register()
        for noun in ALL:
            for order in (name for one in orders_of(NOUNS[noun]) for name in (one, f"-{one}")):
                whole = [row["id"] for row in admin.get(f"{noun}?ordering={order}&page_size=500")["results"]]
                size = max(1, len(whole) // 4)
                pages = _walk_pages(admin, f"{noun}?ordering={order}&page_size={size}", "next")
                assert _ids(pages) == whole, (noun, order)
                back = _walk_pages(admin, pages[-2]["next"] if len(pages) > 1 else noun, "previous")
                assert _ids(reversed(back)) == whole, (noun, order)

    def test_every_filter_finds_what_a_row_says_of_itself(self, admin: Caller) -> None:
        a_register()
        for noun in ALL:
            rows = admin.get(f"{noun}?page_size=500")["results"]
            for name in NOUNS[noun].filters:
                values = {json.dumps(row[name]): row[name] for row in rows if row.get(name) not in (None, "")}
                for value in values.values():
                    wanted = [row["id"] for row in rows if row[name] == value]
                    text = str(value).lower() if isinstance(value, bool) else str(value)
                    found = admin.get(f"{noun}?{name}={quote(text)}&page_size=500")["results"]
                    assert [row["id"] for row in found] == wanted, (noun, name, value)


def _ids(pages: Iterable[Any]) -> list[str]:
    return [row["id"] for page in pages for row in page["results"]]


def _walk(caller: Caller, address: str, direction: str) -> list[str]:
    return _ids(_walk_pages(caller, address, direction))


def _walk_pages(caller: Caller, address: str, direction: str) -> list[Any]:
    pages = []
    following: str | None = address
    while following:
        pages.append(caller.get(following.removeprefix("http://testserver")))
        following = pages[-1][direction]
    return pages


def _encoded(content: Any) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _wrong_cursors(key: str) -> list[str]:
    return [
        "x",
        "",
        "=",
        "é",
        "%00",
        "cD0x",
        "a" * 3000,
        _encoded({}),
        _encoded([]),
        _encoded([key, True, False, None]),
        _encoded([key, False, False, None, None]),
        _encoded([key, True, False, None, None]),
        _encoded([key, True, "no", "x", "x"]),
        _encoded([key, True, False, "x", "x"]),
        _encoded([key, True, False, {"a": 1}, ["b"]]),
        _encoded(["password", True, False, "x", "x"]),
        _encoded([key, True, False, "\x00", "\x00"]),
    ]


class TestPaging:
    def test_a_page_has_fifty_rows_unless_told_otherwise(self, admin: Caller) -> None:
        with change(SETUP, "tests.fill"):
            Party.objects.bulk_create([Party(name=f"Party {number}") for number in range(LARGEST_SIZE + 1)])
        assert len(admin.get("parties")["results"]) == USUAL_SIZE
        page = admin.get(f"parties?page_size={LARGEST_SIZE}")
        assert len(page["results"]) == LARGEST_SIZE
        assert page["next"] is not None

    def test_a_walk_holds_every_row_once_while_others_come_and_go(self, admin: Caller) -> None:
        made = [a_party(f"P{number:02}") for number in range(12)]
        address: str | None = "parties?ordering=name&page_size=3"
        seen: list[str] = []
        while address:
            page = admin.get(address.removeprefix("http://testserver"))
            seen += [row["name"] for row in page["results"]]
            address = page["next"]
            a_party(f"A{len(seen):02}")  # before the place, which must not shift it
            with change(SETUP, "tests.remove"):
                Party.objects.filter(name=seen[0]).delete()
        assert seen == [party.name for party in made]

    def test_equal_values_do_not_hide_rows(self, admin: Caller) -> None:
        with change(SETUP, "tests.fill"):
            Party.objects.bulk_create([Party(name="The same") for _ in range(25)])
        for ordering in ("name", "-name"):
            assert len(set(_walk(admin, f"parties?ordering={ordering}&page_size=4", "next"))) == 25

    def test_rows_without_a_value_come_last_in_both_directions(self, admin: Caller) -> None:
        days = [None, today(), None, today() + dt.timedelta(days=3), None, today()]
        with change(SETUP, "tests.fill"):
            UseCase.objects.bulk_create([UseCase(name=f"Case {n}", next_review=day) for n, day in enumerate(days)])
        for ordering, reverse in (("next_review", False), ("-next_review", True)):
            pages = _walk_pages(admin, f"use-cases?ordering={ordering}&page_size=1", "next")
            found = [page["results"][0]["next_review"] for page in pages]
            known = sorted((day.isoformat() for day in days if day), reverse=reverse)
            assert found == [*known, None, None, None]
            back = _walk_pages(admin, f"{pages[-2]['next']}", "previous")
            assert [page["results"][0]["next_review"] for page in reversed(back)] == found

    def test_a_link_keeps_the_filters(self, admin: Caller) -> None:
        for kind in ("company", "company", "foundation"):
            a_party(kind=kind)
        page = admin.get("parties?kind=company&page_size=1&q=party")
        assert "kind=company" in page["next"]
        assert "q=party" in page["next"]
        assert len(_walk(admin, "parties?kind=company&page_size=1", "next")) == 2

    def test_a_cursor_belongs_to_its_order(self, admin: Caller) -> None:
        for _ in range(3):
            a_party()
        cursor = admin.get("parties?page_size=1")["next"].partition("cursor=")[2].partition("&")[0]
        assert pointers(admin.refused("GET", f"parties?ordering=name&cursor={cursor}", status=422)) == ["/cursor"]

    def test_the_journal_is_paged_by_its_order_of_writing(self, admin: Caller) -> None:
        a_register()
        found = admin.get("journal?page_size=500&ordering=seq")["results"]
        assert [row["seq"] for row in found] == list(AuditEntry.objects.order_by("seq").values_list("seq", flat=True))


class TestSearch:
    @pytest.mark.parametrize(
        ("address", "found"),
        [
            ("models?q=alpha/alpha", ["Alpha-7B"]),
            ("models?q=7b", ["Beta-7B", "Alpha-7B"]),
            ("models?q=gamma", ["Gamma-1B"]),
            ("models?alias=ALPHA/alpha-7b", ["Alpha-7B"]),
            ("models?q=100%25", []),
            ("parties?q=控股", ["Holding AG"]),
            ("parties?q=LABS", ["Alpha Labs"]),
            ("licences?q=licenseref-2", ["Licence 2"]),
            ("uses?q=letters 1", ["Letters 1"]),
            ("uses?q=alpha-7b&ordering=name", ["Letters 1", "Letters 2"]),
            ("teams?q=SIDE 2", ["Team of side 2"]),
            ("users?q=owner&ordering=name", ["Owner 1", "Owner 2"]),
            ("projects?q=payments-2", ["payments-2"]),
        ],
    )
    def test_q_looks_where_people_look(self, admin: Caller, address: str, found: list[str]) -> None:
        a_register()
        assert [row["name"] for row in admin.get(address.replace(" ", "%20"))["results"]] == found

    def test_q_is_refused_where_nothing_is_searched_and_for_what_is_no_text(self, admin: Caller) -> None:
        assert pointers(admin.refused("GET", "assertions?q=x", status=422)) == ["/q"]
        assert pointers(admin.refused("GET", "parties?q=%00", status=422)) == ["/q"]
        assert pointers(admin.refused("GET", f"parties?q={'x' * 301}", status=422)) == ["/q"]

    def test_a_model_with_one_name_in_two_namespaces_is_listed_once(self, admin: Caller) -> None:
        a_model("Two", aliases=[AliasInput("huggingface", "a/b"), AliasInput("openrouter", "a/b")])
        assert len(admin.get("models?alias=a/b")["results"]) == 1


def _parties(count: int) -> None:
    for number in range(count):
        a_party(native_name=f"名 {number}")


def _models(count: int) -> None:
    for _ in range(count):
        party = a_party()
        a_model(developer=party, aliases=[AliasInput("huggingface", party.name.replace(" ", "-"))])


def _uses(count: int) -> None:
    a_policy(a_rule("WB-T-001", "deployment.retention_days > 30", on_unknown="finding"))
    uses = [a_use(a_team()) for _ in range(count)]
    judge_uses(actor=SETUP, use_ids=[use.id for use in uses])


def _statements(count: int) -> None:
    for _ in range(count):
        state("party", a_party().id, legal_name="A name")


def _users(count: int) -> None:
    for _ in range(count):
        a_user(Role.OWNER, team=a_team())


FILLED: dict[str, Callable[[int], None]] = {
    "parties": _parties,
    "models": _models,
    "releases": _models,
    "assertions": _statements,
    "uses": _uses,
    "deployments": _uses,
    "use-cases": _uses,
    "findings": _uses,
    "tasks": _uses,
    "users": _users,
    "teams": _users,
    "journal": _parties,
}


@pytest.mark.parametrize("noun", sorted(FILLED))
def test_a_long_list_takes_no_more_queries_than_a_short_one(noun: str) -> None:
    caller = a_caller(Role.ADMINISTRATOR)

    def queries(count: int) -> int:
        FILLED[noun](count)
        caller.get(noun)  # notes that the token was used, which a minute later is noted again
        with CaptureQueriesContext(connection) as found:
            rows = caller.get(f"{noun}?page_size=500")["results"]
        assert len(rows) >= count
        return len(found)

    few = queries(5)
    assert queries(60) == few
    # Token, its user's roles, the page, and at most one per kind of row inside of a row.
    assert few <= 6
