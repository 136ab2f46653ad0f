"""`make backup` and `make restore`: the database and the files of the home folder, in one tar file."""

import datetime as dt
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from apps.config import environment
from apps.config.embedded import DATABASE, OWNER, SUPERUSER, EmbeddedServer
from apps.config.launch.lock import alone

NOT_KEPT = {"postgres", "backups", "static", "running", "knowledge.stamp"}
"""What the home holds that is made anew, or is in the dump already."""
DUMP = "database.dump"
ABOUT = "about.json"


class CannotKeep(Exception):
    """Why there is no backup, or why it cannot be restored."""


def backup() -> Path:
    """Write `backups/weighbridge-<time>.tar` under the home folder; the house may go on running."""
    home = environment.home()
    server = None if environment.value("DATABASE_URL") else EmbeddedServer(home)
    ours = server is not None and not server.running
    if server is not None and ours:
        if server.fresh:
            raise CannotKeep(f"There is nothing to keep: no database was ever started in {home}.")
        server.start()
    folder = home / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = dt.datetime.now(dt.UTC)
    target = folder / f"weighbridge-{made:%Y%m%dT%H%M%SZ}.tar"
    unfinished = target.with_suffix(".unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            dump, about = Path(temporary) / DUMP, Path(temporary) / ABOUT
            _pg(server, "pg_dump", ["--format=custom", f"--file={dump}", _owner_url(server)])
            about.write_text(json.dumps({"made": made.isoformat(), "database": DATABASE, "format": 1}))
            unfinished.touch(mode=0o600)
            with tarfile.open(unfinished, "w") as tar:
                tar.add(about, ABOUT)
                tar.add(dump, DUMP)
                for entry in sorted(home.iterdir()):
                    if entry.name not in NOT_KEPT:
                        tar.add(entry, f"home/{entry.name}")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
        if server is not None and ours:
            server.stop()
    return target


def restore(name: str) -> None:
    """Put back what `backup` wrote: into the embedded database, whose present content moves aside until it is done.

    Raises `CannotKeep` when the file is none of ours, when the house runs, or for a database of one's own.
    """
    file = Path(name).expanduser()
    if not name or not file.is_file():
        raise CannotKeep("Which file? make restore FILE=/path/to/weighbridge-….tar")
    if environment.value("DATABASE_URL"):
        raise CannotKeep(
            "DATABASE_URL is set: restore that database with its own pg_restore from the tar's database.dump."
        )
    home = environment.home()
    home.mkdir(parents=True, exist_ok=True)
    with alone(home), tempfile.TemporaryDirectory(dir=home) as temporary:
        try:
            _unpack(file, Path(temporary))
            json.loads((Path(temporary) / ABOUT).read_text())
        except (tarfile.TarError, OSError, ValueError) as error:
            raise CannotKeep(f"{file} is no backup of Weighbridge.") from error
        _restore_database(home, Path(temporary) / DUMP)
        _restore_files(home, Path(temporary) / "home")


def _unpack(file: Path, target: Path) -> None:
    """Files and folders of a tar below `target`, as our own; Debian 12's Python has no filter for that yet.

    Raises `ValueError` for links, devices, and names that lead out of `target`.
    """
    with tarfile.open(file) as tar:
        for member in tar:
            if not (member.isfile() or member.isdir()) or ".." in Path(member.name).parts or member.name[:1] == "/":
                raise ValueError(f"{member.name} may not be in a backup")
            member.uid, member.gid, member.uname, member.gname = os.geteuid(), os.getegid(), "", ""
            member.mode &= 0o755
            tar.extract(member, target)


def _restore_database(home: Path, dump: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    restored, before = f"{DATABASE}_restored", f"{DATABASE}_before"
    try:
        server.drop_database(restored)
        server.create_database(restored)
        # Whole or not at all. The journal's triggers come after the rows, as pg_restore orders them.
        arguments = [
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={server.dsn(SUPERUSER, restored)}",
            str(dump),
        ]
        _pg(server, "pg_restore", arguments)
        server.drop_database(before)
        with psycopg.connect(server.dsn(SUPERUSER, SUPERUSER), autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (DATABASE, before)))
            )
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (restored, DATABASE)))
            )
        server.drop_database(before)
    finally:
        server.stop()


def _restore_files(home: Path, kept: Path) -> None:
    for entry in sorted(kept.iterdir()) if kept.is_dir() else ():
        target = home / entry.name
        if target.is_dir():
            shutil.rmtree(target)
        entry.replace(target)
    (home / "knowledge.stamp").unlink(missing_ok=True)


def _owner_url(server: EmbeddedServer | None) -> str:
    if server is not None:
        return server.dsn(OWNER)
    return environment.value("DATABASE_OWNER_URL") or environment.value("DATABASE_URL")


def _pg(server: EmbeddedServer | None, program: str, arguments: list[str]) -> None:
    found = server.bin(program) if server is not None else shutil.which(program)
    if found is None:
        raise CannotKeep(f"{program} was not found: install the client programs of PostgreSQL.")
    done = subprocess.run(
        [str(found), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotKeep(f"{program} failed: {done.stderr.strip()}")
