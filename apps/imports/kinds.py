"""The kinds of files there are, who reads them, and how a file is recognised by its beginning."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from apps.core.errors import InvalidInput, filled
from apps.imports.records import Reading

READERS: Mapping[str, str] = MappingProxyType(
    {
        "register": "apps.imports.register",
        "hf-card": "apps.imports.hub_card",
        "cyclonedx": "apps.imports.cyclonedx",
        "spdx": "apps.imports.spdx",
        "weights-header": "apps.imports.weights_header",
        "litellm": "apps.imports.hosted",
        "openrouter": "apps.imports.hosted",
    }
)
"""Kind -> the package that reads it: `read(content, *, name) -> Reading`, pure, raising `UnreadableFile`."""
MOST_BYTES = 20 * 1024 * 1024
"""Of one file. Of weights only the header is wanted, which stands at the beginning."""
HEAD_ONLY = frozenset({"weights-header"})
_TABLES: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("spdx", re.compile(rb"\Arepo_id,.*\bautonomyType\b")),
    ("openrouter", re.compile(rb"\A[^\n]*\b(canonical_slug|hugging_face_id)\b")),
)
"""Tables of others, told by the names of their columns."""
_LOOKED_AT = 64 * 1024
_OTHER_WEIGHTS = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".onnx", ".h5", ".keras", ".tflite")
_SIGNS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("cyclonedx", re.compile(rb'"bomFormat"\s*:|"specVersion"\s*:\s*"1\.\d"|cyclonedx\.org/schema')),
    ("spdx", re.compile(rb'"spdxVersion"|spdx\.org/rdf|"@context"\s*:\s*"https://spdx')),
    ("litellm", re.compile(rb'"?(model_list|litellm_params|litellm_settings)"?\s*:|"litellm_provider"')),
    ("openrouter", re.compile(rb'"?(canonical_slug|hugging_face_id|top_provider)"?|openrouter\.ai')),
    ("spdx", re.compile(rb'"(direct_fields|rag_fields)"\s*:')),
    ("hf-card", re.compile(rb'"modelId"|"siblings"|"cardData"|^\xef?\xbb?\xbf?---\s', re.MULTILINE)),
)


def guess_kind(content: bytes, file_name: str) -> str:
    """The kind that a file most likely is, by its beginning and then by its name; empty where nothing tells."""
    head, name = content[:_LOOKED_AT], file_name.lower()
    if head.startswith(b"GGUF") or name.endswith((".gguf", ".safetensors")) or _is_safetensors(head):
        return "weights-header"
    if name.endswith(_OTHER_WEIGHTS) or head.startswith((b"\x80", b"\x89HDF")) or b"data.pkl" in head:
        return "weights-header"
    if head.startswith(b"PK\x03\x04") or name.endswith((".csv", ".tsv", ".xlsx", ".xlsm")):
        columns = head.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0]
        return next((kind for kind, sign in _TABLES if sign.search(columns)), "register")
    for kind, sign in _SIGNS:
        if sign.search(head):
            return kind
    return "hf-card" if name.endswith((".md", ".markdown")) else ""


def _is_safetensors(head: bytes) -> bool:
    """Eight bytes of length, then JSON: the format has no mark of its own."""
    return len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**32 and b"\x00" in head[:8]


def available() -> tuple[str, ...]:
    """The kinds whose reader is installed."""
    return tuple(kind for kind, path in READERS.items() if find_spec(path) is not None)


def as_kept(kind: str, content: bytes) -> bytes:
    """A file as it may be kept: a kind whose files hold keys and passwords has a `without_secrets` of its own."""
    package: Any = import_module(READERS[kind])
    without_secrets: Callable[[bytes], bytes] | None = getattr(package, "without_secrets", None)
    return without_secrets(content) if without_secrets else content


def reader_of(kind: str) -> Callable[..., Reading]:
    """Who reads a kind of files. Raises `InvalidInput` for one that nobody reads."""
    if kind not in READERS or find_spec(READERS[kind]) is None:
        raise InvalidInput(filled("must be one of %(choices)s", choices=", ".join(available())), pointer="/kind")
    package: Any = import_module(READERS[kind])
    read: Callable[..., Reading] = package.read
    return read
