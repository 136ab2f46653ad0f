"""Headers of weights files: safetensors and GGUF are read, other formats recognised. Nothing is loaded. Pure.

Whoever sends a file may send its beginning only: `header_of` takes just the header from a path's stream.
"""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError, filled
from apps.facts.models import State
from apps.imports.file_formats import PICKLE, format_of
from apps.imports.file_names import repository_of
from apps.imports.hub_card.suspects import by_architecture, strongest
from apps.imports.hub_names import from_address
from apps.imports.pointers import join
from apps.imports.records import (
    FactRecord,
    LicenceRecord,
    ModelRecord,
    Reading,
    Row,
    SuspectRecord,
    UnreadableFile,
)
from apps.imports.weights_header.gguf import MAGIC, read_gguf
from apps.imports.weights_header.header import Header
from apps.imports.weights_header.magic import format_by_magic
from apps.imports.weights_header.parents import parents_of
from apps.imports.weights_header.safetensors import read_safetensors
from apps.imports.weights_header.streams import CutOff, HeaderStream, Readable

KIND = "weights-header"
_OTHER_HEAD = 64 * 1024
"""Bytes by which formats without a readable header are recognised."""
_PART = re.compile(r"[-_.](\d{1,5})-of-(\d{1,5})$")
_GENERAL = re.compile(
    r"(pytorch_|adapter_|diffusion_pytorch_|flax_|tf_|ggml-)?(model|weights|consolidated|checkpoint|pytorch|data)([-_.]?\d+)*",
    re.IGNORECASE,
)
_NAMES = ("general.name", "modelspec.title", "model_name", "name")
_LICENCES = ("general.license", "modelspec.license", "license")


def header_of(stream: Readable) -> bytes:
    """Just the header of a weights file, whatever its size; of other formats the first 64 KiB."""
    start = stream.read(9)
    rest = HeaderStream(_Joined(start, stream), keep=True)
    try:
        if start.startswith(MAGIC):
            read_gguf(rest)
        elif _is_safetensors(start):
            rest.take(8 + int.from_bytes(start[:8], "little"))
        else:
            return start + stream.read(_OTHER_HEAD - len(start))
    except CutOff:
        pass  # what there is tells more about the fault than nothing
    return bytes(rest.taken)


class _Joined:
    """What was read already, and then the stream."""

    def __init__(self, start: bytes, stream: Readable) -> None:
        self._start, self._stream = start, stream

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        found, self._start = self._start[:size], self._start[size:]
        return found if len(found) == size else found + self._stream.read(size - len(found))


def read(content: bytes, *, name: str) -> Reading:
    """Read a header. `name` may tell the repository, see `file_names`. Raises `UnreadableFile`."""
    header = _header(content, name)
    row = _row(header, name)
    model = row.record.name if isinstance(row.record, ModelRecord) else name
    document = {
        "format": header.label,
        "metadata": dict(header.metadata),
        "tensors": {"count": header.tensors, "elements": dict(header.types)},
    }
    return Reading(
        kind=KIND,
        format=header.label,
        source=f"Header of the weights file {name.rpartition('/')[2] or model}"[:500],
        rows=(row,),
        document=document,
        accounted=_accounted(header, row),
    )


def _header(content: bytes, name: str) -> Header:
    if content.startswith(MAGIC):
        return read_gguf(HeaderStream(io.BytesIO(content)))
    other = format_by_magic(content[:_OTHER_HEAD], name)
    if other:
        return Header(format=other, label=other)
    if _is_safetensors(content[:9]) or format_of(name) == "safetensors":
        return read_safetensors(HeaderStream(io.BytesIO(content)))
    raise UnreadableFile(
        "This is no weights file of a known format: safetensors, GGUF, pickle (PyTorch), ONNX, HDF5, Keras, TFLite."
    )


def _is_safetensors(start: bytes) -> bool:
    return start[8:9] == b"{"


# The model


