"""The tests' PostgreSQL: one embedded server, one migrated template, a copy of it for everybody who needs a database.

With `WEIGHBRIDGE_TEST_HOME` set to a folder the server and the template stay for the next run.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections

from apps.config import environment
from apps.config.embedded import APP, OWNER, SUPERUSER, EmbeddedServer

REPOSITORY = Path(__file__).resolve().parents[1]
SHAPES_THE_SCHEMA = ("apps/*/migrations/*.py", "apps/*/models.py", "apps/*/models/*.py", "apps/audit/*.py")


@dataclass(frozen=True)
class TestDatabase:
    """One database: its name and how the two roles reach it."""

    __test__ = False

    name: str
    url: str
    owner_url: str


def server_home() -> Path:
    """Where the tests' server lives."""
    return Path(os.environ["WEIGHBRIDGE_TEST_SERVER"])


def server() -> EmbeddedServer:
    """The tests' server, which need not run yet."""
    return EmbeddedServer(server_home(), durable=False)


@contextmanager
def _locked() -> Iterator[None]:
    home = server_home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def schema_digest() -> str:
    """What a template must have been made from to be used again."""
    digest = hashlib.sha256()
    for pattern in SHAPES_THE_SCHEMA:
        for file in sorted(REPOSITORY.glob(pattern)):
            digest.update(str(file.relative_to(REPOSITORY)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def point_to(database: TestDatabase) -> None:
    """Let Django's connections of this process use `database`."""
    for alias, url in (("default", database.url), ("owner", database.owner_url)):
        connections[alias].close()
        wanted = environment.database("DATABASE_URL", url)
        for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT"):
            connections[alias].settings_dict[key] = wanted[key]
            connections.databases[alias][key] = wanted[key]


def _exists(running: EmbeddedServer, name: str) -> bool:
    with psycopg.connect(running.dsn(SUPERUSER, SUPERUSER)) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _described(running: EmbeddedServer, name: str) -> TestDatabase:
    return TestDatabase(name, running.dsn(APP, name), running.dsn(OWNER, name))


def template() -> str:
    """Start the server and migrate a template if there is none; the name of the template."""
    name = f"template_{schema_digest()}"
    running = server()
    with _locked():
        running.start()
        if not _exists(running, name):
            unfinished = f"{name}_unfinished"
            running.drop_database(unfinished)
            running.create_database(unfinished)
            point_to(_described(running, unfinished))
            call_command("migrate", verbosity=0, interactive=False)
            connections.close_all()
            with psycopg.connect(running.dsn(SUPERUSER, SUPERUSER), autocommit=True) as connection:
                connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


def copy_of(source: str, name: str) -> TestDatabase:
    """A fresh database that looks like `source`."""
    running = server()
    with _locked():  # a template cannot be copied by two at once
        running.drop_database(name)
        running.create_database(name, template=source)
    return _described(running, name)


def drop(database: TestDatabase) -> None:
    """Forget `database`."""
    server().drop_database(database.name)


def sweep() -> None:
    """Stop and remove what killed test runs left behind."""
    for left in Path(tempfile.gettempdir()).glob("weighbridge-test-*"):
        process = left.name.rpartition("-")[2]
        if process.isdigit() and not Path("/proc", process).exists():
            EmbeddedServer(left).stop()
            shutil.rmtree(left, ignore_errors=True)


def remove() -> None:
    """Stop the server of this run and remove it, unless it is to be kept."""
    if "WEIGHBRIDGE_TEST_HOME" in os.environ or not server_home().exists():
        return
    server().stop()
    shutil.rmtree(server_home(), ignore_errors=True)
