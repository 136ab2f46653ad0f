"""Reading lists of checksums, bundles, folders and formats: good ones, bad ones, and whatever else comes."""

import base64
import copy
import json
import os
import random
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_signing import hashing

from apps.core.errors import InvalidInput
from apps.registry import formats
from apps.registry.verification import bundles, folders
from apps.registry.verification.comparing import compare
from apps.registry.verification.paths import BadPath, clean_path
from apps.registry.verification.sums import LARGEST, MOST_FILES, read_sums
from tests.registry.verification.signing import Key, a_folder, sign_with_key

SUM, OTHER = "a" * 64, "B" * 64
PARTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="/\\"), min_size=1, max_size=20
)


class TestSums:
    @pytest.mark.parametrize(
        ("line", "path"),
        [
            (f"{SUM}  a.bin", "a.bin"),
            (f"{SUM} *a.bin", "a.bin"),
            (f"{SUM}  ./dir/with space.bin", "dir/with space.bin"),
            (f"SHA256 (a (1).bin) = {SUM}", "a (1).bin"),
            (f"\ufeff{SUM}  a.bin\r", "a.bin"),
            (f"# made by hand\n\n{SUM}  a.bin\n", "a.bin"),
            (f"{SUM}  ü.bin", "ü.bin"),
            (f"{SUM}  u\u0308.bin", "ü.bin"),
        ],
    )
    def test_are_read_as_their_tools_write_them(self, line: str, path: str) -> None:
        found = read_sums(line.encode())
        assert [(one.path, one.sha256) for one in found.files] == [(path, SUM)]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("", "names no file"),
            (f"{SUM[:-1]}  a", "line 1: must be 64 hexadecimal digits"),
            (f"{'g' * 64}  a", "line 1: must be 64 hexadecimal digits"),
            (f"{SUM}  a\n{SUM}  b\n{OTHER}  a", "line 3: “a” stands there twice, first in line 1"),
            (f"{SUM}  /a", "line 1: the path must be relative"),
            (f"{SUM}  C:/a", "line 1: the path must be relative"),
            (f"{SUM}  a/../../b", "line 1: the path must not lead out"),
            (f"{SUM}  a//b", "line 1: the path must not have empty parts"),
            (f"{SUM}  a\\b", "line 1: the path must be written with forward slashes"),
            (f"\\{SUM}  a\\nb", "line 1: the path must not contain control characters"),
            (f"{SUM}  {'a' * 501}", "line 1: the path must have at most 500 characters"),
            ("{}", "no listing of a repository"),
            ("[" * 100_000, "neither a list of checksums nor JSON"),
            ('[{"path": "a"}]', "names no file"),
            ('[{"path": "a", "lfs": {"oid": 1}}]', "entry 0: the checksum must have 64"),
            ("[1]", "entry 0: must be an object"),
        ],
    )
    def test_that_are_wrong_are_told_by_line(self, content: str, said: str) -> None:
        with pytest.raises(InvalidInput, match=said.replace("(", r"\(")) as error:
            read_sums(content.encode())
        assert error.value.errors[0].pointer == "/file"

    def test_have_a_largest_size_and_number(self) -> None:
        with pytest.raises(InvalidInput, match="at most 4 MiB"):
            read_sums(b" " * (LARGEST + 1))
        short = "\n".join(f"{SUM}  {number}" for number in range(MOST_FILES + 1))
        with pytest.raises(InvalidInput, match="at most 20000 files, names 20001"):
            read_sums(short.encode())
        with pytest.raises(InvalidInput, match="at most 20000 files"):
            read_sums(json.dumps([{}] * (MOST_FILES + 1)).encode())

    def test_name_the_first_twenty_mistakes(self) -> None:
        with pytest.raises(InvalidInput) as error:
            read_sums(b"x\n" * 100)
        assert len(error.value.errors) == 20

    def test_of_a_hub_are_those_of_large_files(self) -> None:
        tree = [
            {"type": "directory", "path": "d", "oid": "1"},
            {"type": "file", "path": "README.md", "oid": "b" * 40, "size": 3},
            {"type": "file", "path": "d/m.safetensors", "oid": "c" * 40, "size": 9, "lfs": {"oid": OTHER, "size": 9}},
        ]
        found = read_sums(json.dumps(tree).encode())
        assert [(one.path, one.sha256, one.size) for one in found.files] == [("d/m.safetensors", OTHER.lower(), 9)]
        assert (found.unsummed, found.complete) == (("README.md",), True)
        model = {"sha": "c" * 40, "siblings": [{"rfilename": "m.gguf", "size": 5, "lfs": {"sha256": SUM, "size": 5}}]}
        found = read_sums(json.dumps(model).encode())
        assert (found.files[0].path, found.revision) == ("m.gguf", "c" * 40)

    @given(st.binary(max_size=400))
    def test_whatever_comes_is_read_or_told(self, content: bytes) -> None:
        with suppress(InvalidInput):
            read_sums(content)

    @given(st.dictionaries(st.lists(PARTS, min_size=1, max_size=3).map("/".join), st.just(SUM), min_size=1, max_size=8))
    def test_what_sha256sum_writes_comes_back(self, files: dict[str, str]) -> None:
        wanted = {}
        for path, told in files.items():
            try:
                wanted[clean_path(path)] = told
            except BadPath:
                return
        if len(wanted) == len(files):
            text = "".join(f"{told}  {path}\n" for path, told in files.items())
            assert {one.path: one.sha256 for one in read_sums(text.encode()).files} == wanted


