"""People, teams and the own account on pages."""

import re

import pytest
from django.test import Client

from apps.accounts.models import RoleGrant, Team, User
from tests.making import PASSWORD
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import FORMULA, NASTY, World

GOOD = {"name": "Nina Neu", "email": "nina@example.test", "kind": "person", "language": "de", "password": ""}


class TestEntering:
    def test_somebody_is_entered_and_can_sign_in_with_the_first_password(
        self, world: World, client_of: ClientOf
    ) -> None:
        before = newest()
        sent = {**GOOD, "email": " Nina@Example.TEST ", "password": "a long enough one"}
        answer = client_of("administrator").post("/settings/people/new", sent, follow=True)
        person = User.objects.get(email="nina@example.test")
        assert answer.redirect_chain == [(f"/settings/people/{person.id}", 302)]
        assert "Nina Neu is entered. Now give a role." in main_of(answer)
        entries = entries_since(before)
        assert [entry.action for entry in entries] == ["user.create"]
        assert "a long enough one" not in str(entries[0].after)
        door = Client().post("/sign-in", {"email": "nina@example.test", "password": "a long enough one"})
        assert door.status_code == 302

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"name": "a\x00b"}, "name"),
            ({"email": ""}, "email"),
            ({"email": "nobody"}, "email"),
            ({"email": "a@b"}, "email"),
            ({"email": "x" * 250 + "@example.test"}, "email"),
            ({"kind": "robot"}, "kind"),
            ({"language": "fr"}, "language"),
            ({"password": "short"}, "password"),
            ({"password": "nina@example.test"}, "password"),
            ({"password": "x" * 201}, "password"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_kept(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        page = client_of("administrator").post("/settings/people/new", {**GOOD, **sent})
        assert list(errors_of(page)) == [field]
        assert "Nina Neu" in page.content.decode() or field == "name"
        assert not re.search(r'type="password"[^>]*value=', page.content.decode())
        assert not entries_since(before)

    def test_somebody_who_is_there_is_offered_instead(self, world: World, client_of: ClientOf) -> None:
        sent = {**GOOD, "email": world.people["officer"].email}
        page = client_of("administrator").post("/settings/people/new", sent)
        assert f'href="/settings/people/{world.people["officer"].id}"' in page.content.decode()

    def test_names_are_text(self, world: World, client_of: ClientOf) -> None:
        client = client_of("administrator")
        for name in (NASTY, FORMULA):
            client.post("/settings/people/new", {**GOOD, "name": name, "email": f"{len(name)}@example.test"})
            person = User.objects.get(name=name)
            for address in ("/settings/people", f"/settings/people/{person.id}"):
                assert "<script>alert" not in client.get(address).content.decode()


class TestRoles:
    def test_one_is_given_and_taken_back_with_a_reason(self, world: World, client_of: ClientOf) -> None:
        client, person = client_of("administrator"), world.people["nobody"]
        path, before = f"/settings/people/{person.id}", newest()
        sent = {"role": "owner", "team": str(world.ours.team.id), "reason": "Joined the team"}
        assert "The role is given." in main_of(client.post(path, sent, follow=True))
        grant = RoleGrant.objects.get(user=person)
        assert grant.team == world.ours.team
        answer = client.post(f"{path}/grants/{grant.id}/revoke", {"reason": "Left the team"}, follow=True)
        assert "The role is taken back." in main_of(answer)
        assert [(entry.action, entry.reason) for entry in entries_since(before)] == [
            ("role.grant", "Joined the team"),
            ("role.revoke", "Left the team"),
        ]

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"role": ""}, "role"),
            ({"role": "king"}, "role"),
            ({"role": "owner", "team": ""}, "team"),
            ({"role": "auditor", "team": "ours"}, "team"),
            ({"role": "owner", "team": "01a20fa4-0000-7000-8000-000000000000"}, "team"),
            ({"role": "auditor", "reason": "x" * 501}, "reason"),
        ],
    )
    def test_bad_input_is_said_at_the_field(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        if sent.get("team") == "ours":
            sent = {**sent, "team": str(world.ours.team.id)}
        before = newest()
        page = client_of("administrator").post(f"/settings/people/{world.people['nobody'].id}", sent)
        assert list(errors_of(page)) == [field]
        assert not entries_since(before)

    def test_the_last_administrator_stays_one(self, world: World, client_of: ClientOf) -> None:
        admin = world.people["administrator"]
        grant = RoleGrant.objects.get(user=admin)
        answer = client_of("administrator").post(
            f"/settings/people/{admin.id}/grants/{grant.id}/revoke", {"reason": "x"}
        )
        assert answer.status_code == 422
        assert "This is the last administrator; name another one first." in main_of(answer)
        assert RoleGrant.objects.filter(id=grant.id).exists()


class TestShuttingOut:
    def test_somebody_is_shut_out_and_let_in_again(self, world: World, client_of: ClientOf) -> None:
        client, person = client_of("administrator"), world.people["owner"]
        path, before = f"/settings/people/{person.id}/active", newest()
        theirs = client_of("owner")
        assert "May no longer sign in" in main_of(client.post(path, {"active": "0", "reason": "Left"}, follow=True))
        assert theirs.get("/").status_code == 302
        assert "May sign in again." in main_of(client.post(path, {"active": "1", "reason": "Back"}, follow=True))
        assert [(entry.action, entry.reason) for entry in entries_since(before)] == [
            ("user.deactivate", "Left"),
            ("user.activate", "Back"),
        ]

    def test_nobody_shuts_out_themselves(self, world: World, client_of: ClientOf) -> None:
        client, person = client_of("administrator"), world.people["administrator"]
        assert "Shut out" not in main_of(client.get(f"/settings/people/{person.id}"))
        answer = client.post(f"/settings/people/{person.id}/active", {"active": "0", "reason": "x"})
        assert answer.status_code == 422
        person.refresh_from_db()
        assert person.is_active

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 2001, "a\x00b"])
    def test_a_reason_is_needed_and_never_cut(self, world: World, client_of: ClientOf, reason: str) -> None:
        before, person = newest(), world.people["owner"]
        path = f"/settings/people/{person.id}/active"
        assert client_of("administrator").post(path, {"active": "0", "reason": reason}).status_code == 422
        assert not entries_since(before)


