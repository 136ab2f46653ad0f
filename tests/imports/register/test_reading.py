"""A register as a table: CSV and XLSX within bounds, with the place of everything that is wrong."""

import io
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from apps.facts.catalogue import FIELDS
from apps.imports.records import ModelRecord, UnreadableFile, UseRecord
from apps.imports.register import read, tables
from apps.imports.register.columns import columns
from apps.imports.register.template import FORMATS, template
from tests.imports.making import register_csv, workbook


def refusal(content: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(content, name="r")
    assert caught.value.message
    return caught.value


def repacked(content: bytes, changed: dict[str, bytes]) -> bytes:
    """A workbook with some of its members replaced or added."""
    old, stream = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, member in changed.items():
            new.writestr(name, member)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_delimiters_and_the_mark_of_the_encoding(self, delimiter: str, mark: bytes) -> None:
        content = register_csv({"model.name": "Käse", "model.kind": "base"}, delimiter=delimiter)
        reading = read(mark + content, name="r.csv")
        record = reading.rows[0].record
        assert isinstance(record, ModelRecord)
        assert (record.name, record.facts[0].value, reading.format) == ("Käse", "base", "CSV")

    @pytest.mark.parametrize(
        ("content", "pointer", "message"),
        [
            (b"", "row 1", "is empty"),
            (b"\n\n\n", "row 1", "is empty"),
            (b"model.name\n", "row 2", "no row below"),
            (b"model.name\nA\nM\xfcller\n", "row 3", "Line 3 is not in UTF-8"),
            ("model.name\nA\n".encode("utf-16"), "row 1", "UTF-16"),
            (b'model.name\n"A\n', "row 2", "no CSV"),
            (b"model.name\nA\x00\n", "row 2", "no text"),
            (b"model.name,x.y\nA,1\n", "row 1, column B", "is no column"),
            (b"model.name,deployment.regoin\nA,1\n", "row 1, column B", "do you mean “deployment.region”"),
            (b"model.name,model.name\nA,1\n", "row 1, column B", "stands twice"),
            (b"model.name\n" + b"A\n" * 20_002, "row 20003", "more than 20000 rows"),
            (b"model.name" + b"," * 301 + b"x\nA\n", "row 1", "more than 300 columns"),
            (b"model.name\n" + b"A" * 20_001 + b"\n", "row 2", "more than 20000 characters"),
        ],
    )
    def test_what_is_no_register_is_refused_with_its_place(self, content: bytes, pointer: str, message: str) -> None:
        error = refusal(content)
        assert message in error.errors[0].message
        assert error.errors[0].pointer == pointer

    def test_all_unknown_columns_are_named_at_once(self) -> None:
        error = refusal(b"model.name,a,b\nA,1,2\n")
        assert [one.pointer for one in error.errors] == ["row 1, column B", "row 1, column C"]

    def test_wrong_cells_are_named_by_row_and_column_and_stop_no_other_row(self) -> None:
        good, bad = {"model.name": "A", "model.kind": "base"}, {"model.name": "B", "model.kind": "cake"}
        rows = read(register_csv(good, bad, {"model.name": "", "model.kind": "base"}), name="r").rows
        assert [bool(row.errors) for row in rows] == [False, True, True]
        assert rows[1].errors[0].pointer == "row 3, column B (model.kind)"
        assert "must be one of base" in rows[1].errors[0].message
        assert "names no model" in rows[2].errors[0].message
        assert rows[1].raw == {"model.name": "B", "model.kind": "cake"}

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ({"model.name": "A", "deployment.region": "x"}, "fill in “use.name”"),
            ({"model.name": "A", "use.team": "x"}, "fill in “use.name”"),
            ({"model.identifier": "Qwen/Qwen"}, "is no identifier such as"),
            ({"model.identifier": "api:a b"}, "is no identifier such as"),
            ({"model.identifier": "api:" + "x" * 301}, "at most 300"),
        ],
    )
    def test_what_is_missing_or_malformed(self, row: dict[str, str], message: str) -> None:
        assert message in " ".join(error.message for error in read(register_csv(row), name="r").rows[0].errors)

    def test_remarks_are_not_read(self) -> None:
        rows = read(b"model.name,#problem\nA,anything\n", name="r").rows
        assert not rows[0].errors

    def test_a_cell_below_no_header_is_an_error(self) -> None:
        assert "below no header" in read(b"model.name\nA,b\n", name="r").rows[0].errors[0].message


