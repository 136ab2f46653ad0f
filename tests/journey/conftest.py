"""The whole product as its user starts it: database, web, worker and scheduler, the knowledge, the demo company."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.environment import OWN

REPOSITORY = Path(__file__).resolve().parents[2]
READY_WITHIN = 240


@dataclass
class House:
    """A running installation."""

    home: Path
    port: int
    process: "subprocess.Popen[str] | None" = None
    seconds_until_ready: float = 0.0

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> list[str]:
        """Start it in the foreground of a process of its own; what it printed until it was ready."""
        cleared = {name: value for name, value in os.environ.items() if name not in OWN and "TEST" not in name}
        environment = {**cleared, "WEIGHBRIDGE_HOME": str(self.home), "PORT": str(self.port)}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apps.config.launch", "run"],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said: list[str] = []
        for line in self.process.stdout or ():
            said.append(line)
            if "Stop with Ctrl-C" in line:
                self.seconds_until_ready = time.monotonic() - began
                return said
            if time.monotonic() - began > READY_WITHIN:
                break
        raise AssertionError("the house did not become ready:\n" + "".join(said[-30:]))

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process is None:
            return 0
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=90)
        code, self.process = self.process.returncode, None
        return code

    def account(self, role: str, number: int = 0) -> dict[str, Any]:
        """A demo account by its role."""
        rows = json.loads((self.home / "demo-credentials.json").read_text())["accounts"]
        found: dict[str, Any] = [row for row in rows if row["role"] == role][number]
        return found

    def call(self, path: str, body: Any = None, *, role: str = "officer") -> Any:
        """One call of the API with the token of a demo account."""
        headers = {"Authorization": f"Bearer {self.account(role)['token']}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET" if data is None else "POST", f"/api/v1/{path}", data, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status < 300, content
        return json.loads(content)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """One house for all journeys; they only add to it."""
    folder = Path(tempfile.mkdtemp(prefix="weighbridge-house-"))
    folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = House(folder / "home", port)
    try:
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def visit(house: House, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Signs somebody in and gives the page; what the console complains of fails the test."""
    contexts, complaints = [], []

    def sign_in(role: str, number: int = 0) -> Page:
        context = browser.new_context(locale="en", viewport={"width": 1366, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        account = house.account(role, number)
        page.goto(f"{house.address}/sign-in")
        page.get_by_label("E-mail address").fill(account["email"])
        page.get_by_label("Password").fill(account["password"])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{house.address}/")
        if page.locator("html").get_attribute("lang") == "de":
            page.get_by_role("button", name=re.compile("^EN")).click()
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert not complaints
