"""A kept proof, checked again: the signature in it with the material in it, and the words that go with it."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from apps.core.errors import InvalidInput
from apps.registry.verification import bundles, proofs
from apps.registry.verification.isolated import Attempt, Outcome, verify


@dataclass(frozen=True)
class Again:
    """What a proof says of itself, and what checking its signature again came to (None where it has none)."""

    sha256: str
    result: dict[str, Any]
    signature: Outcome | None


def check_again(content: bytes, now: dt.datetime) -> Again:
    """Check a proof again, without a network and without the register. Raises `InvalidInput` for what is no proof."""
    try:
        files = proofs.read_proof(content)
        result = json.loads(files[proofs.RESULT])
    except (ValueError, KeyError) as error:
        raise InvalidInput("is no proof of a check", pointer="/proof") from error
    return Again(hashlib.sha256(content).hexdigest(), result, _signature(files, result, now))


def _signature(files: dict[str, bytes], result: dict[str, Any], now: dt.datetime) -> Outcome | None:
    bundle = files.get(proofs.BUNDLE)
    if bundle is None:
        return None
    kind = bundles.read_bundle(bundle).kind
    material = files.get(proofs.MATERIAL[kind])
    if material is None:
        raise InvalidInput(f"lacks {proofs.MATERIAL[kind]}", pointer="/proof")
    signer = result.get("checked_for", {})
    attempt = Attempt(
        kind=kind,
        material=material.decode(errors="replace"),
        identity=str(signer.get("identity", "")),
        issuer=str(signer.get("issuer", "")),
    )
    return verify(bundle, [attempt], now)[0][0]
