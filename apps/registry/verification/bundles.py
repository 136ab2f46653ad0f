"""An OpenSSF model signature, read: a Sigstore bundle v0.3 around a DSSE envelope with a list of signed files.

Reading says what the bundle claims. Whether its signature holds is decided in `signatures.py`, by the library that
defines the format; this reader is stricter than it about what could be read in two ways.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.errors import InvalidInput
from apps.registry.verification.paths import BadPath, clean_path
from apps.registry.verification.sums import MOST_FILES

LARGEST = 12 * 1024 * 1024
KEY, CERTIFICATE, KEYLESS = "key", "certificate", "keyless"
MEDIA_TYPES = (
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
)
_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://model_signing/signature/v1.0"
_OLDER_PREDICATE = "https://model_signing/Digests/v0.1"
_DIGITS = {"sha256": 64, "blake2b": 128, "blake3": 64}
_MATERIAL = {"publicKey": KEY, "x509CertificateChain": CERTIFICATE, "certificate": KEYLESS}
_POINTER = "/bundle"
_SHARD = re.compile(r"(.+):(\d{1,19}):(\d{1,19})")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed file, or a part of one from byte `start` to before byte `end` (the whole file where `end` is None)."""

    path: str
    algorithm: str
    digest: str
    start: int = 0
    end: int | None = None


@dataclass(frozen=True)
class Manifest:
    """What a signature covers, and how the files were hashed for it."""

    name: str
    method: str
    """`files` or `shards`."""
    algorithm: str
    items: Sequence[Signed]
    ignored: Sequence[str] = ()
    """Paths that the signer left out."""

    @property
    def paths(self) -> list[str]:
        """The files, each once."""
        return sorted({item.path for item in self.items})

    def sums(self) -> dict[str, str]:
        """The SHA-256 of the files of which it can be told from the manifest alone.

        Not for other hash functions, and not for a file signed in more than one part.
        """
        parts: dict[str, list[Signed]] = {}
        for item in self.items:
            parts.setdefault(item.path, []).append(item)
        return {
            path: held[0].digest
            for path, held in parts.items()
            if len(held) == 1 and held[0].algorithm == "sha256" and held[0].start == 0
        }


@dataclass(frozen=True)
class Bundle:
    """A bundle as far as it can be read without trusting it."""

    kind: str
    """`key`, `certificate` or `keyless`."""
    manifest: Manifest
    key_hint: str = ""
    """What the bundle says of the key: the SHA-256 of its PEM form."""
    log: Mapping[str, Any] | None = None
    """Index and time of the entry in a transparency log."""


def read_bundle(content: bytes) -> Bundle:
    """The bundle in `content`. Raises `InvalidInput` that says what is missing, doubled, malformed or not supported."""
    try:
        return _bundle(content)
    except BadPath as error:
        raise _bad(f"names a signed file whose path {error}") from error


def _bad(text: str) -> InvalidInput:
    return InvalidInput(text, pointer=_POINTER)


def _bundle(content: bytes) -> Bundle:
    if len(content) > LARGEST:
        raise _bad(f"must have at most {LARGEST // 1024 // 1024} MiB")
    found = _object(strict_json(content, "the bundle"), "the bundle")
    if found.get("mediaType") not in MEDIA_TYPES:
        raise _bad(f"must be a Sigstore bundle of version 0.3, says {str(found.get('mediaType'))[:100]!r}")
    material = _object(found.get("verificationMaterial"), "verificationMaterial")
    kinds = [kind for name, kind in _MATERIAL.items() if material.get(name) is not None]
    if len(kinds) != 1:
        raise _bad("must say who signed in one way: with a publicKey, an x509CertificateChain or a certificate")
    payload = _payload(_object(found.get("dsseEnvelope"), "dsseEnvelope"))
    hint = material.get("publicKey", {}).get("hint") if kinds == [KEY] and _is_object(material["publicKey"]) else ""
    log = _log(material) if kinds == [KEYLESS] else None
    return Bundle(kinds[0], _manifest(payload), hint if isinstance(hint, str) else "", log)


