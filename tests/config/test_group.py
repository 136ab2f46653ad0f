import io
import os
import subprocess
import sys
import time
from pathlib import Path

from apps.config.launch.group import Group

STAYS = "import time\nprint('here', flush=True)\ntime.sleep(60)"
STUBBORN = (
    "import signal, time\n"
    "for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT): signal.signal(number, signal.SIG_IGN)\n"
    "print('here', flush=True)\n"
    "time.sleep(60)"
)


def _group(out: io.StringIO) -> Group:
    return Group(os.environ, Path.cwd(), out)


def _wait_for(out: io.StringIO, text: str) -> None:
    until = time.monotonic() + 10
    while text not in out.getvalue():
        assert time.monotonic() < until, out.getvalue()
        time.sleep(0.01)


def test_lines_are_marked_and_stopping_is_quick() -> None:
    out = io.StringIO()
    group = _group(out)
    group.add("web", [sys.executable, "-c", STAYS])
    _wait_for(out, "   web | here\n")
    process = group.members[0].process
    began = time.monotonic()
    group.stop()
    assert time.monotonic() - began < 3
    assert process is not None
    assert process.returncode is not None


def test_what_dies_is_started_again_after_a_pause_that_grows() -> None:
    out = io.StringIO()
    group = _group(out)
    group.add("beat", [sys.executable, "-c", "print('once')"])
    member = group.members[0]
    assert member.process is not None
    member.process.wait(10)
    group.watch()
    assert (member.pause, member.process) == (2.0, None)
    assert "ended with code 0; starting it again in 2 s" in out.getvalue()
    group.watch()
    assert member.process is None, "not before the pause is over"
    member.due = time.monotonic()
    group.watch()
    assert member.process is not None
    member.process.wait(10)
    group.watch()
    assert member.pause == 4.0
    group.stop()


def test_what_ignores_every_wish_is_killed_within_ten_seconds() -> None:
    out = io.StringIO()
    group = _group(out)
    group.add("worker", [sys.executable, "-c", STUBBORN])
    _wait_for(out, "here")
    began = time.monotonic()
    group.stop()
    assert time.monotonic() - began < 10
    assert not group.members[0].alive


def test_a_killed_parent_leaves_no_orphan(tmp_path: Path) -> None:
    told = tmp_path / "child"
    child = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(60)"
    parent = (
        "import os, sys, time\nfrom pathlib import Path\nfrom apps.config.launch.group import Group\n"
        f"group = Group(os.environ, Path.cwd())\ngroup.add('web', [sys.executable, '-c', {child!r}])\n"
        f"told = Path({str(told)!r})\n"
        "while not (told.exists() and told.read_text()): time.sleep(0.01)\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", parent], check=False, timeout=20)
    process = Path("/proc", told.read_text())
    until = time.monotonic() + 5
    while process.exists() and "State:\tZ" not in (process / "status").read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
