"""People, teams, roles and tokens: who may, what is refused, what the journal says."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import authenticate

from apps.accounts import services
from apps.accounts.actors import Actor
from apps.accounts.models import ApiToken, User
from apps.accounts.roles import PERMISSIONS, TEAM_ROLES, Role
from apps.accounts.selectors import actor_for, people, teams, token_by_secret, tokens
from apps.audit.models import AuditEntry
from apps.core.clock import now
from apps.core.errors import DuplicateFound, InvalidInput, NotFound, NotPermitted
from tests.making import PASSWORD, SETUP, a_team, a_user, an_actor

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=30)


def pointer(refused: pytest.ExceptionInfo[Any]) -> str | None:
    return refused.value.errors[0].pointer if refused.value.errors else None


@pytest.mark.parametrize("role", [role for role in Role if "accounts.manage" not in PERMISSIONS[role]])
def test_only_an_administrator_manages_accounts(role: str) -> None:
    team = a_team()
    actor = an_actor(role, team=team)
    user = a_user()
    attempts = [
        lambda: services.create_team(actor=actor, name="Mine"),
        lambda: services.create_user(actor=actor, email="x@example.test", name="X"),
        lambda: services.grant_role(actor=actor, user=user, role=Role.ADMINISTRATOR),
        lambda: services.set_active(actor=actor, user=user, active=False, reason="no"),
        lambda: services.change_password(actor=actor, user=user, password=PASSWORD),
        lambda: services.set_preferences(actor=actor, user=user, language="de"),
        lambda: services.issue_token(actor=actor, user=user, name="t", scopes=["read"], expires_at=now() + SOON),
    ]
    before = AuditEntry.objects.count()
    for attempt in attempts:
        with pytest.raises(NotPermitted):
            attempt()
    assert AuditEntry.objects.count() == before


def test_a_user_signs_in_with_the_address_in_any_case() -> None:
    user = a_user(email="Jana.Muster@Example.test", password=PASSWORD)
    assert user.email == "jana.muster@example.test"
    assert authenticate(None, username=" JANA.muster@example.test ", password=PASSWORD) == user
    assert authenticate(None, username="jana.muster@example.test", password="something else") is None
    assert authenticate(None, username="nobody@example.test", password=PASSWORD) is None


@pytest.mark.parametrize(("kind", "password"), [("service", PASSWORD), ("person", None)])
def test_service_accounts_and_people_without_a_password_do_not_sign_in(kind: str, password: str | None) -> None:
    user = a_user(kind=kind, password=password)
    assert authenticate(None, username=user.email, password=password or "") is None


def test_who_is_shut_out_can_neither_sign_in_nor_use_a_token() -> None:
    user = a_user(password=PASSWORD)
    _, secret = services.issue_token(
        actor=actor_for(user), user=user, name="mine", scopes=["read"], expires_at=now() + SOON
    )
    services.set_active(actor=SETUP, user=user, active=False, reason="left the company")
    assert authenticate(None, username=user.email, password=PASSWORD) is None
    assert token_by_secret(secret) is None


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"email": "not an address"}, "/email"),
        ({"email": "a@b\x00.test"}, "/email"),
        ({"name": " "}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"language": "fr"}, "/language"),
        ({"kind": "robot"}, "/kind"),
        ({"password": ""}, "/password"),
        ({"password": "short"}, "/password"),
        ({"password": "password1234"}, "/password"),
        ({"password": "x" * 201}, "/password"),
        ({"password": "correct horse\x00battery"}, "/password"),
        ({"email": "longenough.name@example.test", "password": "longenough.name"}, "/password"),
    ],
)
def test_wrong_users_are_refused_where_they_are_wrong(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.create_user(actor=SETUP, **{"email": "new@example.test", "name": "New Person", **fields})
    assert pointer(refused) == where


def test_two_people_cannot_share_an_address_or_two_teams_a_name() -> None:
    user, team = a_user(email="one@example.test"), a_team("Claims")
    with pytest.raises(DuplicateFound) as refused:
        services.create_user(actor=SETUP, email="ONE@example.test", name="Other")
    assert refused.value.existing == str(user.id)
    with pytest.raises(DuplicateFound) as refused:
        services.create_team(actor=SETUP, name=" claims ")
    assert refused.value.existing == str(team.id)


def test_names_in_any_script_get_a_slug_of_their_own() -> None:
    slugs = [services.create_team(actor=SETUP, name=name).slug for name in ("数据", "平台", "R&D", "R D", "RD")]
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("role", Role.values)
def test_team_roles_need_a_team_and_the_others_must_not_have_one(role: str) -> None:
    user, team = a_user(), a_team()
    wrong = None if role in TEAM_ROLES else team
    with pytest.raises(InvalidInput) as refused:
        services.grant_role(actor=SETUP, user=user, role=role, team=wrong)
    assert pointer(refused) == "/team"


def test_a_role_given_twice_is_held_once() -> None:
    user = a_user()
    first = services.grant_role(actor=SETUP, user=user, role=Role.AUDITOR)
    entries = AuditEntry.objects.count()
    assert services.grant_role(actor=SETUP, user=user, role=Role.AUDITOR) == first
    assert AuditEntry.objects.count() == entries


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(InvalidInput):
        services.grant_role(actor=SETUP, user=a_user(), role="king")


def test_the_last_administrator_stays() -> None:
    user = a_user(Role.ADMINISTRATOR)
    grant = user.grants.get()
    with pytest.raises(InvalidInput):
        services.revoke_role(actor=SETUP, grant=grant)
    a_user(Role.ADMINISTRATOR)
    services.revoke_role(actor=SETUP, grant=grant, reason="moved on")
    assert not user.grants.exists()


def test_an_administrator_cannot_shut_out_themselves() -> None:
    user = a_user(Role.ADMINISTRATOR)
    with pytest.raises(InvalidInput):
        services.set_active(actor=actor_for(user), user=user, active=False, reason="oops")


def test_people_see_everybody_or_their_team_mates() -> None:
    ours, theirs = a_team(), a_team()
    mate, stranger = a_user(Role.OWNER, team=ours), a_user(Role.OWNER, team=theirs)
    owner = an_actor(Role.OWNER, team=ours)
    assert {mate.id, owner.user_id} == set(people(owner).values_list("id", flat=True))
    assert list(teams(owner)) == [ours]
    assert {mate.id, stranger.id} <= set(people(an_actor(Role.AUDITOR)).values_list("id", flat=True))


class TestTokens:
    def issue(self, user: User, **more: Any) -> tuple[ApiToken, str]:
        wanted = {"name": "build", "scopes": ["read"], "expires_at": now() + SOON, **more}
        return services.issue_token(actor=wanted.pop("actor", None) or actor_for(user), user=user, **wanted)

    def test_the_secret_opens_it_and_is_not_stored(self) -> None:
        token, secret = self.issue(a_user())
        assert secret.startswith("wb_")
        assert token_by_secret(secret) == token
        stored = repr(ApiToken.objects.filter(id=token.id).values().get())
        assert secret[9:] not in stored
        assert secret not in repr(list(AuditEntry.objects.filter(subject_id=token.id).values()))

    @pytest.mark.parametrize("wrong", ["", "wb_", "wb_" + "x" * 43, "wb_" + "x" * 200, "other"])
    def test_another_secret_opens_nothing(self, wrong: str) -> None:
        self.issue(a_user())
        assert token_by_secret(wrong) is None

    def test_revoked_it_opens_nothing(self) -> None:
        user = a_user()
        token, secret = self.issue(user)
        revoked = services.revoke_token(actor=actor_for(user), token=token)
        first = revoked.revoked_at
        assert token_by_secret(secret) is None
        assert services.revoke_token(actor=actor_for(user), token=token).revoked_at == first

    def test_expired_it_opens_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _, secret = self.issue(a_user())
        later = now() + SOON
        monkeypatch.setattr("apps.accounts.models.now", lambda: later)
        assert token_by_secret(secret) is None

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"name": ""}, "/name"),
            ({"scopes": []}, "/scopes"),
            ({"scopes": ["everything"]}, "/scopes"),
            ({"expires_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "/expires_at"),
            ({"expires_at": dt.datetime(2990, 1, 1, tzinfo=dt.UTC)}, "/expires_at"),
        ],
    )
    def test_wrong_ones_are_refused(self, fields: dict[str, Any], where: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            self.issue(a_user(), **fields)
        assert pointer(refused) == where

    def test_an_administrator_issues_them_for_machines_but_not_in_the_name_of_people(self) -> None:
        administrator = an_actor(Role.ADMINISTRATOR)
        machine, approver = a_user(kind="service"), a_user(Role.APPROVER)
        token, _ = self.issue(machine, actor=administrator)
        assert token.user == machine
        with pytest.raises(NotPermitted):
            self.issue(approver, actor=administrator)

    def test_a_token_cannot_issue_tokens(self) -> None:
        user = a_user(Role.ADMINISTRATOR)
        with pytest.raises(NotPermitted):
            self.issue(user, actor=actor_for(user, kind="token", scopes=frozenset({"write"})))

    def test_others_tokens_are_out_of_sight(self) -> None:
        token, _ = self.issue(a_user())
        stranger = an_actor(Role.OFFICER)
        assert not tokens(stranger).exists()
        with pytest.raises(NotFound):
            services.revoke_token(actor=stranger, token=token)


def test_a_password_is_changed_by_oneself_and_never_shown_in_the_journal() -> None:
    user = a_user(password=PASSWORD)
    services.change_password(actor=actor_for(user), user=user, password="another long passphrase")
    assert authenticate(None, username=user.email, password="another long passphrase") == user
    entry = AuditEntry.objects.filter(subject_id=user.id, action="user.password").get()
    assert (entry.before, entry.after) == ({"password": "(secret)"}, {"password": "(secret)"})
    with pytest.raises(InvalidInput):
        services.change_password(actor=actor_for(user), user=user, password="short")


def test_there_is_one_organisation() -> None:
    first = services.set_up_organisation(actor=SETUP, name="Beispiel AG")
    second = services.set_up_organisation(actor=SETUP, name="Beispiel SE")
    assert (first.id, second.name) == (second.id, "Beispiel SE")
    with pytest.raises(NotPermitted):
        services.set_up_organisation(actor=Actor(kind="user", label="Nobody"), name="Mine")
