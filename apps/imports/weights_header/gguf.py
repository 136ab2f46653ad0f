"""Headers of GGUF, versions 2 and 3: counts, metadata of all types, and the tensors' shapes.

Source: the format's description at github.com/ggml-org/ggml, docs/gguf.md. Arrays, such as a vocabulary, are counted
and shown by their first elements only.
"""

import math
from collections import Counter
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.records import UnreadableFile
from apps.imports.weights_header.header import Header
from apps.imports.weights_header.streams import CutOff, HeaderStream

MAGIC = b"GGUF"
MOST_ENTRIES = 10_000
MOST_TENSORS = 200_000
MOST_ELEMENTS = 2_000_000
"""Of all arrays together."""
_LONGEST_KEY = 65_535
_LONGEST_TEXT = 8 * 1024 * 1024
_SHOWN, _SHOWN_TEXT = 4, 20_000
_DEEPEST = 3
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _ARRAY = 8, 9
_NAMES = {
    0: "uint8",
    1: "int8",
    2: "uint16",
    3: "int16",
    4: "uint32",
    5: "int32",
    6: "float32",
    7: "bool",
    8: "string",
    9: "array",
    10: "uint64",
    11: "int64",
    12: "float64",
}
_TENSOR_TYPES = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    3: "Q4_1",
    6: "Q5_0",
    7: "Q5_1",
    8: "Q8_0",
    9: "Q8_1",
    10: "Q2_K",
    11: "Q3_K",
    12: "Q4_K",
    13: "Q5_K",
    14: "Q6_K",
    15: "Q8_K",
    16: "IQ2_XXS",
    17: "IQ2_XS",
    18: "IQ3_XXS",
    19: "IQ1_S",
    20: "IQ4_NL",
    21: "IQ3_S",
    22: "IQ2_S",
    23: "IQ4_XS",
    24: "I8",
    25: "I16",
    26: "I32",
    27: "I64",
    28: "F64",
    29: "IQ1_M",
    30: "BF16",
    34: "TQ1_0",
    35: "TQ2_0",
    39: "MXFP4",
}


def read_gguf(stream: HeaderStream) -> Header:
    """Read the header. Raises `UnreadableFile`; one that is cut off among the tensors lacks only their number."""
    if stream.take(4) != MAGIC:
        raise UnreadableFile("This is no GGUF file.")
    version = _version(stream)
    tensors, entries = stream.whole("Q"), stream.whole("Q")
    if tensors > MOST_TENSORS or entries > MOST_ENTRIES:
        raise UnreadableFile(
            filled("The header announces %(tensors)d tensors and %(entries)d entries: more than any model has.",
                   tensors=tensors, entries=entries)
        )  # fmt: skip
    metadata = _Metadata(stream).read(entries)
    notes: tuple[str, ...] = ()
    try:
        types = _tensors(stream, tensors)
    except CutOff:
        types = Counter()
        notes = (
            gettext_noop(
                "The header is cut off among its tensors, so that nothing says how many parameters there are."
            ),
        )
    return Header(
        format="gguf",
        label=f"GGUF {version}",
        metadata=metadata,
        tensors=tensors,
        types=dict(types),
        parameters=sum(types.values()) or None,
        notes=notes,
    )


def _version(stream: HeaderStream) -> int:
    version = stream.whole("I")
    if version not in (2, 3) and int.from_bytes(version.to_bytes(4, "little"), "big") == 3:
        stream.big_endian()
        version = 3
    if version not in (2, 3):
        raise UnreadableFile(filled("GGUF of version %(version)d is not read; 2 and 3 are.", version=version))
    return version


def _text(stream: HeaderStream, longest: int) -> str:
    length = stream.whole("Q")
    if length > longest:
        raise UnreadableFile(filled("A text of the header has %(count)d bytes.", count=length))
    return stream.take(length).decode("utf-8", "replace").replace("\x00", "\ufffd")


class _Metadata:
    """Reads the entries; arrays of all entries share one budget of elements."""

    def __init__(self, stream: HeaderStream) -> None:
        self._stream = stream
        self._left = MOST_ELEMENTS

    def read(self, entries: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(entries):
            key = _text(self._stream, _LONGEST_KEY)
            if key in found:
                raise UnreadableFile(filled("The key “%(key)s” stands twice.", key=key[:100]))
            found[key] = self._value(self._stream.whole("I"), 0)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in _NUMBERS:
            return _plain(self._stream.number(_NUMBERS[kind]))
        if kind == _TEXT:
            text = _text(self._stream, _LONGEST_TEXT)
            return text if len(text) <= _SHOWN_TEXT else {"type": "string", "length": len(text), "start": text[:200]}
        if kind == _ARRAY and depth < _DEEPEST:
            return self._array(depth)
        raise UnreadableFile(filled("The header has a value of the unknown type %(kind)d.", kind=kind))

    def _array(self, depth: int) -> Any:
        kind, count = self._stream.whole("I"), self._stream.whole("Q")
        self._left -= count
        if self._left < 0:
            raise UnreadableFile(filled("The arrays have more than %(most)d elements.", most=MOST_ELEMENTS))
        shown = [self._value(kind, depth + 1) for _ in range(min(count, _SHOWN))]
        if kind in _SIZES:
            self._stream.take((count - len(shown)) * _SIZES[kind])
        elif kind == _TEXT:
            self._stream.skip_texts(count - len(shown), _LONGEST_TEXT)
        else:
            for _ in range(count - len(shown)):
                self._value(kind, depth + 1)
        return shown if count <= _SHOWN else {"type": _NAMES.get(kind, "?"), "length": count, "start": shown}


def _plain(value: int | float | bool) -> int | float | bool | str:
    """As JSON holds it: numbers that are none are told as text."""
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def _tensors(stream: HeaderStream, count: int) -> Counter[str]:
    types: Counter[str] = Counter()
    for _ in range(count):
        _text(stream, _LONGEST_KEY)
        dimensions = stream.whole("I")
        if dimensions > 8:
            raise UnreadableFile("A tensor has more dimensions than the format allows.")
        elements = math.prod(stream.whole("Q") for _ in range(dimensions))
        if elements > 10**15:
            raise UnreadableFile("A tensor has more elements than any model.")
        kind = stream.whole("I")
        stream.take(8)
        types[_TENSOR_TYPES.get(kind, f"type {kind}")] += elements
    return types