def _row(header: Header, name: str) -> Row:
    raw = {"file": name, "format": header.label, **{key: header.metadata[key] for key in sorted(header.metadata)[:40]}}
    model, identifiers, remark = _name(header, name)
    if not model:
        message = gettext_noop("The header names no model: name the file owner--model--FILE.")
        return Row(locator="/", errors=(FieldError("/metadata", message),), raw=raw)
    parents = parents_of(header.metadata, {identifier.casefold() for _, identifier in identifiers})
    notes = [remark] if remark else []
    notes += header.notes
    if header.format == PICKLE:
        notes.append(
            gettext_noop("Loading a file of this format can run any program code that is in it. It was not loaded.")
        )
    record = ModelRecord(
        name=model,
        identifiers=identifiers,
        licences=_licences(header),
        parents=parents,
        facts=tuple(_facts(header, name, notes)),
        suspects=() if parents else _suspects(header, identifiers),
    )
    return Row(locator="/", record=record, notes=tuple(notes), raw=raw)


def _name(header: Header, name: str) -> tuple[str, Sequence[tuple[str, str]], str]:
    """Name and identifiers: by the repository in the file's name, then by the header, then by the file's name."""
    repository = repository_of(name)
    if repository:
        return repository.rpartition("/")[2], (("huggingface", repository),), ""
    address = from_address(_text(header.metadata, "general.repo_url"))
    if address:
        return address.identifier.rpartition("/")[2], ((address.namespace, address.identifier),), ""
    for key in _NAMES:
        if _text(header.metadata, key):
            return (
                _text(header.metadata, key)[:300],
                (),
                gettext_noop("The header names no repository, only a name of the model."),
            )
    stem = _PART.sub("", name.rpartition("/")[2].rpartition(".")[0])
    if not stem or _GENERAL.fullmatch(stem):
        return "", (), ""
    return stem[:300], (), gettext_noop("The header names no model; the name is that of the file.")


def _text(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _licences(header: Header) -> Sequence[LicenceRecord]:
    key = next((key for key in _LICENCES if _text(header.metadata, key)), "")
    if not key:
        return ()
    declared, own = _text(header.metadata, key), _text(header.metadata, "general.license.name")
    if declared.casefold() == "other" and own:
        declared = f"other/{own}"
    link = _text(header.metadata, "general.license.link")
    link = link if link.startswith(("https://", "http://")) and " " not in link else ""
    return (LicenceRecord(declared=declared[:300], link=link[:1000], pointer=join("", "metadata", key)),)


def _facts(header: Header, name: str, notes: list[str]) -> list[FactRecord]:
    found = [
        FactRecord(
            subject="release",
            field="file_formats",
            value=[header.format],
            state=State.INFERRED,
            note="Read from the beginning of the file itself.",
            pointer="/format",
        )
    ]
    part = _PART.search(name.rpartition("/")[2].rpartition(".")[0])
    if header.metadata.get("split.count") not in (None, 0, 1) or (part and int(part[2]) > 1):
        notes.append(
            gettext_noop("The file is one part of several: the number of parameters is not that of the model.")
        )
    elif header.parameters is not None:
        found.append(
            FactRecord(
                subject="model",
                field="parameters",
                value=header.parameters,
                state=State.INFERRED,
                note=filled("Counted in the header: %(count)d tensors.", count=header.tensors),
                pointer="/tensors",
            )
        )
    return found


def _suspects(header: Header, identifiers: Sequence[tuple[str, str]]) -> Sequence[SuspectRecord]:
    architecture = _text(header.metadata, "general.architecture")
    vocabulary = header.metadata.get("tokenizer.ggml.tokens")
    size = (
        vocabulary.get("length") if isinstance(vocabulary, dict) else header.metadata.get(f"{architecture}.vocab_size")
    )
    owner = identifiers[0][1].partition("/")[0] if identifiers else ""
    at = join("", "metadata", "general.architecture")
    return strongest(by_architecture(architecture, size, owner=owner, at=at), ())


def _accounted(header: Header, row: Row) -> Mapping[str, str]:
    """Every entry of the metadata, and what of the tensors is told."""
    found = {"/format": "release.file_formats", "/tensors": "kept"}
    found |= {join("", "metadata", key): "kept" for key in header.metadata}
    record = row.record
    if isinstance(record, ModelRecord):
        found |= {each.pointer: "release.licence_declared" for each in record.licences}
        found |= {each.pointer: "lineage" for each in record.parents}
        found |= {fact.pointer: f"{fact.subject}.{fact.field}" for fact in record.facts}
        names = (key for key in ("general.repo_url", *_NAMES) if _text(header.metadata, key))
        found |= {join("", "metadata", key): "model.name" for key in list(names)[:1]}
    return found
