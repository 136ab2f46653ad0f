"""Headers of weights: what they say, what is refused, and that nothing is ever loaded."""

import io
import pickle
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.imports.records import ModelRecord, Row, UnreadableFile
from apps.imports.weights_header import header_of, read
from tests.imports.weights_header.headers import Gguf, gguf, safetensors

NAMED = "maker/Tuned-7B/file"


def row(content: bytes, name: str = NAMED) -> Row:
    return read(content, name=name).rows[0]


def model(content: bytes, name: str = NAMED) -> ModelRecord:
    record = row(content, name).record
    assert isinstance(record, ModelRecord)
    return record


def facts(content: bytes, name: str = NAMED) -> dict[str, Any]:
    return {fact.field: fact.value for fact in model(content, name).facts}


# Safetensors


def test_a_safetensors_header_tells_format_and_parameters() -> None:
    found = model(safetensors(metadata={"format": "pt"}))
    assert (found.name, found.identifiers) == ("Tuned-7B", (("huggingface", "maker/Tuned-7B"),))
    assert facts(safetensors()) == {"file_formats": ["safetensors"], "parameters": 12}
    reading = read(safetensors(metadata={"format": "pt", "modelspec.license": "mit"}), name=NAMED)
    assert reading.document is not None
    assert reading.document["metadata"]["format"] == "pt"
    assert reading.document["tensors"] == {"count": 2, "elements": {"BF16": 6, "F32": 6}}
    assert reading.accounted["/metadata/format"] == "kept"
    assert reading.accounted["/metadata/modelspec.license"] == "release.licence_declared"


def test_packed_tensors_give_no_number_of_parameters() -> None:
    packed = safetensors({"a": {"dtype": "I32", "shape": [8], "data_offsets": [0, 32]}})
    assert "parameters" not in facts(packed)
    assert any("packed" in note for note in row(packed).notes)


def test_one_part_of_several_gives_no_number_of_parameters() -> None:
    assert "parameters" not in facts(safetensors(), "maker/Tuned-7B/model-00001-of-00004.safetensors")
    assert "parameters" in facts(safetensors(), "maker/Tuned-7B/model-00001-of-00001.safetensors")


def tensor(**more: Any) -> bytes:
    return safetensors({"a": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]} | more})


BROKEN: list[tuple[bytes, str]] = [
    (struct.pack("<Q", 2**60) + b"{", "says of itself"),
    (struct.pack("<Q", 2**64 - 1) + b"{}", "says of itself"),
    (struct.pack("<Q", 100) + b"{}", "ends after 10 bytes"),
    (struct.pack("<Q", 2) + b"[]", "must begin with {"),
    (struct.pack("<Q", 3) + b"{ab", "no valid JSON"),
    (struct.pack("<Q", 17) + b'{"a": 1, "a": 2} ', "stands twice"),
    (b"\x02\x00", "ends after 2 bytes"),
    (b"", "ends after 0 bytes"),
    (tensor(dtype="F17"), "no tensor of a known type"),
    (tensor(dtype=None), "no tensor of a known type"),
    (tensor(dtype=["F16"]), "no tensor of a known type"),
    (tensor(shape=[-1]), "makes no sense"),
    (tensor(shape=[True]), "makes no sense"),
    (tensor(shape=None), "makes no sense"),
    (tensor(shape=[2**40, 2**40]), "more elements than any model"),
    (tensor(data_offsets=[5, 2]), "makes no sense"),
    (tensor(data_offsets=[0]), "makes no sense"),
    (safetensors({"__metadata__": {"a": 1}}), "texts only"),
    (safetensors({"a": 5}), "no tensor"),
    (struct.pack("<Q", 166) + b'{"a": ' + b"[" * 80 + b"]" * 80, "no valid JSON"),
    (struct.pack("<Q", 167) + b'{"a": ' + b"[" * 80 + b"]" * 80 + b"}", "no tensor"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN, ids=range(len(BROKEN)))
def test_broken_safetensors_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name="x/y/model.safetensors")
    assert words in caught.value.message


