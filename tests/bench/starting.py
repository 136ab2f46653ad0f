"""How long `make run` takes until it says that it is ready: the first time in a fresh clone, and the second time."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.populating import Population
from tests.bench.rows import Row

REPOSITORY = Path(__file__).resolve().parents[2]
LONGEST = 300


def rows(population: Population) -> list[Row]:
    """Two starts of a clone of the last commit; package caches are as warm as this machine's are."""
    folder = Path(tempfile.mkdtemp(prefix="weighbridge-start-"))
    folder.chmod(0o755)
    try:
        subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(folder / "clone")], check=True)
        first, second = _start(folder), _start(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Row("make run in a fresh clone until ready", f"{first:.1f} s", "< 90 s", first >= 90),
        Row("make run, the second time", f"{second:.1f} s", "< 10 s", second >= 10),
    ]


def _start(folder: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("WEIGHBRIDGE_", "DJANGO_"))
    }
    environment |= {"WEIGHBRIDGE_HOME": str(folder / "home"), "PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=folder / "clone",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    try:
        for line in process.stdout or ():
            said.append(line)
            if "is ready at" in line:
                return time.monotonic() - began
            if time.monotonic() - began > LONGEST:
                break
        raise AssertionError("make run did not become ready:\n" + "".join(said[-20:]))
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=60)