class TestXlsx:
    def test_values_as_programs_keep_them(self) -> None:
        import datetime as dt

        head = ["model.name", "use.name", "deployment.retention_days", "use_case.next_review", "deployment.dpa_signed"]
        day = dt.datetime(2027, 3, 31)  # noqa: DTZ001 - cells have no zone
        reading = read(workbook(head, ["A", "Letters", 30, day, True]), name="r.xlsx")
        record = reading.rows[0].record
        assert isinstance(record, UseRecord)
        assert reading.format == "XLSX"
        assert [fact.value for fact in record.facts] == [30, "2027-03-31", True]

    def test_a_formula_is_refused_in_its_cell_and_in_the_header(self) -> None:
        rows = read(workbook(["model.name", "model.family"], ["A", "=1+1"], ["B", "C"]), name="r").rows
        assert [[error.pointer for error in row.errors] for row in rows] == [["row 2, column B (model.family)"], []]
        assert "formula" in rows[0].errors[0].message
        assert rows[0].raw["model.family"] == "=1+1"
        assert refusal(workbook(["=A1"], ["A"]))

    def test_gaps_and_lies_about_the_size_are_bounded(self) -> None:
        far = (
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<dimension ref="A1:XFD1048576"/>'
            b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>model.name</t></is></c></row>'
            b'<row r="%s"><c r="A%s" t="inlineStr"><is><t>Far</t></is></c></row></sheetData></worksheet>'
        )
        plain = workbook(["model.name"], ["A"])
        started = time.monotonic()
        last = read(repacked(plain, {SHEET: far.replace(b"%s", b"1048576")}), name="r")
        assert last.rows[0].locator == "row 1048576"
        assert "1,048,576 rows" in refusal(repacked(plain, {SHEET: far.replace(b"%s", b"999999999")})).message
        assert time.monotonic() - started < 20

    def test_bombs_are_refused_before_they_are_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        plain = workbook(["model.name"], ["A"])
        started = time.monotonic()
        assert "too large" in refusal(repacked(plain, {"xl/media/x.bin": b"\0" * (101 * 2**20)})).message
        assert "too much text" in refusal(repacked(plain, {"xl/sharedStrings.xml": b" " * (31 * 2**20)})).message
        many = {f"xl/media/{number}.bin": b"" for number in range(tables.MOST_MEMBERS)}
        assert "too large" in refusal(repacked(plain, many)).message
        assert time.monotonic() - started < 20

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_document_types_are_refused(self, encoding: str) -> None:
        entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><worksheet>&e9;</worksheet>'
        content = repacked(workbook(["model.name"], ["A"]), {SHEET: bomb.encode(encoding)})
        assert "document type" in refusal(content).message

    @pytest.mark.parametrize("cut", [10, 100, 1000, -100, -10])
    def test_a_broken_archive_is_refused(self, cut: int) -> None:
        assert refusal(workbook(["model.name"], ["A"])[:cut])

    def test_a_workbook_without_its_parts_is_refused(self) -> None:
        for member in (SHEET, "xl/workbook.xml", "[Content_Types].xml"):
            for broken in (b"", b"<a>", b"\xff"):
                assert refusal(repacked(workbook(["model.name"], ["A"]), {member: broken}))


class TestTemplate:
    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("wanted", FORMATS)
    def test_the_template_is_a_register_without_rows(self, wanted: str, language: str) -> None:
        assert "no row below" in refusal(template(wanted, language)).message

    def test_it_has_every_field_that_can_be_stated(self) -> None:
        paths = set(columns())
        for subject, prefix in (("model", "model"), ("release", "version"), ("deployment",) * 2, ("use_case",) * 2):
            assert {f"{prefix}.{name}" for name, spec in FIELDS[subject].items() if spec.asserted} <= paths

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_the_example_is_read_without_an_error(self, language: str) -> None:
        book = load_workbook(io.BytesIO(template("xlsx", language)))
        del book["Register"]
        stream = io.BytesIO()
        book.save(stream)
        rows = read(stream.getvalue(), name="r").rows
        assert len(rows) == 2
        assert not any(row.errors for row in rows)

    def test_choices_are_offered_in_the_cells(self) -> None:
        page = load_workbook(io.BytesIO(template("xlsx", "en")))["Register"]
        offered = {str(one.sqref).split("3:")[0] for one in page.data_validations.dataValidation}
        choices = [column for column in columns().values() if column.spec and column.spec.type in ("choice", "boolean")]
        assert len(offered) == len(choices)


ALPHABET = st.sampled_from([*",;\t\n\r\"'=", *"model.name use.team deployment.region 1é\ufeff"])


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(ALPHABET, max_size=300).map(str.encode)))
def test_no_bytes_do_anything_but_be_read_or_refused(content: bytes) -> None:
    try:
        reading = read(content, name="r")
    except UnreadableFile as error:
        assert error.message  # noqa: PT017 - either way is right
    else:
        assert all((row.record is None) == bool(row.errors) for row in reading.rows)


PLAIN = workbook(["model.name", "model.kind"], ["A", "base"], ["B", 5])


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_no_damaged_workbook_does_anything_else(data: st.DataObject) -> None:
    content = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(content), name="r")
    except UnreadableFile as error:
        assert error.message  # noqa: PT017 - either way is right


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_no_damaged_sheet_does_anything_else(data: st.DataObject) -> None:
    sheet = bytearray(zipfile.ZipFile(io.BytesIO(PLAIN)).read(SHEET))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(sheet) - 1))
        sheet[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    try:
        read(repacked(PLAIN, {SHEET: bytes(sheet)}), name="r")
    except UnreadableFile as error:
        assert error.message  # noqa: PT017 - either way is right
