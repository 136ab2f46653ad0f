"""Tables for spreadsheet programs: no cell is run, and what was written is read again."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from apps.core.spreadsheets import FORMULA_STARTS, Sheet, csv_bytes, neutral, plain, xlsx_bytes

HOSTILE = [f"{start}cmd|' /C calc'!A0" for start in FORMULA_STARTS]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_would_be_run_is_text(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert plain(neutral(text)) == text


@pytest.mark.parametrize("value", ["", "'", "Qwen", "a=b", "'quoted'", 5, -5, None, True])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert neutral(value) is value


@given(st.text())
def test_what_was_made_neutral_is_read_back_unless_it_looked_neutral_before(text: str) -> None:
    assert not neutral(text).startswith(FORMULA_STARTS)
    if not (text.startswith("'") and text[1:].startswith(FORMULA_STARTS)):
        assert plain(neutral(text)) == text


def test_csv_is_neutral_and_says_its_encoding() -> None:
    content = csv_bytes([("name", "note"), ("=1+1", "ä;,\n\"'"), (-5, None)])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [["name", "note"], ["'=1+1", "ä;,\n\"'"], ["-5", ""]]


def test_a_workbook_holds_text_and_offers_values_from_a_hidden_sheet() -> None:
    many = [f"value_{number}_{'x' * 20}" for number in range(40)]
    content = xlsx_bytes(
        [Sheet(title="Register", rows=[("a", "b"), *[(one, 1) for one in HOSTILE]], choices={1: many})]
    )
    book = load_workbook(io.BytesIO(content))
    page = book["Register"]
    assert [page.cell(row, 1).data_type for row in range(2, len(HOSTILE) + 2)] == ["s"] * len(HOSTILE)
    offered = page.data_validations.dataValidation[0]
    assert str(offered.sqref) == "B2:B1048576"
    assert offered.formula1 == f"Values!$A$1:$A${len(many)}"
    assert book["Values"].sheet_state == "hidden"
    assert book["Values"]["A40"].value == many[-1]
