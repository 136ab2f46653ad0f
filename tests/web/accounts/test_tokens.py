"""Tokens on pages: shown once, then a digest."""

import re

import pytest
from django.test import Client

from apps.accounts.models import ApiToken
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import NASTY, World


def good(world: World, persona: str = "owner", **more: object) -> dict[str, object]:
    return {"name": "Script", "holder": str(world.people[persona].id), "scopes": ["read"], "life": "90", **more}


class TestIssuing:
    def test_the_secret_is_shown_once_and_opens_the_api(self, world: World, client_of: ClientOf) -> None:
        client, before = client_of("owner"), newest()
        page = client.post("/settings/tokens/new", good(world))
        found = re.search(r"wb_[\w-]{40,}", page.content.decode())
        assert found
        secret = found.group()
        assert "no-store" in page["Cache-Control"]
        assert "cannot be shown again" in main_of(page)
        api = Client().get("/api/v1/uses", headers={"Authorization": f"Bearer {secret}"})
        assert api.status_code == 200
        assert secret not in client.get("/settings/tokens").content.decode()
        assert "Script" in main_of(client.get("/settings/tokens"))
        entries = entries_since(before)
        assert [entry.action for entry in entries if entry.actor_kind == "user"] == ["token.issue"]
        assert secret not in str([entry.after for entry in entries])

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["root"]}, "scopes"),
            ({"life": "9999"}, "life"),
            ({"life": ""}, "life"),
            ({"holder": ""}, "holder"),
            ({"holder": "x"}, "holder"),
        ],
    )
    def test_bad_input_is_said_at_the_field(
        self, world: World, client_of: ClientOf, sent: dict[str, object], field: str
    ) -> None:
        before = newest()
        page = client_of("owner").post("/settings/tokens/new", good(world, **sent))
        assert list(errors_of(page)) == [field]
        assert not entries_since(before)

    def test_for_somebody_else_nobody_issues_one(self, world: World, client_of: ClientOf) -> None:
        for persona, holder in (("owner", "officer"), ("administrator", "officer"), ("officer", "ci"), ("owner", "ci")):
            page = client_of(persona).post("/settings/tokens/new", good(world, holder))
            assert list(errors_of(page)) == ["holder"], (persona, holder)
        page = client_of("administrator").post("/settings/tokens/new", good(world, "ci", scopes=["gate:decide"]))
        assert "wb_" in page.content.decode()


class TestRevoking:
    def test_a_revoked_token_says_so_and_has_no_button(self, world: World, client_of: ClientOf) -> None:
        client, before = client_of("administrator"), newest()
        answer = client.post(f"/settings/tokens/{world.shared['token_id']}/revoke", follow=True)
        assert "it opens nothing any more" in main_of(answer)
        assert "Revoked" in main_of(answer)
        assert f"/settings/tokens/{world.shared['token_id']}/revoke" not in answer.content.decode()
        assert [entry.action for entry in entries_since(before)] == ["token.revoke"]
        again = newest()
        client.post(f"/settings/tokens/{world.shared['token_id']}/revoke")
        assert not entries_since(again)

    def test_each_sees_their_own(self, world: World, client_of: ClientOf) -> None:
        client_of("owner").post("/settings/tokens/new", good(world, name=NASTY))
        assert ApiToken.objects.filter(user=world.people["owner"]).count() == 1
        assert client_of("mate").get("/settings/tokens").context["listing"].count == 0
        assert client_of("administrator").get("/settings/tokens").context["listing"].count == 2
        assert "<script>alert" not in client_of("owner").get("/settings/tokens").content.decode()