class TestTeams:
    def test_one_is_entered(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        answer = client_of("administrator").post("/settings/teams", {"name": "Research"}, follow=True)
        assert "The team Research is entered." in main_of(answer)
        assert [entry.action for entry in entries_since(before)] == ["team.create"]
        text = main_of(answer)
        assert "Owner of Claims Model owner" in text

    @pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\u202eb", "claims"])
    def test_bad_names_are_refused(self, world: World, client_of: ClientOf, name: str) -> None:
        before = newest()
        assert errors_of(client_of("administrator").post("/settings/teams", {"name": name}))
        assert not entries_since(before)
        assert Team.objects.count() == 2


class TestOwnAccount:
    def test_a_new_password_ends_other_sessions_and_not_this_one(self, world: World, client_of: ClientOf) -> None:
        here, elsewhere = client_of("auditor"), client_of("auditor")
        before = newest()
        sent = {"current": PASSWORD, "password": "another long phrase"}
        assert "The password is changed." in main_of(here.post("/account", sent, follow=True))
        assert here.get("/account").status_code == 200
        assert elsewhere.get("/account").status_code == 302
        assert [entry.action for entry in entries_since(before)] == ["user.password"]

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"current": "wrong password"}, "current"),
            ({"current": ""}, "current"),
            ({"password": "short"}, "password"),
            ({"password": ""}, "password"),
        ],
    )
    def test_bad_input_changes_nothing(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        page = client_of("auditor").post("/account", {"current": PASSWORD, "password": "another long phrase", **sent})
        assert list(errors_of(page)) == [field]
        assert PASSWORD not in page.content.decode()
        assert not entries_since(before)

    def test_roles_are_shown(self, world: World, client_of: ClientOf) -> None:
        assert "Model owner · Claims" in main_of(client_of("owner").get("/account"))
        assert "No role yet" in main_of(client_of("nobody").get("/account"))
