"""The server as it runs in an installation, and how long its answers take from outside."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.config.launch.running import _commands
from tests.bench.rows import Samples

REPOSITORY = Path(__file__).resolve().parents[2]
Call = Callable[[http.client.HTTPConnection], None]


@contextmanager
def serving() -> Iterator[int]:
    """The port of a web server with the workers and threads that `make run` starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = _commands("127.0.0.1", port)["web"]
    environment = {**os.environ, "WEIGHBRIDGE_HOME": str(settings.WEIGHBRIDGE_HOME), "WEIGHBRIDGE_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen([sys.executable, *command[1:]], cwd=REPOSITORY, env=environment)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the web server did not start")


def ask(port: int, call: Call, calls: int, clients: int = 1) -> tuple[Samples, float]:
    """How long each of `calls` calls took with so many clients at once, and how many were answered in a second."""
    samples, lock, left = Samples(), threading.Lock(), [calls]

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                if not left[0]:
                    return
                left[0] -= 1
            started = time.perf_counter()
            call(connection)
            took = (time.perf_counter() - started) * 1000
            with lock:
                samples.milliseconds.append(took)

    began = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return samples, calls / (time.perf_counter() - began)


def get(
    path: str, headers: Mapping[str, str], *, method: str = "GET", body: bytes | None = None, holding: bytes = b""
) -> Call:
    """A call that must be answered with 200 and with a text that is looked for."""

    def call(connection: http.client.HTTPConnection) -> None:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200 or holding not in content:
            raise AssertionError(f"{path} answered {answer.status}: {content[:200]!r}")

    return call


def signed_in(user: User) -> dict[str, str]:
    """The headers of somebody who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "apps.accounts.backends.EmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"Cookie": f"sessionid={session.session_key}"}


def queries(user: User, path: str) -> int:
    """How many queries a page takes, once this process is warm."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        client.get(path)
    return len(found)
