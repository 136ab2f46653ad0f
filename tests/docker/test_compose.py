"""Image and compose file fit the code: there is no engine here to try them, so what they name is looked up."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.core.management import load_command_class
from gunicorn.config import Config

from apps.config import environment
from apps.config.embedded import SUPERUSER
from apps.config.launch.running import _commands as commands_of_make_run
from tests.database import REPOSITORY, server

DOCKER = REPOSITORY / "docker"
HOME = "/var/lib/weighbridge"
ONE_SHOT = {"migrate"}
KNOWN = re.compile(r"environment\.(?:value|flag|number)\(\s*\"([A-Z_]+)\"|\bvalue\(\"([A-Z_]+)\"")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, in order."""
    joined = re.sub(r"\\\n\s*", "", (DOCKER / "Dockerfile").read_text())
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture(scope="module")
def final_stage(instructions: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The instructions of the image that is kept."""
    last = max(number for number, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[last:]


def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that run the product's own image."""
    return {name: service for name, service in compose["services"].items() if "build" in service}


def argument(instructions: list[tuple[str, str]], name: str) -> str:
    return next(rest for found, rest in instructions if found == name)


def command_of(text: str) -> list[str]:
    found: list[str] = json.loads(text[text.index("[") :])
    return found


def known_settings() -> set[str]:
    """Every name that the code asks the environment for."""
    found = set()
    for file in (REPOSITORY / "apps").rglob("*.py"):
        found |= {plain or own for plain, own in KNOWN.findall(file.read_text())}
    return found


class TestEnvironment:
    def test_every_setting_that_is_given_is_read_somewhere(
        self, compose: dict[str, Any], final_stage: list[tuple[str, str]]
    ) -> None:
        known = known_settings()
        assert {"DATABASE_URL", "DATABASE_OWNER_URL", "WEIGHBRIDGE_SECRET_KEY", "EMAIL_URL", "PORT"} <= known
        image = set(re.findall(r"([A-Z_]+)=", argument(final_stage, "ENV"))) - {"PATH"}
        given = {name for service in ours(compose).values() for name in service["environment"]} | image
        python = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
        assert {name.removesuffix("_FILE") for name in given} - python - known == set()

    def test_what_the_shell_may_set_has_the_names_of_the_contract(self, compose: dict[str, Any]) -> None:
        text = (DOCKER / "compose.yaml").read_text()
        assert set(re.findall(r"\$\{([A-Z_]+)", text)) - known_settings() == set()

    def test_only_the_migration_knows_the_owner_of_the_tables(self, compose: dict[str, Any]) -> None:
        knowing = {name for name, service in ours(compose).items() if "database_owner_url" in service["secrets"]}
        assert knowing == {"migrate"}
        assert "DATABASE_OWNER_URL_FILE" in compose["services"]["migrate"]["environment"]

    def test_files_of_settings_are_secrets_that_the_service_gets(self, compose: dict[str, Any]) -> None:
        for service in compose["services"].values():
            files = {value for name, value in service["environment"].items() if name.endswith("_FILE")}
            assert files <= {f"/run/secrets/{name}" for name in service["secrets"]}
            assert set(service["secrets"]) <= set(compose["secrets"])


class TestHealth:
    def test_every_service_says_whether_it_is_well(
        self, compose: dict[str, Any], final_stage: list[tuple[str, str]]
    ) -> None:
        for name, service in compose["services"].items():
            if name in ONE_SHOT:
                assert service["restart"] == "no"
                continue
            check = service.get("healthcheck")
            if check is None:
                assert "build" in service, f"{name} has no health check, nor has its image"
                assert command_of(argument(final_stage, "HEALTHCHECK"))
            else:
                assert check["test"]
                assert not check.get("disable")

    def test_signs_of_life_are_looked_for_with_a_command_there_is(self, compose: dict[str, Any]) -> None:
        for name in ("worker", "beat"):
            program, *arguments = compose["services"][name]["healthcheck"]["test"][1:]
            assert (program, *arguments[:2]) == ("python", "manage.py", "alive")
            parsed = (
                load_command_class("apps.config", "alive").create_parser("manage.py", "alive").parse_args(arguments[2:])
            )
            assert parsed.process == name

    def test_the_web_is_asked_where_it_listens(
        self, compose: dict[str, Any], final_stage: list[tuple[str, str]]
    ) -> None:
        port = argument(final_stage, "EXPOSE")
        assert f"http://127.0.0.1:{port}/healthz" in argument(final_stage, "HEALTHCHECK")
        assert f"0.0.0.0:{port}" in argument(final_stage, "CMD")
        assert compose["services"]["web"]["ports"] == [f"${{PORT:-8000}}:{port}"]

    def test_whoever_needs_the_tables_waits_for_the_migration(self, compose: dict[str, Any]) -> None:
        for name, service in ours(compose).items():
            wanted = (
                {"database": "service_healthy"} if name in ONE_SHOT else {"migrate": "service_completed_successfully"}
            )
            assert {other: how["condition"] for other, how in service["depends_on"].items()} == wanted


def test_the_health_check_is_answered_whatever_the_installation_is_called() -> None:
    done = _settings_with({"WEIGHBRIDGE_ALLOWED_HOSTS": "weighbridge.bank.example"}, "print(settings.ALLOWED_HOSTS)")
    assert done.strip() == "['weighbridge.bank.example', '127.0.0.1']"


def _settings_with(more: dict[str, str], code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", f"from apps.config import settings; {code}"],
        cwd=REPOSITORY,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


class TestPrograms:
    def test_gunicorn_understands_its_options_and_keeps_off_the_disk(self, final_stage: list[tuple[str, str]]) -> None:
        program, application, *options = command_of(argument(final_stage, "CMD"))
        assert (program, application) == ("gunicorn", "apps.config.wsgi:application")
        chosen = Config().parser().parse_args(options)
        assert chosen.worker_tmp_dir == "/dev/shm"  # noqa: S108 - the container's own memory
        assert chosen.control_socket_disable

    @pytest.mark.parametrize("name", ["worker", "beat"])
    def test_celery_understands_its_options_which_are_those_of_make_run(
        self, compose: dict[str, Any], name: str
    ) -> None:
        program, *arguments = compose["services"][name]["command"]
        assert program == "celery"
        assert arguments[:3] == ["--app", "apps.config.celery", name]
        context = celery_command.commands[name].make_context(name, arguments[3:], resilient_parsing=True)
        assert not context.args
        here = commands_of_make_run("127.0.0.1", 8000)[name]
        assert arguments[3:] == here[here.index(name) + 1 :]

    def test_the_migration_runs_commands_there_are(self, compose: dict[str, Any]) -> None:
        shell, option, script = compose["services"]["migrate"]["command"]
        assert (shell, option) == ("sh", "-c")
        named = [shlex.split(step) for step in script.split("&&")]
        assert [step[:3] for step in named] == [
            ["python", "manage.py", "migrate"],
            ["python", "manage.py", "load_knowledge"],
        ]


class TestImage:
    def test_it_runs_as_nobody_special(self, final_stage: list[tuple[str, str]]) -> None:
        user = [rest for name, rest in final_stage if name == "USER"][-1]
        uid, _, gid = user.partition(":")
        assert int(uid) > 0
        assert int(gid) > 0
        assert f"--uid {uid}" in argument(final_stage, "RUN")
        after = final_stage[[name for name, _ in final_stage].index("USER") :]
        assert not {"RUN", "COPY", "ADD"} & {name for name, _ in after}

    def test_what_the_code_writes_lies_on_volumes_that_it_owns(
        self, compose: dict[str, Any], final_stage: list[tuple[str, str]]
    ) -> None:
        run = argument(final_stage, "RUN")
        made = set(re.search(r"install --directory --owner weighbridge .*", run)[0].split())  # type: ignore[index]
        volumes = set(argument(final_stage, "VOLUME").split())
        assert volumes == {f"{HOME}/files", f"{HOME}/keys"}
        assert volumes <= made
        for service in ours(compose).values():
            assert service["read_only"]
            mounted = dict(reversed(volume.split(":")) for volume in service["volumes"])
            assert set(mounted) == volumes
            assert set(mounted.values()) <= set(compose["volumes"])

    def test_services_are_kept_small_in_rights(self, compose: dict[str, Any]) -> None:
        for service in ours(compose).values():
            assert service["cap_drop"] == ["ALL"]
            assert "no-new-privileges:true" in service["security_opt"]

    def test_what_is_copied_exists_and_what_is_secret_is_not_sent(self, instructions: list[tuple[str, str]]) -> None:
        from_here = [rest.split()[:-1] for name, rest in instructions if name == "COPY" and "--from" not in rest]
        assert all((REPOSITORY / path).exists() for paths in from_here for path in paths)
        ignored = (REPOSITORY / ".dockerignore").read_text().split()
        assert {".git", ".venv", "var", "docker/secrets", "node_modules"} <= set(ignored)
        kept = re.search(r"cp -r ([\w. ]+) /out/app/", argument_with(instructions, "/out/app"))
        assert kept
        assert all((REPOSITORY / path).exists() for path in kept[1].split())

    def test_both_stages_have_the_python_that_the_product_needs(self, instructions: list[tuple[str, str]]) -> None:
        bases = {rest.split()[0] for name, rest in instructions if name == "FROM" and rest.startswith("python")}
        assert bases == {"python:3.11-slim-bookworm"}

    def test_static_files_are_collected_without_a_database(
        self, instructions: list[tuple[str, str]], tmp_path: Path
    ) -> None:
        given = dict(re.findall(r"([A-Z_]+)=(\S+)", argument_with(instructions, "collectstatic")))
        assert set(given) <= known_settings()
        said = _settings_with(
            given | {"WEIGHBRIDGE_HOME": str(tmp_path)}, "print(settings.DEBUG, settings.STATIC_ROOT)"
        )
        assert said.split() == ["False", str(tmp_path / "static")]


def argument_with(instructions: list[tuple[str, str]], words: str) -> str:
    return next(rest for _, rest in instructions if words in rest)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder that `make-secrets.sh` makes."""
    shutil.copy(DOCKER / "make-secrets.sh", tmp_path)
    subprocess.run(["sh", "make-secrets.sh"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "secrets"


class TestSecrets:
    def test_exactly_those_are_made_that_are_mounted(self, compose: dict[str, Any], secrets: Path) -> None:
        assert {f"./secrets/{file.name}" for file in secrets.iterdir()} == {
            secret["file"] for secret in compose["secrets"].values()
        }
        assert secrets.stat().st_mode & 0o077 == 0

    def test_addresses_and_key_are_such_as_the_settings_take(self, compose: dict[str, Any], secrets: Path) -> None:
        for name, role in (("database_url", "weighbridge_app"), ("database_owner_url", "weighbridge_owner")):
            found = environment.database(name, (secrets / name).read_text())
            assert (found["HOST"], found["NAME"], found["USER"]) == ("database", "weighbridge", role)
            password = "database_app_password" if role == "weighbridge_app" else "database_owner_password"
            assert found["PASSWORD"] == (secrets / password).read_text()
        assert "database" in compose["services"]
        assert len((secrets / "secret_key").read_text()) >= 32

    def test_they_are_made_once(self, secrets: Path) -> None:
        before = (secrets / "secret_key").read_text()
        again = subprocess.run(["sh", "make-secrets.sh"], cwd=secrets.parent, check=False, capture_output=True)
        assert again.returncode == 1
        assert (secrets / "secret_key").read_text() == before


@pytest.fixture
def roles(secrets: Path, template_database: str) -> Iterator[dict[str, str]]:
    """The script of the database container, run on the tests' server for roles and a database of other names."""
    names = {"weighbridge_owner": "docker_owner", "weighbridge_app": "docker_app", "weighbridge": "docker_db"}
    script = (DOCKER / "postgres-roles.sh").read_text().replace("/run/secrets", str(secrets))
    for name, other in names.items():
        script = re.sub(rf"\b{name}\b", other, script)
    running = server()
    admin = running.dsn(SUPERUSER, SUPERUSER)
    with psycopg.connect(admin) as connection:
        info = connection.info
        environ = {
            **os.environ,
            "PGHOST": info.host,
            "PGPORT": str(info.port),
            "PGPASSWORD": info.password,
            "POSTGRES_USER": SUPERUSER,
            "PATH": f"{running.bin('psql').parent}:{os.environ['PATH']}",
        }
        address = f"{info.host}:{info.port}/docker_db"
    try:
        subprocess.run(["sh", "-c", script], env=environ, check=True, capture_output=True)
        yield {
            role: f"postgresql://docker_{role}:{(secrets / f'database_{role}_password').read_text()}@{address}"
            for role in ("owner", "app")
        }
    finally:
        running.drop_database("docker_db")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("DROP ROLE IF EXISTS docker_app")
            connection.execute("DROP ROLE IF EXISTS docker_owner")


def test_the_script_makes_an_owner_of_tables_and_a_writer_of_rows(roles: dict[str, str]) -> None:
    with psycopg.connect(roles["owner"]) as owner:
        owner.execute("CREATE EXTENSION pg_trgm")
        owner.execute("CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
    with psycopg.connect(roles["app"], autocommit=True) as app:
        app.execute("INSERT INTO thing (name) VALUES ('row')")
        app.execute("UPDATE thing SET name = 'changed'")
        for refused in (
            "DROP TABLE thing",
            "TRUNCATE thing",
            "ALTER TABLE thing ADD more text",
            "CREATE TABLE other ()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused)


def test_the_script_can_be_run_by_the_container() -> None:
    """A script without the right to be executed would be sourced, and its `set -u` would break the entry point."""
    assert os.access(DOCKER / "postgres-roles.sh", os.X_OK)
