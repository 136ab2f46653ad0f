"""Formats of weight files, by their first bytes or else by their names, and files that are program code. Pure.

What the bytes say goes before what the name says: a pickle that calls itself `model.safetensors` is a pickle. No format
is called clean here; that is for a scan to say.
"""

import json
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from apps.registry.magic import format_by_magic

HEAD = 4096
"""How many bytes from the beginning of a file are looked at."""
UNRECOGNISED = "unrecognised"
"""The bytes were read and are not what the name promises."""
LARGEST_HEADER = 100_000_000
"""Bytes that the header of a safetensors file may have; the format's own limit."""

_BY_SUFFIX: Mapping[str, str] = {
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".ggml": "ggml",
    ".onnx": "onnx",
    ".tflite": "tflite",
    ".msgpack": "msgpack",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".keras": "keras",
    ".npy": "npy",
    ".npz": "npz",
    ".joblib": "joblib",
    ".llamafile": "llamafile",
    ".nemo": "nemo",
    ".mlmodel": "coreml",
    ".bin": "bin",
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".dill"), "pickle"),
}
_BINARIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("pytorch_model", "adapter_model", "diffusion_pytorch_model", "model", "consolidated"), "pickle"),
    (("openvino_",), "openvino"),
)
"""What some programs call their files that end in .bin; any other .bin may be anything."""
_PICKLED = frozenset({"pickle", "bin"})
_FIRST_BYTES: tuple[tuple[bytes, str], ...] = (
    (b"GGUF", "gguf"),
    *((magic, "ggml") for magic in (b"ggjt", b"ggla", b"algg", b"ggmf", b"ggml")),
    (b"\x7fELF", "executable"),
)
"""What `magic.py` does not know by itself."""
_TOLD_BY_BYTES = frozenset({"safetensors", "gguf", "ggml", "hdf5", "tflite", "npy", "onnx"})
"""Formats whose first bytes are fixed, so that other bytes are another format."""
KNOWN = frozenset({*_BY_SUFFIX.values(), *(told for _, told in _BINARIES), "npy_pickled"})
_CODE = frozenset({".py", ".pyc", ".pyd", ".so", ".dll", ".dylib"})
_PICKLED_ARRAY = re.compile(rb"['\"]descr['\"]\s*:\s*(\[.*)?['\"][|<>=]?O")
_CONFIGURATIONS = re.compile(r"(?:^|/)(?:[a-z_]*config|model_index|modelling_config)\.json$", re.IGNORECASE)
_CODE_KEYS = ("auto_map", "custom_pipelines")


@dataclass(frozen=True, slots=True)
class Recognised:
    """The format of a file (empty for what is no weight file), and whether its bytes were read to tell."""

    format: str
    by_content: bool = False


def recognise(path: str, head: bytes | None = None) -> Recognised:
    """The format of a file by its first `HEAD` bytes, or by its name where only that is known.

    Bytes that contradict the name give `UNRECOGNISED` unless they tell another format.
    """
    named = by_name(path)
    if head is None:
        return Recognised(named)
    told = _by_content(head, named, path)
    if told:
        return Recognised(told, by_content=True)
    if named in _TOLD_BY_BYTES:
        return Recognised(UNRECOGNISED, by_content=True)
    return Recognised(named)


def by_name(path: str) -> str:
    """The format that a file's name speaks of; empty where it is no name of a file with weights."""
    name = PurePosixPath(path).name.lower()
    if name.endswith(".bin"):
        return next((told for stems, told in _BINARIES if name.startswith(stems)), "bin")
    return _BY_SUFFIX.get(PurePosixPath(name).suffix, "")


def _by_content(head: bytes, named: str, path: str) -> str:
    told = format_by_magic(head, path)
    if told:
        return told
    for magic, other in _FIRST_BYTES:
        if head.startswith(magic):
            return other
    if _is_safetensors(head):
        return "safetensors"
    if head.startswith(b"MZ"):
        return "executable"
    if head.startswith(b"\x93NUMPY"):
        return "npy_pickled" if _PICKLED_ARRAY.search(head) else "npy"
    if head.startswith(b"PK\x03\x04"):
        return named if named in ("keras", "npz") else "pickle" if named in _PICKLED else ""
    return "pickle" if head[257:262] == b"ustar" and named in _PICKLED else ""


def _is_safetensors(head: bytes) -> bool:
    if len(head) < 9:
        return False
    (length,) = struct.unpack_from("<Q", head)
    return 2 <= length <= LARGEST_HEADER and head[8:9] == b"{"


def is_weights(path: str) -> bool:
    """Whether the name is that of a file with weights."""
    return bool(by_name(path))


def is_code(path: str) -> bool:
    """Whether the name is that of program code that may run when the model is loaded."""
    return PurePosixPath(path).suffix.lower() in _CODE


def is_configuration(path: str) -> bool:
    """Whether the file is one in which a model names code of its own."""
    return bool(_CONFIGURATIONS.search(path))


def names_code(configuration: bytes) -> bool | None:
    """Whether a configuration makes loaders run code of the repository; None when it cannot be read."""
    try:
        found: Any = json.loads(configuration)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return any(found.get(key) for key in _CODE_KEYS)


def formats_of(recognised: Iterable[Recognised]) -> tuple[list[str], bool]:
    """The formats of a release's weight files in order, and whether all of them were told by content."""
    known = [one for one in recognised if one.format]
    return sorted({one.format for one in known}), bool(known) and all(one.by_content for one in known)
