"""What an actor may do: by role, by team, by a token's scopes."""

from uuid import UUID

import pytest

from apps.accounts.actors import Actor
from apps.accounts.roles import PERMISSIONS, TEAM_ROLES, Role, Scope
from apps.core.errors import NotPermitted

OURS = UUID("019343a0-0000-7000-8000-000000000001")
THEIRS = UUID("019343a0-0000-7000-8000-000000000002")
EVERYTHING = frozenset().union(*PERMISSIONS.values())


def holding(*roles: str, team: UUID = OURS, scopes: frozenset[str] | None = None) -> Actor:
    return Actor(
        kind="user" if scopes is None else "token",
        label="Jana",
        roles=frozenset(role for role in roles if role not in TEAM_ROLES),
        team_roles=frozenset((team, role) for role in roles if role in TEAM_ROLES),
        scopes=scopes,
    )


@pytest.mark.parametrize("role", Role.values)
def test_a_role_gives_its_permissions_and_no_others(role: str) -> None:
    actor = holding(role)
    assert {permission for permission in EVERYTHING if actor.may(permission)} == PERMISSIONS[role]


@pytest.mark.parametrize("role", Role.values)
def test_team_roles_see_their_team_and_the_others_everything(role: str) -> None:
    assert holding(role).sees_all == (role not in TEAM_ROLES)


def test_somebody_without_roles_may_nothing() -> None:
    nobody = holding()
    assert not nobody.sees_all
    assert not [permission for permission in EVERYTHING if nobody.may(permission)]


def test_a_team_role_counts_in_its_team_only() -> None:
    owner = holding(Role.OWNER)
    assert owner.may("register.change", team_id=OURS)
    assert not owner.may("register.change", team_id=THEIRS)
    with pytest.raises(NotPermitted, match=r"register\.change"):
        owner.require("register.change", team_id=THEIRS)


@pytest.mark.parametrize(
    ("scopes", "permission", "allowed"),
    [
        ({Scope.READ}, "register.read", True),
        ({Scope.READ}, "register.change", False),
        ({Scope.GATE}, "gate.decide", True),
        ({Scope.GATE}, "register.read", False),
        ({Scope.WRITE}, "register.change", True),
        ({Scope.WRITE}, "accounts.manage", False),
        (set(), "register.read", False),
    ],
)
def test_a_token_reaches_no_further_than_its_scopes_and_its_holder(
    scopes: set[str], permission: str, allowed: bool
) -> None:
    assert holding(Role.OFFICER, scopes=frozenset(scopes)).may(permission) is allowed


def test_nobody_both_changes_and_approves_a_policy() -> None:
    assert not [role for role, held in PERMISSIONS.items() if {"policy.change", "policy.approve"} <= held]
    assert not [role for role, held in PERMISSIONS.items() if {"waivers.request", "waivers.decide"} <= held]


def test_the_auditor_changes_nothing() -> None:
    assert {permission.partition(".")[2] for permission in PERMISSIONS[Role.AUDITOR]} == {"read", "make"}


def test_the_installation_itself_may_everything() -> None:
    for actor in (Actor.system("evaluate"), Actor.command("load")):
        assert actor.sees_all
        assert all(actor.may(permission) for permission in EVERYTHING)
