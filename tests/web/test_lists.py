"""What every list page does alike: search, filters in the address, order, pages. Found on the pages themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from apps.reviews.models import Change
from tests.web.addresses import LISTS, pages
from tests.web.conftest import ClientOf
from tests.web.many import many_more
from tests.web.world import World

HALF = "“quoted” & <b>bold</b> %_\\ '; --"


def lists(world: World, client_of: ClientOf) -> Iterator[tuple[str, Any]]:
    """Every list as an administrator opens it: its address and a way to ask for it with parameters."""
    client = client_of("administrator")
    for address in pages():
        if address.name in LISTS:
            path = address.path(world.arguments)

            def ask(parameters: Any = None, *, at: str = path) -> Any:
                return client.get(at, parameters or {})

            yield path, ask


def test_a_list_says_how_many_there_are_and_names_its_columns(world: World, client_of: ClientOf) -> None:
    for path, ask in lists(world, client_of):
        page = ask()
        listing, text = page.context["listing"], page.content.decode()
        assert listing.rows, path
        assert listing.count >= len(listing.rows), path
        assert text.count('<th scope="row"') >= len(listing.rows), path
        assert "<h1>" in text, path
        assert "</h1>" in text, path


def test_every_choice_of_every_filter_answers_and_shows_what_fits(world: World, client_of: ClientOf) -> None:
    for path, ask in lists(world, client_of):
        plain = ask().context["listing"]
        for shown in plain.filters:
            for value, label in shown.choices:
                answer = ask({shown.name: value})
                assert answer.status_code == 200, (path, shown.name, value)
                listing, text = answer.context["listing"], answer.content.decode()
                assert listing.filtered, path
                assert f'<option value="{value}" selected>' in text, (path, value)
                if not listing.rows:
                    assert "Nothing fits this search" in text, (path, value)
                assert str(label), path


def test_a_choice_that_there_is_not_is_refused(world: World, client_of: ClientOf) -> None:
    for path, ask in lists(world, client_of):
        for shown in ask().context["listing"].filters:
            for value in ("no-such-choice", HALF, "0", "\x00"):
                assert ask({shown.name: value}).status_code == 422, (path, shown.name, value)


def test_a_search_finds_a_row_by_its_name_and_nothing_by_nonsense(world: World, client_of: ClientOf) -> None:
    found_by = {
        "/uses": "Letters of Claims",
        "/models": "alpha-7b",
        "/parties": "青山",
        "/licences": "LicenseRef-Alpha",
        "/deployments": "Letters of Claims",
        "/use-cases": "Owner of Claims",
        "/findings": "WB-T-001",
        "/tasks": "Letters of Marketing",
        "/waivers": "A pilot",
        "/reviews": "letters of claims",
        "/reviews/done": "Owner of Claims",
        "/screening/lists": "export control",
        "/screening/lists/example-list": "rewound",
        f"/screening/versions/{world.shared['list_version_id']}": "rewound",
        "/screening/exposure": "alpha labs",
        "/screening/matches": "quandrexo",
        "/screening/runs": "tests",
        f"/screening/runs/{world.shared['run_id']}": "quandrexo",
        "/screening/events": "Alpha Labs",
        "/policy/parameters": "data_cl",
        "/gate/decisions": "refs/heads/main",
        "/gate/projects": "Payments of Claims",
        "/reports": "Letters",
        "/trusted-signers": "alpha labs",
        "/licence-texts": "the licensor",
        f"/licences/{world.licence.id}/texts": "the licensor",
        "/changes": Change.objects.get(id=world.shared["change_id"]).about,
        "/exports": "letters",
        "/imports": "quoted",
        f"/imports/{world.shared['import_id']}": "Imported-1B",
        "/journal": "waiver.propose",
        "/settings/people": "the auditor",
        "/settings/tokens": "Script",
        "/outbox": world.ours.owner.email,
    }
    for path, ask in lists(world, client_of):
        if not ask().context["listing"].searchable:
            assert path not in found_by, path
            continue
        hit = ask({"q": found_by[path]})
        assert hit.context["listing"].rows, path
        for nothing in ("zzz no such row", HALF, "%", "_"):
            answer = ask({"q": nothing})
            text = answer.content.decode()
            assert answer.status_code == 200, (path, nothing)
            assert not answer.context["listing"].rows or nothing == "_", (path, nothing)
            assert "<b>bold</b>" not in text, path
        assert "Nothing fits this search" in text or answer.context["listing"].rows, path
        assert ask({"q": "x" * 201}).status_code == 422, path
        assert ask({"q": "a\x00b"}).status_code == 422, path


def test_every_order_sorts_both_ways(world: World, client_of: ClientOf) -> None:
    for path, ask in lists(world, client_of):
        for key in ask().context["listing"].sort_urls:
            one, other = ask({"order": key}), ask({"order": f"-{key}"})
            ids = [[row.pk for row in page.context["listing"].rows] for page in (one, other)]
            if one.context["listing"].count <= 50:
                assert ids[0] == list(reversed(ids[1])), (path, key)
            ways = {_way(page) for page in (one, other)}
            assert ways == {"ascending", "descending"}, (path, key)
        default = ask().context["listing"]
        for strange in ("no-such-order", "-", "--name", "password", HALF):
            assert [row.pk for row in ask({"order": strange}).context["listing"].rows] == [
                row.pk for row in default.rows
            ], (path, strange)


def _way(page: HttpResponse) -> str:
    return page.content.decode().partition('aria-sort="')[2].partition('"')[0]


def test_a_place_that_is_none_is_refused(world: World, client_of: ClientOf) -> None:
    for path, ask in lists(world, client_of):
        for cursor in ("x", "WyJuIl0", HALF):
            assert ask({"cursor": cursor}).status_code == 422, (path, cursor)


def test_pages_lead_through_all_rows_and_keep_what_was_asked(world: World, client_of: ClientOf) -> None:
    many_more(world)
    for path, ask in lists(world, client_of):
        first = ask()
        following = first.context["listing"].next_url
        assert following, path
        second = ask(at=path + following)
        assert not {row.pk for row in first.context["listing"].rows} & {
            row.pk for row in second.context["listing"].rows
        }
        back = ask(at=path + second.context["listing"].previous_url)
        assert [row.pk for row in back.context["listing"].rows] == [row.pk for row in first.context["listing"].rows], (
            path
        )
        assert 'aria-label="Pages of the list"' in first.content.decode(), path
    client = client_of("administrator")
    asked = client.get("/findings", {"rule": "WB-T-002", "severity": "medium", "order": "use", "q": "another"})
    listing = asked.context["listing"]
    assert listing.count == 60
    for kept in ("rule=WB-T-002", "severity=medium", "order=use", "q=another"):
        assert kept in listing.next_url
    assert '<input type="hidden" name="rule" value="WB-T-002">' in asked.content.decode()


def test_a_search_is_part_of_one_query_however_many_rows(world: World, client_of: ClientOf) -> None:
    client = client_of("administrator")
    client.get("/parties?q=alpha")
    with CaptureQueriesContext(connection) as plain:
        client.get("/parties")
    with CaptureQueriesContext(connection) as searched:
        client.get("/parties?q=alpha")
    assert len(searched) == len(plain)


@pytest.mark.parametrize(
    "address", ["/reports", "/gate/decisions", "/waivers", "/tasks", "/outbox", "/settings/tokens"]
)
def test_an_empty_list_says_what_belongs_there(db: None, address: str) -> None:
    from django.test import Client

    from tests.making import a_policy, a_rule, a_user

    a_policy(a_rule("WB-T-001", "true"))
    client = Client(headers={"accept-language": "en"})
    client.force_login(a_user("officer"))
    text = client.get(address).content.decode()
    assert "0 entries" in text
    assert 'class="empty-state"' in text
    assert "<table" not in text
