"""People with a browser: each signed in, each in their place."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import Team, User
from apps.accounts.roles import Role
from tests.making import a_team, a_user


def signed_in(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def team(db: None) -> Team:
    """The team whose uses the tests are about."""
    return a_team("Claims")


@pytest.fixture
def officer(db: None) -> Client:
    """A compliance officer: sees and states everything."""
    return signed_in(a_user(Role.OFFICER, name="Olga Officer"))


@pytest.fixture
def administrator(db: None) -> Client:
    """An administrator."""
    return signed_in(a_user(Role.ADMINISTRATOR, name="Ada Administrator"))


@pytest.fixture
def approver(db: None) -> Client:
    """An approver."""
    return signed_in(a_user(Role.APPROVER, name="Abe Approver"))


@pytest.fixture
def auditor(db: None) -> Client:
    """An auditor: reads everything, changes nothing."""
    return signed_in(a_user(Role.AUDITOR, name="Aud Auditor"))


@pytest.fixture
def owner(team: Team) -> Client:
    """A model owner of the team."""
    return signed_in(a_user(Role.OWNER, team=team, name="Otto Owner"))


@pytest.fixture
def teammate(team: Team) -> Client:
    """Another model owner of the team."""
    return signed_in(a_user(Role.OWNER, team=team, name="Mia Mate"))


@pytest.fixture
def stranger(db: None) -> Client:
    """A model owner of another team."""
    return signed_in(a_user(Role.OWNER, team=a_team("Elsewhere"), name="Stan Stranger"))


@pytest.fixture
def anonymous(db: None) -> Client:
    """Nobody."""
    return Client()


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """Signs anybody in."""
    return signed_in
