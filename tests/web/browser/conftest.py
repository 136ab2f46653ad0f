"""A real browser before the running product: its own process, on a database of its own with committed rows.

Fixtures for every browser test: `address` (of the server), `signed_in` (persona -> page of somebody who is signed in),
`shown_world` (what there is to see), `committed_world_db` (the database).
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.plugin import DjangoDbBlocker

from tests import database
from tests.database import REPOSITORY, TestDatabase
from tests.web.world import PERSONAS, World, a_world

STARTS_WITHIN = 60
SignedIn = Callable[..., Page]


@dataclass
class Shown:
    """What the browser looks at: the rows, their database, and a session for everybody."""

    world: World
    database: TestDatabase
    sessions: dict[str, str]


@pytest.fixture(scope="session")
def shown(django_db_setup: TestDatabase, template_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Shown]:
    """A committed world in a database of its own; this process's tests go on in theirs."""
    own = database.copy_of(template_database, f"test_{os.getpid()}_browser")
    with django_db_blocker.unblock():
        database.point_to(own)
        try:
            world = a_world()
            sessions = {persona: _session(world, persona) for persona in PERSONAS}
        finally:
            connections.close_all()
            database.point_to(django_db_setup)
    yield Shown(world, own, sessions)
    database.drop(own)


def _session(world: World, persona: str) -> str:
    client = Client()
    client.force_login(world.people[persona])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(scope="session")
def shown_world(shown: Shown) -> World:
    """The rows that the pages show."""
    return shown.world


@pytest.fixture(scope="session")
def committed_world_db(shown: Shown) -> TestDatabase:
    """The database behind the pages."""
    return shown.database


@pytest.fixture(scope="session")
def address(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server answers."""
    log = tmp_path_factory.mktemp("server") / "log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "tests.web.browser.serving:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "4", "--worker-tmp-dir", "/tmp", "--log-level", "warning"]  # noqa: S108
    environment = {**os.environ, "DATABASE_URL": shown.database.url, "WEIGHBRIDGE_BASE_URL": base}
    environment["DATABASE_OWNER_URL"] = shown.database.owner_url
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait(f"{base}/healthz", server, log)
            yield base
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of our own
            return
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@pytest.fixture
def signed_in(browser: Browser, address: str, shown: Shown) -> Iterator[SignedIn]:
    """The page of somebody who is signed in; further arguments are those of a browser context."""
    contexts: list[BrowserContext] = []

    def page(persona: str, **options: object) -> Page:
        context = browser.new_context(base_url=address, locale="en", reduced_motion="reduce", **options)  # type: ignore[arg-type]
        contexts.append(context)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": shown.sessions[persona], "path": "/"}
        context.add_cookies([{**cookie, "domain": urlsplit(address).hostname or ""}])  # type: ignore[list-item]
        return context.new_page()

    yield page
    for context in contexts:
        context.close()
