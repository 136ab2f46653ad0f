"""Headers of weights files in the official formats, made for tests."""

import json
import struct
from typing import Any


def safetensors(tensors: dict[str, Any] | None = None, metadata: dict[str, Any] | None = None) -> bytes:
    """A safetensors header of two tensors with 12 parameters."""
    tensors = tensors or {
        "a.weight": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]},
        "b.weight": {"dtype": "F32", "shape": [6], "data_offsets": [12, 36]},
    }
    head = json.dumps(({"__metadata__": metadata} if metadata else {}) | tensors).encode()
    return struct.pack("<Q", len(head)) + head


class Gguf:
    """Writes GGUF headers, value by value."""

    def __init__(self, version: int = 3, order: str = "<") -> None:
        self.version, self.order = version, order
        self.entries: list[bytes] = []
        self.tensors: list[bytes] = []

    def number(self, form: str, value: Any) -> bytes:
        return struct.pack(self.order + form, value)

    def string(self, text: str | bytes) -> bytes:
        raw = text if isinstance(text, bytes) else text.encode()
        return self.number("Q", len(raw)) + raw

    def add(self, key: str, kind: int, value: bytes) -> "Gguf":
        self.entries.append(self.string(key) + self.number("I", kind) + value)
        return self

    def text(self, key: str, value: str) -> "Gguf":
        return self.add(key, 8, self.string(value))

    def u32(self, key: str, value: int) -> "Gguf":
        return self.add(key, 4, self.number("I", value))

    def texts(self, key: str, values: list[str]) -> "Gguf":
        body = b"".join(self.string(value) for value in values)
        return self.add(key, 9, self.number("I", 8) + self.number("Q", len(values)) + body)

    def tensor(self, name: str, shape: list[int], kind: int = 12) -> "Gguf":
        sides = b"".join(self.number("Q", side) for side in shape)
        self.tensors.append(
            self.string(name) + self.number("I", len(shape)) + sides + self.number("I", kind) + self.number("Q", 0)
        )
        return self

    def bytes(self) -> bytes:
        counts = (
            self.number("I", self.version) + self.number("Q", len(self.tensors)) + self.number("Q", len(self.entries))
        )
        return b"GGUF" + counts + b"".join(self.entries) + b"".join(self.tensors)


def gguf(**more: Any) -> Gguf:
    """A quantised model that says where it comes from."""
    return (
        Gguf(**more)
        .text("general.architecture", "llama")
        .text("general.name", "Tuned 7B")
        .text("general.license", "llama3.1")
        .u32("general.file_type", 15)
        .texts("tokenizer.ggml.tokens", ["a", "b", "c", "d", "e"])
        .tensor("blk.0.attn_q.weight", [256, 10])
        .tensor("output_norm.weight", [40], kind=0)
    )
