"""Canonical JSON and its digest: equal content gives equal bytes on every machine and on every day."""

import hashlib
import json
from typing import Any


def canonical_json(content: Any) -> bytes:
    """UTF-8 JSON, keys sorted, no spaces. Raises `ValueError` for NaN and infinity, `TypeError` for other types."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(content: Any) -> str:
    """`sha256:` and the hexadecimal digest of the canonical JSON of `content`."""
    return digest_of(canonical_json(content))


def digest_of(canonical: bytes) -> str:
    """The same for JSON that is canonical already."""
    return "sha256:" + hashlib.sha256(canonical).hexdigest()
