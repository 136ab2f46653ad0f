"""What must not be kept of a configuration: only what is known to be harmless keeps its value."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

NOT_KEPT = "[not kept]"
_SECRET_KEY = re.compile(
    r"key|secret|token|passw|credential|authori[sz]ation|cookie|bearer|signature|private|dsn|database_url|webhook|header",
    re.IGNORECASE,
)
_HARMLESS_KEY = re.compile(
    r"(max|min|input|output|total|num)_?\w*tokens?|\w*cost_per_\w*|tokenizer|\w*_tokens", re.IGNORECASE
)
_SECRET_VALUE = re.compile(
    r"\bsk-[A-Za-z0-9_-]{8,}|\b(hf|gsk|ghp|gho|ghs|pat|rk|pk)_[A-Za-z0-9]{16,}|\b(xai|glpat|xoxb|xoxp)-[A-Za-z0-9-]{16,}|"
    r"\b(AKIA|ASIA)[A-Z0-9]{16}|\bAIza[A-Za-z0-9_-]{20,}|\beyJ[A-Za-z0-9_-]{16,}|-----BEGIN|[A-Za-z0-9]{32,}"
)
"""Forms of well-known keys, and long runs of letters and digits as keys are."""


def without_secrets(data: Any) -> Any:
    """Any document without values of keys that speak of secrets, and without values that look like one."""
    if isinstance(data, Mapping):
        return {
            key: NOT_KEPT if is_secret_key(key) and value is not None else without_secrets(value)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [without_secrets(item) for item in data]
    return NOT_KEPT if isinstance(data, str) and looks_secret(data) else data


def is_secret_key(key: str) -> bool:
    """Whether a key's value may be a secret, by its name."""
    return bool(_SECRET_KEY.search(key)) and not _HARMLESS_KEY.fullmatch(key)


def looks_secret(text: str) -> bool:
    """Whether a value looks like a key, whatever it is called."""
    return bool(_SECRET_VALUE.search(text))


def bare_address(text: str) -> str:
    """An address without user, password, query and fragment, in which keys are handed over; empty where it is none."""
    try:
        parts = urlsplit(text.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    path = "" if looks_secret(parts.path) else parts.path
    return urlunsplit((parts.scheme, f"{parts.hostname}{port}", path, "", ""))


def host_of(text: str) -> str:
    """The host name of an address; empty where it is none."""
    try:
        return urlsplit(bare_address(text)).hostname or ""
    except ValueError:
        return ""
