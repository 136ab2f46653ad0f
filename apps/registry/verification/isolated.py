"""Verifying in a process of its own: what a hostile bundle may cost ends with it, and so does the library's memory."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.core.errors import WeighbridgeError

SECONDS = 60
MOST_ATTEMPTS = 20
_ROOT = Path(__file__).resolve().parents[3]


class CouldNotVerify(WeighbridgeError):
    """The verification did not come to an end; nothing is known from it."""

    status = 500
    code = "failed"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What a signature is checked against: a public key, trusted certificates, or a trust configuration with who."""

    kind: str
    material: str
    identity: str = ""
    issuer: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Whether the signature holds against one attempt, why not, and who signed as far as that is shown."""

    holds: bool
    code: str = ""
    detail: str = ""
    signer: Mapping[str, Any] = field(default_factory=dict)


def verify(bundle: bytes, attempts: Sequence[Attempt], now: dt.datetime) -> tuple[list[Outcome], Mapping[str, str]]:
    """The outcome of each attempt, and the versions of the libraries that decided.

    Raises `CouldNotVerify` when the other process was stopped: after a minute, or beyond its memory.
    """
    asked = {
        "bundle": bundle.decode(),
        "attempts": [vars(one) for one in attempts[:MOST_ATTEMPTS]],
        "now": now.isoformat(),
    }
    command = [sys.executable, "-m", "apps.registry.verification.signatures"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=_ROOT,
            env={"PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8"},
            check=True,
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise CouldNotVerify(f"The signature was not verified within {SECONDS} seconds.") from error
    except (subprocess.CalledProcessError, ValueError) as error:
        raise CouldNotVerify("The signature could not be verified: the verification broke off.") from error
    return [Outcome(**one) for one in answer["results"]], answer["versions"]
