"""`make run`: the whole house on one machine, as one group in the foreground."""

import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from apps.config import environment
from apps.config.launch import preparing
from apps.config.launch.group import Group
from apps.config.launch.lock import alone

READY_WITHIN = 120.0
DEATHS_BEFORE_READY = 3
PYTHON = sys.executable
QUIET = "ignore:You're running the worker with superuser privileges"
"""As root everything but PostgreSQL runs as root; Celery's warning of it is meant for pickled messages."""


class CannotRun(Exception):
    """Why the house cannot be started, and what to do."""


def run() -> int:
    """Prepare, start, wait until everything is ready, keep it alive until a signal asks to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    home = environment.home()
    host = environment.value("HOST", "127.0.0.1")
    port = environment.number("PORT", 8000, lowest=1, highest=65535)
    with alone(home, f"http://{host}:{port}"):
        _check_port(host, port)
        server = preparing.start_database()
        try:
            _serve(home, host, port, embedded=server is not None, stop=stop)
        finally:
            if server is not None:
                server.stop()
    return 0


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotRun(
                f"Port {port} on {host} cannot be used ({os.strerror(error.errno or 0)}). "
                "Choose another: make run PORT=8001"
            ) from None


def _serve(home: Path, host: str, port: int, *, embedded: bool, stop: threading.Event) -> None:
    first = _prepare(embedded=embedded, stop=stop)
    if stop.is_set():
        return
    group = Group({**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": QUIET}, preparing.REPOSITORY)
    try:
        for name, command in _commands(host, port).items():
            group.add(name, command)
        _wait_until_ready(group, f"http://{_reachable(host)}:{port}", stop)
        if not stop.is_set():
            _announce(home, f"http://{host}:{port}", first=first)
        while not stop.wait(0.5):
            group.watch()
        print("Stopping …", flush=True)
    finally:
        group.stop()
        _forget_heartbeats()


def _prepare(*, embedded: bool, stop: threading.Event) -> bool:
    preparing.compile_translations()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apps.config.settings")
    import django
    from django.db import connections

    django.setup()
    from apps.config import queue

    migrated = preparing.migrate()
    _forget_heartbeats()
    if embedded:
        queue.take_back()
    report = "" if stop.is_set() else preparing.load_knowledge(anew=migrated)
    if report:
        print(report, flush=True)
    first = False if stop.is_set() else preparing.load_demo(embedded=embedded)
    preparing.collect_static()
    connections.close_all()
    return first


def _forget_heartbeats() -> None:
    from django.db import DatabaseError, connection

    from apps.core.models import Heartbeat

    try:
        Heartbeat.objects.all().delete()
    except DatabaseError:
        return
    finally:
        connection.close()


def _commands(host: str, port: int) -> dict[str, list[str]]:
    celery = [PYTHON, "-m", "celery", "--app", "apps.config.celery", "--quiet"]
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return {
        "web": [PYTHON, "-m", "gunicorn", "apps.config.wsgi:application", "--bind", bind, "--workers", "2"]
        + ["--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--graceful-timeout", "4"]
        + ["--keep-alive", "5", "--no-control-socket", "--log-level", "warning"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
        + ["--without-gossip", "--without-mingle", "--without-heartbeat"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
    }


def _reachable(host: str) -> str:
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - where it listens is asked for, not chosen here
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _wait_until_ready(group: Group, url: str, stop: threading.Event) -> None:
    began = time.monotonic()
    said: dict[str, Any] = {}
    while not stop.wait(0.1):
        group.watch()
        ready, said = _ask(f"{url}/readyz", said)
        if ready:
            return
        dying = [member.name for member in group.members if member.deaths >= DEATHS_BEFORE_READY]
        if dying:
            raise CannotRun(f"The process “{dying[0]}” does not stay alive; its last lines above say why.")
        if time.monotonic() - began > READY_WITHIN:
            raise CannotRun(f"Weighbridge did not become ready within {READY_WITHIN:.0f} s: {said or 'no answer'}")


def _ask(url: str, before: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return answer.status == 200, before
    except urllib.error.HTTPError as error:
        try:
            checks: dict[str, Any] = json.load(error)["checks"]
        except (ValueError, KeyError, TypeError):
            return False, {"web": f"answers {error.code}"}
        return False, {name: outcome for name, outcome in checks.items() if outcome != "ok"}
    except OSError:
        return False, before


def _announce(home: Path, url: str, *, first: bool) -> None:
    print(f"\nWeighbridge is ready at {url}", flush=True)
    credentials = home / "demo-credentials.json"
    if first and credentials.exists():
        print(f"Demo accounts (all of them, with passwords and tokens: {credentials}):")
        for account in json.loads(credentials.read_text())["accounts"]:
            if account.get("password"):
                print(f"  {account['role']:<14} {account['email']:<40} {account['password']}")
    print("Stop with Ctrl-C.\n", flush=True)
