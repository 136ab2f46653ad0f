import os
import stat
from pathlib import Path

import psycopg
import pytest

from apps.config.embedded import APP, DATABASE, OWNER, EmbeddedServer, EmbeddedServerError


def _modes(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in [path, *path.parents]}


def test_a_server_lives_in_its_home_and_changes_nothing_around_it(open_home: Path) -> None:
    middle = open_home / "middle"
    middle.mkdir(mode=0o711)
    before = _modes(middle)
    server = EmbeddedServer(middle / "home", durable=False)
    assert server.fresh
    server.start()
    try:
        assert _modes(middle) == before
        with psycopg.connect(server.dsn(APP), autocommit=True) as connection:
            assert connection.execute("SELECT current_user, current_database()").fetchone() == (APP, DATABASE)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (a int)")
        with psycopg.connect(server.dsn(OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE ours (a int)")
        with psycopg.connect(server.dsn(APP), autocommit=True) as connection:
            connection.execute("INSERT INTO ours VALUES (1)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("TRUNCATE ours")
        first = server.dsn(APP)
        server.stop()
        assert not server.running
        again = EmbeddedServer(middle / "home", durable=False)
        again.start()
        assert again.dsn(APP) == first
        with psycopg.connect(again.dsn(APP)) as connection:
            assert connection.execute("SELECT a FROM ours").fetchone() == (1,)
        assert _modes(middle) == before
    finally:
        server.stop()


def test_what_only_the_owner_may_read(open_home: Path) -> None:
    server = EmbeddedServer(open_home / "home", durable=False)
    server.start()
    server.stop()
    assert stat.S_IMODE((server.folder / "connection.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert not list(server.folder.glob("initial-password*"))


def test_before_the_first_start_there_is_no_address(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="make run"):
        EmbeddedServer(tmp_path).dsn()


def test_as_root_a_home_in_a_closed_folder_is_refused_not_opened(open_home: Path) -> None:
    if os.geteuid() != 0:  # an ordinary user's server runs as that user, wherever the home is
        EmbeddedServer(open_home / "home", durable=False).start()
        EmbeddedServer(open_home / "home", durable=False).stop()
        return
    closed = open_home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match="may not enter"):
        EmbeddedServer(closed / "home", durable=False).start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