# GGUF


@pytest.mark.parametrize("more", [{"version": 2}, {"version": 3}, {"version": 3, "order": ">"}])
def test_a_gguf_header_tells_what_it_says_of_itself(more: dict[str, Any]) -> None:
    content = gguf(**more).bytes()
    assert facts(content) == {"file_formats": ["gguf"], "parameters": 2600}
    found = model(content, "file.gguf")
    assert (found.name, found.identifiers) == ("Tuned 7B", ())
    assert [licence.declared for licence in found.licences] == ["llama3.1"]
    document = read(content, name="file.gguf").document
    assert document is not None
    assert document["metadata"]["tokenizer.ggml.tokens"] == {
        "type": "string",
        "length": 5,
        "start": ["a", "b", "c", "d"],
    }
    assert document["tensors"]["elements"] == {"Q4_K": 2560, "F32": 40}


def test_every_entry_of_a_gguf_header_is_accounted_for() -> None:
    reading = read(gguf().bytes(), name="file.gguf")
    document = reading.document
    assert document is not None
    assert {f"/metadata/{key}" for key in document["metadata"]} <= set(reading.accounted)


def test_values_of_all_types_are_read() -> None:
    head = Gguf()
    forms = {0: ("B", 255), 1: ("b", -1), 2: ("H", 65535), 3: ("h", -2), 4: ("I", 7), 5: ("i", -3), 6: ("f", 0.5)}
    forms |= {7: ("?", True), 10: ("Q", 2**63), 11: ("q", -4), 12: ("d", 0.25)}
    for kind, (form, value) in forms.items():
        head.add(f"k{kind}", kind, head.number(form, value))
        head.add(f"a{kind}", 9, head.number("I", kind) + head.number("Q", 6) + head.number(form, value) * 6)
    head.add("nan", 12, head.number("d", float("nan")))
    nested = head.number("I", 9) + head.number("Q", 1) + head.number("I", 0) + head.number("Q", 2) + b"\x01\x02"
    head.add("nested", 9, nested)
    head.add("broken text", 8, head.string(b"\xff\x00"))
    document = read(head.bytes(), name=NAMED).document
    assert document is not None
    metadata = document["metadata"]
    assert {key: metadata[f"k{key}"] for key in forms} == {key: value for key, (_, value) in forms.items()}
    assert metadata["a4"] == {"type": "uint32", "length": 6, "start": [7, 7, 7, 7]}
    assert (metadata["nan"], metadata["nested"], metadata["broken text"]) == ("nan", [[1, 2]], "\ufffd\ufffd")


PARENTS: list[tuple[Gguf, list[tuple[str, str, str]]]] = [
    (
        Gguf()
        .u32("general.base_model.count", 1)
        .text("general.base_model.0.repo_url", "https://huggingface.co/base/A"),
        [("base/A", "finetune", "huggingface")],
    ),
    (
        Gguf()
        .u32("general.base_model.count", 2)
        .text("general.base_model.0.name", "A")
        .text("general.base_model.1.name", "B"),
        [("A", "merge", ""), ("B", "merge", "")],
    ),
    (
        Gguf()
        .text("general.type", "adapter")
        .u32("general.base_model.count", 1)
        .text("general.base_model.0.name", "A"),
        [("A", "adapter", "")],
    ),
    (Gguf().text("general.source.huggingface.repository", "base/A"), [("base/A", "quantized", "huggingface")]),
    (
        Gguf().text("general.source.repo_url", "https://huggingface.co/base/A").u32("general.file_type", 1),
        [("base/A", "converted", "huggingface")],
    ),
    (Gguf().text("general.source.huggingface.repository", "maker/tuned-7b"), []),
    (Gguf().text("general.source.url", "https://github.com/a/b"), []),
    (Gguf().u32("general.base_model.count", 4_000_000_000), []),
]


