"""A few processes that belong together: started, watched, started again when one dies, stopped in order."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

STEADY_AFTER = 60.0
"""A process that ran for so many seconds is started again at once when it dies."""
LONGEST_PAUSE = 30.0
STOP_PLAN = ((0.0, signal.SIGTERM), (6.5, signal.SIGQUIT), (8.5, signal.SIGKILL))
"""Seconds after the wish to stop, and the signal that is sent then. QUIT makes a worker give its tasks back."""
_PR_SET_PDEATHSIG = 1


@dataclass
class Member:
    """One process of the group and when it is due to be started again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    pause: float = 1.0
    due: float = 0.0
    deaths: int = 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Group:
    """The processes, and whoever reads what they say."""

    def __init__(self, environment: Mapping[str, str], folder: Path, out: TextIO = sys.stdout) -> None:
        self._environment = dict(environment)
        self._folder = folder
        self._out = out
        self._write = threading.Lock()
        self._readers: list[threading.Thread] = []
        self.members: list[Member] = []

    def say(self, name: str, line: str) -> None:
        """One line, marked with the name of its process."""
        with self._write, contextlib.suppress(ValueError, OSError):
            print(f"{name:>6} | {line.rstrip()}", file=self._out, flush=True)

    def add(self, name: str, command: Sequence[str]) -> None:
        """Start a process that stays."""
        member = Member(name, command)
        self.members.append(member)
        self._start(member)

    def watch(self) -> None:
        """Start again what has died, each time after a longer pause while it keeps dying soon."""
        now = time.monotonic()
        for member in self.members:
            if member.alive:
                continue
            if member.process is not None:
                code, lived = member.process.returncode, now - member.started
                member.pause = 1.0 if lived > STEADY_AFTER else min(member.pause * 2, LONGEST_PAUSE)
                member.due, member.process = now + member.pause, None
                member.deaths += 1
                self.say(member.name, f"ended with code {code}; starting it again in {member.pause:.0f} s")
            elif now >= member.due:
                self._start(member)

    def stop(self) -> None:
        """Stop all within ten seconds: first kindly, then so that tasks go back to the queue, then at once."""
        began = time.monotonic()
        plan = list(STOP_PLAN)
        while any(member.alive for member in self.members):
            if plan and time.monotonic() - began >= plan[0][0]:
                self._send(plan.pop(0)[1])
            time.sleep(0.02)
        for reader in self._readers:
            reader.join(timeout=1)

    def _start(self, member: Member) -> None:
        member.started = time.monotonic()
        member.process = subprocess.Popen(
            member.command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop them in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        reader = threading.Thread(target=self._relay, args=(member.name, member.process), daemon=True)
        reader.start()
        self._readers.append(reader)

    def _relay(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if line.strip():
                    self.say(name, line)

    def _send(self, wanted: signal.Signals) -> None:
        for member in self.members:
            if member.process is not None and member.alive:
                with contextlib.suppress(ProcessLookupError):
                    if wanted is signal.SIGKILL:
                        os.killpg(member.process.pid, wanted)
                    else:
                        member.process.send_signal(wanted)


def _die_with_parent() -> None:
    """No orphans: the kernel ends the process when we are gone, even when we were killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
