"""What every test shares: a migrated database per process, and a fresh one for tests that need real commits."""

import os
import shutil
from collections.abc import Iterator
from itertools import count

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from apps.config.launch import preparing
from tests import database
from tests.database import TestDatabase

_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Quick passwords, plain files, tasks at once, none of which the tests are about; German as it is written now."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.CELERY_TASK_EAGER_PROPAGATES = True
    preparing.compile_translations()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        database.sweep()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that began takes the server down."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        database.remove()


@pytest.fixture(scope="session")
def template_database(django_db_blocker: DjangoDbBlocker) -> str:
    """The name of the migrated database that all others are copied from."""
    with django_db_blocker.unblock():
        return database.template()


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[TestDatabase]:
    """This process's database, reached as the application's role: instead of pytest-django's own."""
    own = database.copy_of(template_database, f"test_{os.getpid()}")
    with django_db_blocker.unblock():
        database.point_to(own)
    yield own
    with django_db_blocker.unblock():
        connections.close_all()
    database.drop(own)


@pytest.fixture
def committed_db(
    django_db_setup: TestDatabase, template_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[TestDatabase]:
    """A database of the test's own, for what needs real commits: threads, tasks, other processes.

    Use it instead of `db`; its `url` and `owner_url` are for the other processes.
    """
    own = database.copy_of(template_database, f"test_{os.getpid()}_{next(_numbers)}")
    with django_db_blocker.unblock():
        database.point_to(own)
        try:
            yield own
        finally:
            connections.close_all()
            database.point_to(django_db_setup)
            database.drop(own)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests in a real browser."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "these tests need Chromium: apt-get install chromium"
    # Playwright keeps an event loop in this thread for as long as it runs, in which Django would refuse every query of
    # the tests that come in between; they are not run by that loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