def strict_json(content: bytes, what: str) -> Any:
    """JSON that everybody reads alike. Raises `InvalidInput` for a key that stands twice and for what is no JSON."""

    def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _bad(f"{what} has a key that stands twice in one object")
        return found

    try:
        return json.loads(content.decode(), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise _bad(f"{what} is no JSON: {str(error)[:200]}") from error


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _bad(f"{what} must be an object")
    return value


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise _bad(f"{what} must be text")
    return value


def _list(value: object, what: str) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise _bad(f"{what} must be a list that is not empty")
    if len(value) > MOST_FILES:
        raise _bad(f"{what} may have at most {MOST_FILES} entries, has {len(value)}")
    return value


def _decoded(value: object, what: str) -> bytes:
    try:
        return base64.b64decode(_text(value, what), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad(f"{what} must be base64") from error


def _payload(envelope: Mapping[str, Any]) -> Mapping[str, Any]:
    if envelope.get("payloadType") != _PAYLOAD_TYPE:
        raise _bad(f"the payload must be an in-toto statement, says {str(envelope.get('payloadType'))[:100]!r}")
    signatures = _list(envelope.get("signatures"), "signatures")
    if len(signatures) != 1:
        raise _bad("must have one signature; which of several counts is not said")
    _decoded(_object(signatures[0], "signature").get("sig"), "the signature")
    return _object(strict_json(_decoded(envelope.get("payload"), "the payload"), "the payload"), "the payload")


def _manifest(payload: Mapping[str, Any]) -> Manifest:
    if payload.get("_type") != _STATEMENT:
        raise _bad(f"the payload must be an in-toto statement v1, says {str(payload.get('_type'))[:100]!r}")
    predicate = payload.get("predicateType")
    if predicate == _PREDICATE:
        return _of_files(payload)
    if predicate == _OLDER_PREDICATE:
        return _of_subjects(payload)
    raise _bad(f"must be a model signature v1.0, says {str(predicate)[:100]!r}")


def _of_files(payload: Mapping[str, Any]) -> Manifest:
    subjects = _list(payload.get("subject"), "subject")
    if len(subjects) != 1:
        raise _bad("must be about one model")
    predicate = _object(payload.get("predicate"), "predicate")
    how = _object(predicate.get("serialization"), "serialization")
    method, algorithm = how.get("method"), how.get("hash_type")
    if method not in ("files", "shards") or not isinstance(algorithm, str) or algorithm not in _DIGITS:
        raise _bad("must be hashed by files or shards with sha256, blake2b or blake3")
    if method == "shards" and not _is_size(how.get("shard_size")):
        raise _bad("must say how large its shards are")
    left_out = how.get("ignore_paths") or []
    if not isinstance(left_out, list) or not all(isinstance(path, str) for path in left_out):
        raise _bad("ignore_paths must be a list of paths")
    items = _unique(_signed(resource, method) for resource in _list(predicate.get("resources"), "resources"))
    name = _text(_object(subjects[0], "subject").get("name"), "the name of the model")
    return Manifest(name[:300], method, algorithm, items, tuple(left_out))


def _is_size(value: object) -> bool:
    # The format writes numbers as protocol buffers do, where a whole number may come as 1e9.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**62


def _signed(resource: object, method: str) -> Signed:
    found = _object(resource, "a resource")
    name = _text(found.get("name"), "the name of a resource")
    algorithm = _text(found.get("algorithm"), "the algorithm of a resource").split("-")[0]
    digest = _digest(found.get("digest"), algorithm)
    if method == "files":
        return Signed(clean_path(name), algorithm, digest)
    part = _SHARD.fullmatch(name)
    if part is None or int(part[2]) >= int(part[3]):
        raise _bad("names a part of a file that is not written as path:start:end")
    return Signed(clean_path(part[1]), algorithm, digest, int(part[2]), int(part[3]))


def _digest(value: object, algorithm: str) -> str:
    digits = _DIGITS.get(algorithm)
    if digits is None:
        raise _bad(f"uses the hash function {algorithm[:40]!r}; known are {', '.join(_DIGITS)}")
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", value):
        raise _bad(f"has a digest that is not {digits} hexadecimal digits")
    return value.lower()


def _of_subjects(payload: Mapping[str, Any]) -> Manifest:
    """The form before 1.0: the files are the subjects."""
    items = []
    for subject in _list(payload.get("subject"), "subject"):
        found = _object(subject, "subject")
        digest = _object(found.get("digest"), "digest").get("sha256")
        items.append(
            Signed(clean_path(_text(found.get("name"), "the name of a file")), "sha256", _digest(digest, "sha256"))
        )
    return Manifest("", "files", "sha256", _unique(iter(items)))


def _unique(items: Iterator[Signed]) -> tuple[Signed, ...]:
    found: dict[tuple[str, int], Signed] = {}
    for item in items:
        if (item.path, item.start) in found:
            raise _bad(f"names “{item.path[:100]}” twice")
        found[item.path, item.start] = item
    return tuple(found[key] for key in sorted(found))


def _log(material: Mapping[str, Any]) -> Mapping[str, Any] | None:
    entries = material.get("tlogEntries")
    if not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], Mapping):
        return None
    key = entries[0].get("logId")
    return {
        "index": str(entries[0].get("logIndex", ""))[:40],
        "log_id": str(key.get("keyId", ""))[:100] if isinstance(key, Mapping) else "",
        "time": str(entries[0].get("integratedTime", ""))[:40],
    }
