"""Somebody signed in for every role, and something to look at."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.web.world import World, a_world

ClientOf = Callable[[str], Client]


@pytest.fixture
def world(db: None) -> World:
    """Two teams with everything a page can show."""
    return a_world()


@pytest.fixture
def client_of(world: World) -> ClientOf:
    """A browser of somebody who is signed in: officer, administrator, approver, auditor, owner (team Claims), mate (of
    the owner's team), stranger (owner in team Marketing), nobody (without a role)."""

    def signed_in(persona: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(world.people[persona])
        return client

    return signed_in
