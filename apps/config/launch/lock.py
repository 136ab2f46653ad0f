"""One house per home folder: the lock, and who holds it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another process runs on the same home; the message says where."""


@contextmanager
def alone(home: Path, url: str = "") -> Iterator[None]:
    """Hold the home for oneself, saying by which address one is reached. Raises `AlreadyRunning`."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "running").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(_where(lock.name, home)) from None
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "url": url}))
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)


def _where(name: str, home: Path) -> str:
    text = Path(name).read_text()
    other = json.loads(text) if text else {"pid": 0, "url": ""}
    where = f" at {other['url']}" if other["url"] else ""
    return (
        f"Weighbridge already runs on {home}{where} (process {other['pid']}).\nStop it there with Ctrl-C, "
        "or give this one another home and port: make run WEIGHBRIDGE_HOME=/another/folder PORT=8001"
    )