@pytest.mark.parametrize(("head", "expected"), PARENTS, ids=range(len(PARENTS)))
def test_parents_that_a_header_names(head: Gguf, expected: list[tuple[str, str, str]]) -> None:
    found = model(head.bytes()).parents
    assert [(each.name, each.relation, each.namespace) for each in found] == expected
    assert {each.state for each in found} <= {"inferred"}


def test_an_undeclared_parent_is_suspected_by_architecture_and_vocabulary() -> None:
    tokens = Gguf().text("general.architecture", "llama").texts("tokenizer.ggml.tokens", ["t"] * 128256)
    assert [(each.name, each.strength) for each in model(tokens.bytes()).suspects] == [("Llama 3", "medium")]


def test_a_header_that_is_cut_off_among_its_tensors_still_reads() -> None:
    content = gguf().bytes()[:-10]
    assert facts(content) == {"file_formats": ["gguf"]}
    assert any("cut off" in note for note in row(content).notes)


def _counts(tensors: int, entries: int, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, entries) + rest


_KEY = struct.pack("<Q", 1) + b"k"
BROKEN_GGUF: list[tuple[bytes, str]] = [
    (b"GGUF", "ends after"),
    (b"GGUF" + struct.pack("<I", 1) + b"\0" * 16, "version 1 is not read"),
    (b"GGUF" + struct.pack("<I", 99) + b"\0" * 16, "version 99"),
    (_counts(2**60, 1), "announces"),
    (_counts(1, 2**63), "announces"),
    (_counts(0, 1, struct.pack("<Q", 2**60)), "A text of the header"),
    (_counts(0, 1, struct.pack("<Q", 60_000)), "ends after"),
    (_counts(0, 1, _KEY + struct.pack("<I", 77)), "unknown type 77"),
    (_counts(0, 1, _KEY + struct.pack("<IIQ", 9, 4, 2**62)), "more than 2000000 elements"),
    (_counts(0, 1, _KEY + struct.pack("<IIQ", 9, 4, 1_000_000)), "ends after"),
    (_counts(0, 1, _KEY + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5), "unknown type 9"),
    (_counts(0, 2, (_KEY + struct.pack("<IB", 0, 1)) * 2), "stands twice"),
    (_counts(0, 1, _KEY + struct.pack("<IQ", 8, 2**40)), "A text of the header"),
    (Gguf().tensor("a", [1] * 9).bytes(), "more dimensions"),
    (Gguf().tensor("a", [2**60, 2**60]).bytes(), "more elements"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN_GGUF, ids=range(len(BROKEN_GGUF)))
def test_broken_gguf_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name=NAMED)
    assert words in caught.value.message


# Other formats


class Dangerous:
    """Would make this test fail if anything unpickled it."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return exec, ("raise SystemExit('a pickle was loaded')",)


def torch_zip() -> bytes:
    """What `torch.save` writes since version 1.6."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(Dangerous()))
    return content.getvalue()


FORMATS: list[tuple[bytes, str, str]] = [
    *((pickle.dumps(Dangerous(), protocol), "weights.bin", "pickle") for protocol in range(6)),
    *((pickle.dumps({"a": [1]}, protocol), "weights.pt", "pickle") for protocol in range(6)),
    (torch_zip(), "pytorch_model.bin", "pickle"),
    (b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "old.pth", "pickle"),
    (b"\x89HDF\r\n\x1a\n" + b"\0" * 50, "model.h5", "hdf5"),
    (b"\x08\x08\x12\x07pytorch\x1a\x052.1.0", "model.onnx", "onnx"),
    (b"\x08\x0a\x3a\x80\x01", "model.onnx", "onnx"),
    (b"\x1c\0\0\0TFL3" + b"\0" * 20, "model.tflite", "tflite"),
    (b"tjgg\x03\0\0\0", "old.bin", "ggml"),
]


