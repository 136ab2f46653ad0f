"""People, teams and the organisation by API."""

import pytest

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core.ids import uuid7
from tests.api.calling import Holder, a_caller, pointers
from tests.making import SETUP, a_team, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Holder:
    return a_caller(Role.ADMINISTRATOR)


def test_somebody_is_created_given_a_role_and_shut_out(admin: Holder) -> None:
    team = admin.post("teams", {"name": "Payments"})
    made = admin.post("users", {"email": "Jana@Example.test", "name": "Jana", "language": "de"})
    assert (made["email"], made["kind"], made["roles"], made["is_active"]) == ("jana@example.test", "person", [], True)
    held = admin.post(f"users/{made['id']}/grant", {"role": "owner", "team": team["id"], "reason": "new"}, status=200)
    assert held["roles"] == [{"role": "owner", "team": team["id"]}]
    assert admin.post(f"users/{made['id']}/grant", {"role": "owner", "team": team["id"]}, status=200) == held
    assert admin.post(f"users/{made['id']}/revoke", {"role": "owner", "team": team["id"]}, status=200)["roles"] == []
    assert not admin.post(f"users/{made['id']}/deactivate", {"reason": "left"}, status=200)["is_active"]
    assert admin.post(f"users/{made['id']}/activate", {"reason": "back"}, status=200)["is_active"]
    user = User.objects.get(id=made["id"])
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"role": "owner"}, "/team"),
        ({"role": "auditor", "team": "own"}, "/team"),
        ({"role": "owner", "team": "nowhere"}, "/team"),
        ({"role": "king"}, "/role"),
        ({}, "/role"),
    ],
)
def test_roles_are_held_where_they_can_be(admin: Holder, body: dict[str, str], where: str) -> None:
    team = {"own": str(a_team().id), "nowhere": str(uuid7())}.get(body.get("team", ""))
    sent = {**body, **({"team": team} if team else {})}
    assert pointers(admin.refused("POST", f"users/{a_user().id}/grant", sent, status=422)) == [where]


def test_a_role_that_is_not_held_cannot_be_taken_back(admin: Holder) -> None:
    admin.refused("POST", f"users/{a_user().id}/revoke", {"role": "auditor"}, status=404)


def test_the_last_administrator_stays_and_nobody_shuts_out_themselves(admin: Holder) -> None:
    own = f"users/{admin.user.id}"
    assert pointers(admin.refused("POST", f"{own}/revoke", {"role": "administrator"}, status=422)) == ["/role"]
    found = admin.refused("POST", f"{own}/deactivate", {"reason": "tired"}, status=422)
    assert pointers(found) == ["/is_active"]


def test_an_address_is_taken_once(admin: Holder) -> None:
    user = a_user()
    found = admin.refused("POST", "users", {"email": user.email.upper(), "name": "X"}, status=409)
    assert found["existing"] == str(user.id)
    assert pointers(admin.refused("POST", "users", {"email": "x", "name": "X"}, status=422)) == ["/email"]


def test_everybody_chooses_their_language_and_an_administrator_for_anybody(admin: Holder) -> None:
    somebody, other = a_caller(Role.OFFICER), a_user()
    assert somebody.call("PATCH", f"users/{somebody.user.id}", {"language": "de", "theme": "dark"}).status_code == 200
    assert User.objects.get(id=somebody.user.id).theme == "dark"
    somebody.refused("PATCH", f"users/{other.id}", {"language": "de"}, status=403)
    assert admin.call("PATCH", f"users/{other.id}", {"language": "de"}).status_code == 200
    assert pointers(admin.refused("PATCH", f"users/{other.id}", {"language": "tlh"}, status=422)) == ["/language"]
    assert pointers(admin.refused("PATCH", f"users/{other.id}", {"is_active": False}, status=422)) == ["/is_active"]


def test_a_model_owner_sees_team_mates_and_nobody_else() -> None:
    team = a_team()
    owner, mate = a_caller(Role.OWNER, team=team), a_user(Role.OWNER, team=team)
    a_user(Role.OWNER, team=a_team())
    assert {row["id"] for row in owner.get("users")["results"]} == {str(owner.user.id), str(mate.id)}
    assert [row["id"] for row in owner.get("teams")["results"]] == [str(team.id)]


def test_the_profile_of_the_organisation_are_facts_about_it() -> None:
    officer = a_caller(Role.OFFICER)
    accounts.set_up_organisation(actor=SETUP, name="Example AG")
    organisation = officer.get("organisation")
    assert organisation["name"] == "Example AG"
    renamed = officer.call("PATCH", "organisation", {"name": "Example SE"})
    assert renamed.status_code == 200
    fact = {
        "subject_type": "org",
        "subject_id": organisation["id"],
        "field": "operating_countries",
        "value": ["AU", "DE"],
    }
    stated = officer.post("assertions", fact)
    assert (stated["value"], stated["state"]) == (["AU", "DE"], "claimed_by_owner")
    found = officer.get(f"assertions?subject_type=org&subject_id={organisation['id']}&current=true")["results"]
    assert [row["id"] for row in found] == [stated["id"]]
    a_caller(Role.OWNER, team=a_team()).refused("POST", "assertions", fact, status=403)
