"""Signed receipts of decisions: an in-toto statement in a DSSE envelope, signed with Ed25519, checked without us."""

import base64
import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from apps.accounts.actors import Actor
from apps.core.canonical import canonical_json
from apps.core.changes import change
from apps.core.ids import uuid7
from apps.gate.models import GateDecision

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "https://weighbridge.dev/gate-decision/v1"


def receipt(*, actor: Actor, decision: GateDecision) -> dict[str, Any]:
    """The receipt of a decision; made at the first request, the same ever after."""
    if decision.receipt is None:
        key = signing_key(Path(settings.WEIGHBRIDGE_HOME))
        payload = canonical_json(_statement(decision))
        envelope = {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": key_id(key), "sig": base64.b64encode(key.sign(_pae(payload))).decode()}],
        }
        with change(actor, "gate.receipt"):
            decision.receipt = envelope
            decision.save(update_fields=["receipt"])
    found: dict[str, Any] = decision.receipt
    return found


def _statement(decision: GateDecision) -> dict[str, Any]:
    response = decision.response
    subject = [
        {"name": model.get("id", ""), "digest": {"sha256": hashlib.sha256(canonical_json(model)).hexdigest()}}
        for model in decision.request["models"]
    ]
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "decision": decision.decision,
            "decision_id": str(decision.id),
            "project": decision.project.name,
            "ref": decision.ref,
            "commit": decision.commit,
            "environment": decision.environment,
            "policy": response["policy"],
            "facts_digest": decision.facts_digest,
            "made_at": decision.created_at.isoformat(),
            "valid_until": response["valid_until"],
            "response_digest": hashlib.sha256(canonical_json(response)).hexdigest(),
        },
    }


def _pae(payload: bytes) -> bytes:
    """The pre-authentication encoding of DSSE 1.0: lengths first, so that type and payload cannot be confused."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def signing_key(home: Path) -> Ed25519PrivateKey:
    """The installation's signing key, made at the first need and kept with mode 0600."""
    folder = home / "keys"
    file = folder / "gate-ed25519.pem"
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        new = folder / f".new-{uuid7()}"
        new.touch(mode=0o600)
        new.write_bytes(pem)
        with suppress(FileExistsError):
            os.link(new, file)  # Whoever is first decides, when two make a key at once.
        new.unlink()
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{file} holds no Ed25519 key.")
    return key


def public_key_pem(home: Path) -> str:
    """What a verifier needs."""
    public = signing_key(home).public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(key: Ed25519PrivateKey) -> str:
    """The SHA-256 of the raw public key."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def shown(envelope: dict[str, Any]) -> str:
    """The statement inside of an envelope, for people."""
    return json.dumps(json.loads(base64.b64decode(envelope["payload"])), indent=2, ensure_ascii=False)
