"""Files that are broken, made to hurt, or no lists at all: each is refused with one clear sentence."""

import io
import json
import random
import struct
import tracemalloc
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.imports.lists import unpacking
from apps.imports.lists.readers import FORMATS, read
from apps.imports.records import UnreadableFile
from tests.imports.lists.delivering import gzipped, reading_of, zipped
from tests.imports.lists.samples import CSV, JSON, KEYS, PLAIN, SAMPLES, XML

PAGE = b"<!DOCTYPE html>\n<html><head><title>Moved</title></head><body>Please sign in</body></html>"
BILLION_LAUGHS = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>{root}"""
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{root}'


def refusal(format: str, content: bytes) -> str:  # noqa: A002
    """Why a file is refused, in English."""
    with pytest.raises(UnreadableFile) as caught:
        reading_of(format, content, list_key=KEYS.get(format))
    assert caught.value.message
    return caught.value.message


def test_there_is_a_sample_of_every_format_and_it_is_whole() -> None:
    assert list(SAMPLES) == sorted(SAMPLES, key=list(FORMATS).index)
    assert set(SAMPLES) == set(FORMATS)
    for name, content in SAMPLES.items():
        found, entries = reading_of(name, content, list_key=KEYS.get(name))
        assert entries, name
        assert not found.rejected, name


@pytest.mark.parametrize("format", SAMPLES)
class TestEveryFormat:
    def test_empty(self, format: str) -> None:  # noqa: A002
        assert refusal(format, b"") == "The file is empty."

    def test_an_empty_file_packed(self, format: str) -> None:  # noqa: A002
        assert refusal(format, gzipped(b"")) in ("The file is empty.", NO_SHEET)

    @pytest.mark.parametrize("page", [PAGE, b"\xef\xbb\xbf\r\n <HTML lang=en>", b"<!-- proxy --><html>"])
    def test_a_web_page_instead_of_a_list(self, format: str, page: bytes) -> None:  # noqa: A002
        assert "web page" in refusal(format, page) or format.endswith("ods")

    def test_cut_off_anywhere_it_is_refused_or_told(self, format: str) -> None:  # noqa: A002
        whole = SAMPLES[format]
        entries = reading_of(format, whole, list_key=KEYS.get(format))[1]
        for at in range(1, len(whole.rstrip(b"\n\x1a\r ")), max(1, len(whole) // 120)):
            try:
                found, some = reading_of(format, whole[:at], list_key=KEYS.get(format))
            except UnreadableFile:
                continue
            # Only a table may be cut between two rows without its being seen: then there are fewer.
            assert format.endswith("csv"), at
            assert len(some) < len(entries) or found.notes, at


@pytest.mark.parametrize("format", PLAIN)
class TestPacked:
    def test_packed_as_gzip_it_is_the_same(self, format: str) -> None:  # noqa: A002
        plain = reading_of(format, SAMPLES[format], list_key=KEYS.get(format))[1]
        assert reading_of(format, gzipped(SAMPLES[format]), list_key=KEYS.get(format))[1] == plain

    def test_a_gzip_that_is_cut_off(self, format: str) -> None:  # noqa: A002
        packed = gzipped(SAMPLES[format])
        assert "damaged or cut off" in refusal(format, packed[: len(packed) // 2])


NO_SHEET = "This is no OpenDocument spreadsheet (ODS): it holds no content.xml."


class TestText:
    @pytest.mark.parametrize("format", [name for name in PLAIN if name not in XML])
    @pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "cp1251"])
    def test_another_encoding(self, format: str, encoding: str) -> None:  # noqa: A002
        letter = "Щ" if encoding == "cp1251" else "É"
        text = SAMPLES[format].decode().replace("E", letter, 1)
        assert "UTF-" in refusal(format, text.encode(encoding, "ignore"))

    @pytest.mark.parametrize("format", CSV)
    def test_zero_bytes(self, format: str) -> None:  # noqa: A002
        assert "zero bytes" in refusal(format, b'1,"A\x00B"\n')

    @pytest.mark.parametrize("format", CSV)
    def test_an_endless_line(self, format: str) -> None:  # noqa: A002
        assert refusal(format, b"x" * (3 << 20))

    @pytest.mark.parametrize("format", CSV)
    def test_an_endless_cell(self, format: str) -> None:  # noqa: A002
        assert refusal(format, b'"' + b"x\n" * (1 << 20))

    @pytest.mark.parametrize("format", CSV)
    def test_a_table_of_something_else(self, format: str) -> None:  # noqa: A002
        assert refusal(format, b"model,licence\nA,MIT\nB,MIT\n")

    def test_a_file_of_which_every_row_is_bad(self) -> None:
        rows = "".join(f"{number},A\n" for number in range(2000))
        assert "More than 1000 rows" in refusal("generic-csv", f"name\n{rows}".encode())


class TestJson:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b'[{"name": NaN}]', "NaN is no number"),
            (b'[{"name": "A", "size": -Infinity}]', "-Infinity is no number"),
            (b'[{"name": "A", "name": "B"}]', "stands twice"),
            (b'{"count": 1, "count": 1, "results": [], "entities": []}', "stands twice"),
            (b'{"results": [], "results": []}', "stands twice"),
            (b'[{"name": ' + b"[" * 100_000, "deep"),
            (b'[{"name": ' + b"[" * 40 + b"]" * 40 + b"}]", "deep"),
            (b'[{"size": 1' + b"0" * 400 + b"}]", "64 bits"),
            (b'[{"size": 1e999}]', "too large"),
            (b'"text"', "begins with"),
            (b"[1, 2", "cut off"),
            (b'[{"name": "A"} {"name": "B"}]', "comma"),
            (b'[{"name": "A"}] more', "after its end"),
            (b'{"something": 1}', "none of the members"),
            (b"{}", "none of the members"),
            (b'{"results": {"name": "A"}}', "none of the members"),
            (b'[{"name": "A",}]', "valid JSON"),
            (b'{"results" [1]}', "colon"),
            (b"[]", "no entry"),
            (b"{name: 'A'}", "valid JSON"),
        ],
    )
    @pytest.mark.parametrize("format", JSON)
    def test_what_is_no_plain_json_of_entries(self, format: str, content: bytes, words: str) -> None:  # noqa: A002
        assert words in refusal(format, content)

    def test_brackets_within_texts_nest_nothing(self) -> None:
        content = json.dumps([{"name": "A", "remarks": "[{" * 200}]).encode()
        assert len(reading_of("generic-json", content, list_key="UN")[1]) == 1

    def test_a_value_without_end(self) -> None:
        assert "more than" in refusal("generic-json", b'[{"name": "' + b"x" * (40 << 20))

    def test_values_are_the_same_wherever_the_pieces_of_the_stream_end(self) -> None:
        rows = [{"name": f"Name {number} {'é' * (number % 97)}", "size": number} for number in range(3000)]
        content = json.dumps({"count": 3000, "entities": rows, "more": {"a": [1, 2]}}, ensure_ascii=False).encode()
        found, entries = reading_of("generic-json", content, list_key="UN")
        assert (found.stated_count, len(entries)) == (3000, 3000)
        assert [entry.name for entry in entries] == [row["name"].strip() for row in rows]  # type: ignore[attr-defined]


class TestXml:
    @pytest.mark.parametrize("format", XML)
    @pytest.mark.parametrize("start", [BILLION_LAUGHS, EXTERNAL], ids=["billion laughs", "external entity"])
    def test_entities_are_not_looked_at(self, format: str, start: str) -> None:  # noqa: A002
        root = SAMPLES[format].decode().partition("?>")[2]
        assert "document type or entities" in refusal(format, start.format(root=root).encode())

    @pytest.mark.parametrize("format", XML)
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"<a><b/></a>", "another kind of file"),
            (b"<a", "cut off"),
            (b"no xml", "no valid XML"),
            (b'<?xml version="1.0" encoding="klingon"?><a/>', "no valid XML"),
            (b'<?xml version="1.0" encoding="utf-8"?><a>\xff\xfe</a>', "another kind"),
        ],
    )
    def test_what_is_no_such_xml(self, format: str, content: bytes, words: str) -> None:  # noqa: A002
        assert words in refusal(format, content)

    def test_nested_without_end(self) -> None:
        assert "nested deeper" in refusal("un-xml", b"<CONSOLIDATED_LIST>" + b"<INDIVIDUAL>" * 100_000)

    @pytest.mark.parametrize(
        "filling",
        [b"<NOTE/>" * 60_000, b"x" * (9 << 20), b"<!--" + b"x" * (20 << 20), b'<NOTE a="' + b"x" * (20 << 20)],
        ids=["elements", "text", "comment", "attribute"],
    )
    def test_an_entry_without_end(self, filling: bytes) -> None:
        assert "One entry has more than" in refusal("un-xml", b"<CONSOLIDATED_LIST><INDIVIDUAL>" + filling)

    def test_broken_bytes_within(self) -> None:
        assert "no valid XML: line" in refusal("un-xml", SAMPLES["un-xml"].replace(b"JANE", b"J\xffNE"))


class TestArchives:
    def test_a_gzip_bomb(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unpacking, "MOST_UNPACKED", 1 << 20)
        assert "unpacks to more than 1 MiB" in refusal("generic-csv", gzipped(b"name\n" + b" \n" * (1 << 20)))

    def test_a_zip_bomb_is_refused_before_it_is_unpacked(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
            for _ in range(300):
                member.write(b"0" * (1 << 20))
        assert stream.tell() < 1 << 20
        assert "more than 50 files or 256 MiB" in refusal("generic-csv", stream.getvalue())

    def test_a_zip_that_lies_about_its_size(self) -> None:
        content = bytearray(zipped({"a.csv": b"name\n" + b"Example\n" * 100_000}))
        at = content.rindex(b"PK\x01\x02") + 24
        content[at : at + 4] = struct.pack("<I", 100)
        assert refusal("generic-csv", bytes(content))

    def test_too_many_files(self) -> None:
        many = {f"{number}.csv": b"name\nA\n" for number in range(51)}
        assert "more than 50 files" in refusal("generic-csv", zipped(many))

    @pytest.mark.parametrize("names", [("a.txt",), ("a.csv", "b.csv")])
    def test_not_the_one_file_that_is_wanted(self, names: tuple[str, ...]) -> None:
        content = zipped(dict.fromkeys(names, b"name\nA\n"))
        assert "should hold one file that ends in .csv" in refusal("generic-csv", content)

    @pytest.mark.parametrize("change", [b"\x01", b"\x09"], ids=["encrypted", "flags"])
    def test_an_encrypted_member(self, change: bytes) -> None:
        content = bytearray(zipped({"a.csv": b"name\nA\n"}))
        content[6:7] = change
        content[content.rindex(b"PK\x01\x02") + 8 : content.rindex(b"PK\x01\x02") + 9] = change
        assert "cannot be unpacked" in refusal("generic-csv", bytes(content))


class TestMemory:
    def test_a_file_is_never_in_memory_as_a_whole(self) -> None:
        remarks = "x" * 50_000
        rows = json.dumps([{"name": f"Name {number}", "remarks": remarks} for number in range(400)]).encode()
        packed = io.BytesIO(gzipped(rows))
        assert len(rows) > 20_000_000
        del rows
        tracemalloc.start()
        try:
            count = sum(1 for _entry in read("generic-json", packed, list_key="UN"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == 400
        assert peak < 4 << 20


def _spoilt(content: bytes, seed: int) -> bytes:
    """The file with some of its bytes lost, doubled or changed."""
    choose = random.Random(seed)
    spoilt = bytearray(content)
    for _ in range(choose.randint(1, 4)):
        start = choose.randrange(len(spoilt) + 1)
        end = min(len(spoilt), start + choose.choice((1, 1, 7, 60)))
        piece = bytes(spoilt[start:end])
        spoilt[start:end] = choose.choice(
            (b"", piece * 2, bytes(choose.randrange(256) for _ in piece), b'"', b"<", b"{")
        )
    return bytes(spoilt)


def _reads_or_refuses(format: str, content: bytes) -> None:  # noqa: A002
    try:
        _found, entries = reading_of(format, content, list_key=KEYS.get(format))
    except UnreadableFile as error:
        entries = []
        message = error.message
    else:
        message = "read"
    assert message
    for entry in entries:
        assert entry.names[0].text
        assert 0 < len(entry.reference) <= 200
        assert entry.digest
        json.dumps(entry.body).encode()


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIELDS = (
    *("name", "aliases", "source", "ids", "addresses", "country", "identifiers", "type", "entity_number", "n", "s"),
    *("properties", "programs", "listed_on", "alt_names", "reference", "id"),
)
HEADS = ("count", "fieldKey", "tables", "list_id", "extracted", "sourceGeneratedAt", "entryCount")
SIMPLE: Any = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
LISTED: Any = st.recursive(
    SIMPLE | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("format", SAMPLES)
class TestAnything:
    @FUZZ
    @given(content=st.binary(max_size=300))
    def test_any_bytes(self, format: str, content: bytes) -> None:  # noqa: A002
        _reads_or_refuses(format, content)

    @FUZZ
    @given(seed=st.integers(0, 2**32))
    def test_any_spoilt_file(self, format: str, seed: int) -> None:  # noqa: A002
        _reads_or_refuses(format, _spoilt(SAMPLES[format], seed))


@pytest.mark.parametrize("format", JSON)
@settings(max_examples=150, deadline=None)
@given(items=st.lists(LISTED, max_size=4), head=st.dictionaries(st.sampled_from(HEADS), LISTED, max_size=3))
def test_any_json(format: str, items: list[Any], head: dict[str, Any]) -> None:  # noqa: A002
    _reads_or_refuses(format, json.dumps({**head, "results": items}).encode())
