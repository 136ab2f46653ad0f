"""Formats of weights by their first bytes. Files that can run code when they are loaded are named, never loaded."""

import re

PICKLE = "pickle"

_TORCH_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
"""The number with which PyTorch's files before version 1.6 begin, as pickle writes it."""
_OLD_PICKLE = re.compile(rb"(\(?[dl]p\d+\n|\(?c[a-z_][a-z0-9_.]*\n[A-Za-z_][A-Za-z0-9_]*\n|\(?i[a-z_.]+\n)")
"""How pickles of protocol 0 begin, which have no mark of their own."""
_MARKS = (
    (0, b"\x89HDF\r\n\x1a\n", "hdf5"),
    (4, b"TFL3", "tflite"),
    (0, b"MZqFpD", "llamafile"),
    (0, b"lmgg", "ggml"),
    (0, b"fmgg", "ggml"),
    (0, b"tjgg", "ggml"),
)
_ONNX_FIELDS = frozenset(b"\x12\x1a\x22\x28\x32\x3a\x42\x72")
"""Tags of the fields of ONNX's outermost message that may follow its first one, the version of the format."""


def format_by_magic(content: bytes, name: str) -> str:
    """The format of a file that is neither safetensors nor GGUF; empty where its beginning says nothing."""
    for at, mark, found in _MARKS:
        if content[at : at + len(mark)] == mark:
            return found
    if content.startswith(b"PK\x03\x04"):
        return _of_zip(content)
    if _is_pickle(content):
        return PICKLE
    if _is_onnx(content, name):
        return "onnx"
    return ""


def _of_zip(content: bytes) -> str:
    if re.search(rb"(^|/)(data|constants)\.pkl", content) or b"data.pkl" in content:
        return PICKLE
    if b"model.weights.h5" in content:
        return "keras"
    return "numpy" if b".npy" in content else ""


def _is_pickle(content: bytes) -> bool:
    if len(content) > 2 and content[0] == 0x80 and 2 <= content[1] <= 5:
        # After the protocol comes a frame, PyTorch's number, or an opcode that begins a collection, text or name.
        return content[2:14] == _TORCH_MAGIC or content[2:3] in (
            b"\x95",
            b"}",
            b"]",
            b"(",
            b"c",
            b"X",
            b"\x8c",
            b"K",
            b")",
        )
    # Protocol 1 has no mark: it begins with an empty collection, which it remembers (q).
    return (content[:1] in (b"}", b"]", b")") and content[1:2] == b"q") or bool(_OLD_PICKLE.match(content))


def _is_onnx(content: bytes, name: str) -> bool:
    if len(content) < 4 or content[0] != 0x08 or not 1 <= content[1] <= 20 or content[2] not in _ONNX_FIELDS:
        return False
    return name.casefold().endswith(".onnx") or any(word in content[:300] for word in (b"pytorch", b"onnx", b"tf2onnx"))
