"""Headers of safetensors: eight bytes of length, then JSON.

Source: the format's description at github.com/huggingface/safetensors.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from apps.core.errors import filled
from apps.imports.pointers import join
from apps.imports.records import UnreadableFile
from apps.imports.strict import json_of, text_of
from apps.imports.weights_header.header import Header
from apps.imports.weights_header.streams import MOST_HEADER, HeaderStream

TYPES = frozenset(
    {
        *("BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F64", "F32", "F16", "BF16", "C64"),
        *("F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F4", "F6_E2M3", "F6_E3M2"),
    }
)
PACKED = frozenset({"I32", "I64", "I16", "I8", "U8", "U16", "U32", "U64", "F4", "BOOL"})
"""Types in which one element of a quantised tensor holds several parameters, or none."""
_MOST_ELEMENTS = 10**15
_MOST_METADATA = 1_000_000


def read_safetensors(stream: HeaderStream) -> Header:
    """Read the header. Raises `UnreadableFile`."""
    length = stream.whole("Q")
    if length > MOST_HEADER:
        raise UnreadableFile(
            filled(
                "The header says of itself to have %(count)d bytes; %(most)d are the most.",
                count=length,
                most=MOST_HEADER,
            )
        )
    text = stream.take(length)
    if not text.startswith(b"{"):
        raise UnreadableFile("The header of safetensors must begin with {.")
    data = json_of(text_of(text, most=MOST_HEADER))
    metadata = _metadata(data.pop("__metadata__", {}))
    types: Counter[str] = Counter()
    for name, tensor in data.items():
        kind, elements = _tensor(name, tensor)
        types[kind] += elements
    return _header(metadata, len(data), types)


def _metadata(data: Any) -> Mapping[str, str]:
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise UnreadableFile("must hold texts only", pointer="/__metadata__")
    if sum(len(key) + len(value) for key, value in data.items()) > _MOST_METADATA:
        raise UnreadableFile(filled("has more than %(most)d characters", most=_MOST_METADATA), pointer="/__metadata__")
    return data


def _tensor(name: str, tensor: Any) -> tuple[str, int]:
    pointer = join(
        "",
        name[:100],
    )
    if not isinstance(tensor, dict) or not isinstance(tensor.get("dtype"), str) or tensor["dtype"] not in TYPES:
        raise UnreadableFile("is no tensor of a known type", pointer=pointer)
    shape, offsets = _numbers(tensor.get("shape")), _numbers(tensor.get("data_offsets"))
    if shape is None or offsets is None or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise UnreadableFile("has a shape or a place in the file that makes no sense", pointer=pointer)
    elements = 1
    for side in shape:
        elements *= side
        if elements > _MOST_ELEMENTS:
            raise UnreadableFile("has more elements than any model", pointer=pointer)
    return tensor["dtype"], elements


def _numbers(values: Any) -> list[int] | None:
    """A short list of whole numbers; None for anything else."""
    if not isinstance(values, list) or len(values) > 32:
        return None
    whole = all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 for value in values)
    return values if whole else None


def _header(metadata: Mapping[str, str], tensors: int, types: Counter[str]) -> Header:
    packed = sorted(PACKED & set(types))
    total = sum(types.values())
    note = filled(
        "The file has %(count)d elements, some packed (%(types)s): that is no number of parameters.",
        count=total,
        types=", ".join(packed),
    )
    return Header(
        format="safetensors",
        label="safetensors",
        metadata=metadata,
        tensors=tensors,
        types=dict(types),
        parameters=None if packed or not total else total,
        notes=(note,) if packed else (),
    )