@pytest.mark.parametrize(("content", "file", "expected"), FORMATS, ids=range(len(FORMATS)))
def test_formats_are_recognised_by_their_first_bytes(content: bytes, file: str, expected: str) -> None:
    assert facts(content, f"maker/Tuned-7B/{file}") == {"file_formats": [expected]}
    warned = any("can run any program code" in note for note in row(content, f"maker/Tuned-7B/{file}").notes)
    assert warned == (expected == "pickle")


@pytest.mark.parametrize(
    "content", [b"just text", b"PK\x03\x04" + b"\0" * 40, b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"\x80"]
)
def test_what_is_no_weights_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="no weights file of a known format"):
        read(content, name="x/y/file")


# Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Tuned-7B-Q4_K_M.gguf", "Tuned-7B-Q4_K_M"),
        ("Tuned-7B-00001-of-00002.safetensors", "Tuned-7B"),
        ("maker/Tuned-7B@abc/model.safetensors", "Tuned-7B"),
    ],
)
def test_the_name_of_the_file_names_the_model_where_nothing_else_does(name: str, expected: str) -> None:
    assert model(safetensors(), name).name == expected


@pytest.mark.parametrize(
    "name", ["model.safetensors", "model-00001-of-00002.safetensors", "adapter_model.safetensors", ""]
)
def test_a_header_that_names_no_model_is_quarantined(name: str) -> None:
    found = row(safetensors(), name)
    assert found.record is None
    assert "names no model" in found.errors[0].message


# Only headers


def test_only_the_header_is_taken_from_a_large_file() -> None:
    for content in (safetensors(), gguf().bytes()):
        assert header_of(io.BytesIO(content + b"\xff" * 5_000_000)) == content
    assert len(header_of(io.BytesIO(torch_zip() + b"\xff" * 5_000_000))) == 64 * 1024
    assert header_of(io.BytesIO(struct.pack("<Q", 50) + b"{}")) == struct.pack("<Q", 50) + b"{}"
    with pytest.raises(UnreadableFile):
        header_of(io.BytesIO(struct.pack("<Q", 2**60) + b"{}"))


_PIECES = st.lists(
    st.sampled_from(
        [
            b"GGUF",
            b"\x03\0\0\0",
            b"\x02\0\0\0",
            struct.pack("<Q", 1),
            struct.pack("<Q", 2**60),
            struct.pack("<Q", 9),
            b"k",
        ]
        + [struct.pack("<I", kind) for kind in range(14)]
        + [b"{", b"}", b'"a"', b":", b"[1]", b'"dtype"', b'"F16"', b"\x80\x04", b"PK\x03\x04", b"\xff\xff"]
    ),
    max_size=40,
).map(b"".join)


@given(_PIECES | st.binary(max_size=200) | _PIECES.map(lambda rest: _counts(1, 2, rest)))
def test_no_bytes_make_the_reader_fall_over(content: bytes) -> None:
    for name in (NAMED, "x/y/model.safetensors"):
        try:
            found = read(content, name=name)
        except UnreadableFile as error:
            told = error.message
        else:
            told = found.rows[0].locator
        assert told


@given(st.data())
def test_changed_headers_do_not_make_the_reader_fall_over(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([safetensors(), gguf().bytes()])))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    try:
        told = read(bytes(content), name=NAMED).format
    except UnreadableFile as error:
        told = error.message
    assert told


def test_hostile_headers_cost_little_memory_and_time() -> None:
    many = Gguf().texts("tokenizer.ggml.tokens", [""] * 300_000).bytes()
    deep = _counts(0, 1, _KEY + struct.pack("<I", 9) + struct.pack("<IQ", 8, 400_000) + b"\0" * 3_199_992)
    claims = _counts(199_999, 9_999, b"\0" * 1_000_000)
    for content in (many, deep, claims, struct.pack("<Q", 20_000_000) + b"{" * 20_000_000):
        tracemalloc.start()
        start = time.process_time()
        try:
            told = read(content, name=NAMED).format
        except UnreadableFile as error:
            told = error.message
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert told
        assert time.process_time() - start < 20
        assert used < 150_000_000