def test_a_comparison_names_every_file_what_concerns_somebody_first() -> None:
    found = compare({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "x", "d": "4", ".git/x": "5"}, ignored=[".git"])
    assert [(one.path, one.result) for one in found.files] == [
        ("b", "differing"),
        ("c", "missing"),
        ("d", "additional"),
        ("a", "equal"),
    ]
    assert not compare({}, {}).same


class TestFolders:
    def test_agree_with_the_publishers_tool_in_what_they_leave_out(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path / "m", {"a": b"1", "d/b": b"22", ".git/HEAD": b"x", ".gitattributes": b"y"})
        found = folders.hash_folder(folder)
        theirs = hashing.Config().hash(folder)
        assert found.sums == {one.identifier: one.digest.digest_hex for one in theirs.resource_descriptors()}

    @pytest.mark.parametrize("kind", ["link", "broken link", "linked folder", "pipe", "socket"])
    def test_refuse_what_is_no_plain_file(self, tmp_path: Path, kind: str) -> None:
        folder = a_folder(tmp_path / "m", {"a": b"1"})
        odd = folder / "odd"
        if kind == "pipe":
            os.mkfifo(odd)
        elif kind == "socket":
            held = socket.socket(socket.AF_UNIX)
            held.bind(str(odd))
            held.close()
        else:
            odd.symlink_to({"link": folder / "a", "broken link": "/nowhere", "linked folder": tmp_path}[kind])
        with pytest.raises(InvalidInput, match="“odd” is"):
            folders.hash_folder(folder)
        assert list(folders.hash_folder(folder, ignored=["odd"]).sums) == ["a"]

    def test_are_no_links_and_no_files_themselves(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path / "m", {"a": b"1"})
        (tmp_path / "l").symlink_to(folder)
        for path in (tmp_path / "l", folder / "a", tmp_path / "nowhere"):
            with pytest.raises(InvalidInput, match="must be a folder"):
                folders.hash_folder(path)

    def test_are_read_by_two_at_a_time_and_in_pieces(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = a_folder(tmp_path / "m", {str(number): bytes(3 * folders.CHUNK) for number in range(6)})
        seen: set[int] = set()
        sizes: list[int] = []
        real = os.fdopen

        def watched(*args: Any, **more: Any) -> Any:
            seen.add(threading.get_ident())
            opened = real(*args, **more)

            class Pieces:
                def __enter__(self) -> Any:
                    return self

                def __exit__(self, *_: object) -> None:
                    opened.close()

                def read(self, size: int) -> bytes:
                    sizes.append(size)
                    return opened.read(size)

            return Pieces()

        monkeypatch.setattr(os, "fdopen", watched)
        assert len(folders.hash_folder(folder).files) == 6
        assert len(seen) <= 2
        assert set(sizes) == {folders.CHUNK}

    def test_say_whether_a_configuration_names_code(self, tmp_path: Path) -> None:
        for content, said in ((b'{"auto_map": {"AutoModel": "x.Y"}}', True), (b"{}", False), (b"no json", None)):
            folder = a_folder(tmp_path / str(said), {"config.json": content})
            assert folders.hash_folder(folder).names_code is said


class TestFormats:
    @pytest.mark.parametrize(
        ("path", "head", "told", "by_content"),
        [
            ("m.safetensors", struct.pack("<Q", 100) + b'{"a"', "safetensors", True),
            ("m.safetensors", b"\x80\x04\x95\x00", "pickle", True),
            ("m.safetensors", struct.pack("<Q", 0x0280) + b'{"a"', "safetensors", True),
            ("m.safetensors", struct.pack("<Q", 0x5A4D) + b'{"a"', "safetensors", True),
            ("m.safetensors", b"cos\nsystem\n(S'x'\ntR.", "pickle", True),
            ("m.safetensors", b"PK\x03\x04....archive/data.pkl", "pickle", True),
            ("m.safetensors", b"hello there", "unrecognised", True),
            ("m.gguf", b"GGUF\x03", "gguf", True),
            ("m.bin", b"GGUF\x03", "gguf", True),
            ("m.h5", b"\x89HDF\r\n\x1a\n", "hdf5", True),
            ("m.onnx", b"\x08\x07\x12\x07pytorch", "onnx", True),
            ("m.onnx", b"MZ\x90", "executable", True),
            ("m.tflite", b"\x00\x00\x00\x00TFL3", "tflite", True),
            ("m.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order'", "npy_pickled", True),
            ("m.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order'", "npy", True),
            ("pytorch_model.bin", None, "pickle", False),
            ("pytorch_model.bin", b"unheard of", "pickle", False),
            ("w.pt", None, "pickle", False),
            ("other.bin", None, "bin", False),
            ("openvino_model.bin", None, "openvino", False),
            ("README.md", None, "", False),
            ("README.md", b"# Model", "", False),
        ],
    )
    def test_what_the_bytes_say_goes_before_the_name(
        self, path: str, head: bytes | None, told: str, by_content: bool
    ) -> None:
        assert formats.recognise(path, head) == formats.Recognised(told, by_content)

    @given(st.binary(max_size=300), st.sampled_from(["a.safetensors", "a.bin", "a.npy", "a", "a.pt"]))
    def test_whatever_the_bytes_are_a_name_alone_calls_no_other_format_safe(self, head: bytes, path: str) -> None:
        found = formats.recognise(path, head)
        if found.format == "safetensors":
            assert head[8:9] == b"{"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sign_with_key(a_folder(tmp_path_factory.mktemp("b") / "m"), Key.new())


def changed(bundle: bytes, change: Any) -> bytes:
    """The bundle with another payload; it no longer holds, which is not the reader's question."""
    found = json.loads(bundle)
    payload = json.loads(base64.b64decode(found["dsseEnvelope"]["payload"]))
    change(found, payload)
    found["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    return json.dumps(found).encode()


class TestBundles:
    def test_are_read(self, bundle: bytes) -> None:
        found = bundles.read_bundle(bundle)
        assert (found.kind, found.manifest.method, found.manifest.algorithm) == ("key", "files", "sha256")
        assert found.manifest.paths == ["config.json", "weights/model.safetensors"]
        assert len(found.key_hint) == 64

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda b, p: b.update(mediaType="x"), "of version 0.3"),
            (lambda b, p: b["verificationMaterial"].update(certificate={}), "in one way"),
            (lambda b, p: b["verificationMaterial"].clear(), "in one way"),
            (lambda b, p: b.pop("dsseEnvelope") and b.update(dsseEnvelope={}), "in-toto statement"),
            (lambda b, p: b["dsseEnvelope"]["signatures"].append({"sig": "AA=="}), "must have one signature"),
            (lambda b, p: b["dsseEnvelope"]["signatures"][0].update(sig="?"), "must be base64"),
            (lambda b, p: p.update(_type="x"), "in-toto statement v1"),
            (lambda b, p: p.update(predicateType="x"), "a model signature v1.0"),
            (lambda b, p: p["subject"].append(p["subject"][0]), "about one model"),
            (lambda b, p: p["predicate"]["serialization"].update(hash_type="md5"), "hashed by files or shards"),
            (lambda b, p: p["predicate"]["serialization"].update(method="shards"), "how large its shards are"),
            (lambda b, p: p["predicate"]["resources"].append(p["predicate"]["resources"][0]), "twice"),
            (lambda b, p: p["predicate"]["resources"][0].update(name="../../etc/passwd"), "must not lead out"),
            (lambda b, p: p["predicate"]["resources"][0].update(name="/etc/passwd"), "must be relative"),
            (lambda b, p: p["predicate"]["resources"][0].update(digest="00"), "64 hexadecimal digits"),
            (lambda b, p: p["predicate"]["resources"][0].update(algorithm="md5"), "hash function 'md5'"),
            (lambda b, p: p["predicate"].update(resources=[]), "a list that is not empty"),
            (lambda b, p: p["predicate"].update(resources=[{}] * 20_001), "at most 20000 entries"),
        ],
    )
    def test_that_are_wrong_are_told(self, bundle: bytes, change: Any, said: str) -> None:
        with pytest.raises(InvalidInput, match=said) as error:
            bundles.read_bundle(changed(bundle, change))
        assert error.value.errors[0].pointer == "/bundle"

    def test_with_a_key_twice_are_refused(self, bundle: bytes) -> None:
        with pytest.raises(InvalidInput, match="a key that stands twice"):
            bundles.read_bundle(bundle.replace(b'{"mediaType"', b'{"mediaType": "x", "mediaType"', 1))
        with pytest.raises(InvalidInput, match="at most 12 MiB"):
            bundles.read_bundle(b" " * (bundles.LARGEST + 1))

    @given(st.integers(0, 2**32))
    @settings(max_examples=300, deadline=None)
    def test_whatever_is_changed_is_read_or_told(self, bundle: bytes, seed: int) -> None:
        chance = random.Random(seed)
        with suppress(InvalidInput):
            inside = changed(bundle, lambda _, payload: _disturb(chance, payload))
            around = json.loads(inside)
            _disturb(chance, around)
            bundles.read_bundle(chance.choice((inside, json.dumps(around).encode())))

    @given(st.binary(max_size=200), st.integers(0, 5000))
    def test_whatever_bytes_stand_in_it_is_read_or_told(self, bundle: bytes, noise: bytes, at: int) -> None:
        with suppress(InvalidInput):
            bundles.read_bundle(bundle[:at] + noise + bundle[at + len(noise) :])


def _disturb(chance: random.Random, whole: Any) -> None:
    """Put something else in some place of a document."""
    odd: list[Any] = [None, 1, -1, 1e308, "", "x", "\x00", [], {}, [[]], {"a": {}}, True, "9" * 400]
    places: list[tuple[Any, Any]] = []
    waiting = [whole]
    while waiting:
        held = waiting.pop()
        keys = held.keys() if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
        for key in list(keys):
            places.append((held, key))
            waiting.append(held[key])
    if places:
        held, key = chance.choice(places)
        held[key] = copy.deepcopy(chance.choice(odd))
