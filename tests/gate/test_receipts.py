"""Receipts: in-toto statements in DSSE envelopes, checked with nothing but the public key."""

import base64
import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from apps.audit.selectors import history
from apps.gate.receipts import key_id, public_key_pem, receipt, signing_key
from apps.gate.selectors import decision_by_id
from tests.at_once import in_threads
from tests.gate.making import NAME, Shop, a_shop
from tests.making import a_policy, a_rule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, settings: Any) -> None:
    settings.WEIGHBRIDGE_HOME = tmp_path


@pytest.fixture
def shop() -> Shop:
    a_policy(a_rule("T-1", "true"))
    return a_shop()


def verify(envelope: dict[str, Any], pem: str) -> dict[str, Any]:
    """What a deployment step does, written against DSSE 1.0 and not against our code."""
    payload = base64.b64decode(envelope["payload"], validate=True)
    kind = envelope["payloadType"].encode()
    signed = b" ".join((b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload))
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, Ed25519PublicKey)
    (signature,) = envelope["signatures"]
    assert signature["keyid"] == hashlib.sha256(key.public_bytes_raw()).hexdigest()
    key.verify(base64.b64decode(signature["sig"], validate=True), signed)
    statement: dict[str, Any] = json.loads(payload)
    return statement


def test_a_receipt_says_what_was_decided_and_is_signed(shop: Shop, tmp_path: Path) -> None:
    row = shop.ask({"id": NAME, "revision": None}, ref="refs/heads/main", commit="c0ffee", environment="production")
    statement = verify(receipt(actor=shop.job, decision=row), public_key_pem(tmp_path))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert [subject["name"] for subject in statement["subject"]] == [NAME]
    said = statement["predicate"]
    assert (said["decision"], said["decision_id"], said["project"]) == ("block", str(row.id), shop.project.name)
    assert (said["ref"], said["commit"], said["environment"]) == ("refs/heads/main", "c0ffee", "production")
    assert said["policy"] == row.response["policy"]
    assert (said["facts_digest"], said["valid_until"]) == (row.facts_digest, row.response["valid_until"])
    plain = json.dumps(row.response, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert said["response_digest"] == hashlib.sha256(plain).hexdigest()


def test_it_is_the_same_ever_after(shop: Shop) -> None:
    row = shop.ask()
    first = receipt(actor=shop.job, decision=row)
    again = receipt(actor=shop.job, decision=decision_by_id(shop.job, row.id))
    assert first == again
    assert [entry.action for entry in history([row.id])] == ["gate.decide"]


def changed(envelope: dict[str, Any], what: str) -> dict[str, Any]:
    payload = base64.b64decode(envelope["payload"])
    (signature,) = envelope["signatures"]
    turned = bytearray(base64.b64decode(signature["sig"]))
    turned[0] ^= 1
    parts: dict[str, dict[str, Any]] = {
        "decision": {"payload": base64.b64encode(payload.replace(b'"block"', b'"pass"')).decode()},
        "a space": {"payload": base64.b64encode(payload + b" ").decode()},
        "type": {"payloadType": "application/json"},
        "signature": {"signatures": [{**signature, "sig": base64.b64encode(turned).decode()}]},
    }
    return {**envelope, **parts[what]}


@pytest.mark.parametrize("what", ["decision", "a space", "type", "signature"])
def test_tampering_is_seen(shop: Shop, tmp_path: Path, what: str) -> None:
    envelope = receipt(actor=shop.job, decision=shop.ask())
    with pytest.raises(InvalidSignature):
        verify(changed(envelope, what), public_key_pem(tmp_path))


def test_a_receipt_of_another_installation_is_seen(shop: Shop, tmp_path: Path) -> None:
    envelope = receipt(actor=shop.job, decision=shop.ask())
    with pytest.raises(AssertionError):
        verify(envelope, public_key_pem(tmp_path / "other"))


class TestKey:
    def test_it_is_made_once_and_nobody_else_may_read_it(self, tmp_path: Path) -> None:
        first, second = signing_key(tmp_path), signing_key(tmp_path)
        assert key_id(first) == key_id(second)
        (file,) = (tmp_path / "keys").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    def test_two_who_make_it_at_once_have_the_same(self, tmp_path: Path) -> None:
        made = in_threads(*[lambda: key_id(signing_key(tmp_path))] * 8)
        assert len(set(made)) == 1
        assert len(list((tmp_path / "keys").iterdir())) == 1
