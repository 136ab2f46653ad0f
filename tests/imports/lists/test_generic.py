"""Lists of any origin in the generic shape, as JSON and as CSV."""

import datetime as dt
import json
from typing import Any

import pytest

from apps.core.errors import InvalidInput
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import EntryKind, Identifier, ListedName, NameKind
from tests.imports.lists.delivering import entries_of, reading_of

FULL: dict[str, Any] = {
    "reference": "A-1",
    "name": "Example Co., Ltd.",
    "aliases": ["Example", "例子公司"],
    "weak_aliases": ["EX"],
    "former_names": ["Old Example"],
    "kind": "company",
    "countries": ["China", "HK", "Atlantis"],
    "addresses": ["1 Quay, Shenzhen"],
    "identifiers": [{"kind": "USCC", "value": "9144", "country": "China"}, "77"],
    "programmes": ["P1"],
    "listed_on": "June 21, 2022",
    "ends_on": "2030-01-01",
    "acts": ["91 FR 1"],
    "licence_requirement": "All items",
    "licence_policy": "Denial",
    "remarks": "A remark",
    "url": "https://lists.example/a-1",
    "merchandise": "Cotton",
}
NO_ENTRIES: list[Any] = [
    *[1, None, [], {}, {"name": " "}, {"name": 1.5}, {"name": {"a": 1}}],
    {"name": "X", "aliases": [[1]]},
    {"name": "A" * 1001},
    {"name": "X", "reference": "R" * 151},
    {"name": "X", "aliases": [f"alias {number}" for number in range(1001)]},
]


class TestJson:
    def test_every_field_has_its_place(self) -> None:
        (entry,) = entries_of("generic-json", json.dumps([FULL]), list_key="US-1260H")
        assert (entry.list_key, entry.reference, entry.kind) == ("US-1260H", "A-1", EntryKind.ORGANISATION)
        assert entry.names == (
            ListedName(text="Example Co., Ltd.", kind=NameKind.PRIMARY),
            ListedName(text="Example", kind=NameKind.ALIAS),
            ListedName(text="例子公司", kind=NameKind.NATIVE),
            ListedName(text="EX", kind=NameKind.WEAK),
            ListedName(text="Old Example", kind=NameKind.FORMER),
        )
        assert entry.countries == ("CN", "HK")
        assert entry.identifiers == (
            Identifier(kind="USCC", value="9144", country="CN"),
            Identifier(kind="", value="77"),
        )
        assert (entry.listed_on, entry.ends_on) == (dt.date(2022, 6, 21), dt.date(2030, 1, 1))
        assert entry.remarks == "A remark; merchandise: Cotton; Country: Atlantis"

    def test_a_file_may_say_which_list_it_is(self) -> None:
        entity = {"name": "Example", "country": "Germany", "federal_register": "46 F.R. 1", "notes": None}
        content = {"list_id": "bis-dpl", "extracted": "2026-07-09", "count": 1, "entities": [entity]}
        found, (entry,) = reading_of("generic-json", json.dumps(content))
        assert (entry.list_key, entry.countries, entry.acts) == ("US-DPL", ("DE",), ("46 F.R. 1",))
        assert found.published_at == dt.datetime(2026, 7, 9, tzinfo=dt.UTC)
        with pytest.raises(UnreadableFile, match="is “US-DPL”, and is read as US-MEU"):
            reading_of("generic-json", json.dumps(content), list_key="US-MEU")
        with pytest.raises(UnreadableFile, match="holds 9 entries, and holds 1"):
            reading_of("generic-json", json.dumps({**content, "count": 9}))

    def test_a_row_number_is_no_reference(self) -> None:
        first, second = {"id": 1, "full_name": "JANE DOE", "aliases": []}, {"id": 2, "full_name": "RICHARD ROE"}
        whole = entries_of("generic-json", json.dumps([first, second]), list_key="UN")
        (left,) = entries_of("generic-json", json.dumps([{**second, "id": 1}]), list_key="UN")
        assert whole[1] == left, "an entry is called the same when one above it goes"
        assert left.reference.startswith("richard-roe-")

    def test_namesakes_are_kept_apart_whatever_their_order(self) -> None:
        rows = [{"name": "JANE DOE", "birth_date": str(year)} for year in (1950, 1960, 1960)]
        found, entries = reading_of("generic-json", json.dumps(rows), list_key="UN")
        references = [entry.reference for entry in entries]
        assert len(set(references)) == 3
        assert references[2] != references[1]
        assert len(found.notes) == 2

    def test_content_in_properties(self) -> None:
        item = {
            "id": "NK-1",
            "caption": "X",
            "schema": "LegalEntity",
            "properties": {"name": ["Example"], "alias": ["E"]},
        }
        (entry,) = entries_of("generic-json", json.dumps([item]), list_key="UN")
        assert (entry.reference, entry.kind) == ("NK-1", EntryKind.ORGANISATION)
        assert [name.text for name in entry.names] == ["Example", "E"]

    def test_without_a_list_the_file_is_refused(self) -> None:
        with pytest.raises(UnreadableFile, match="which list it is"):
            reading_of("generic-json", json.dumps([{"name": "X"}]))

    @pytest.mark.parametrize("item", NO_ENTRIES, ids=lambda item: str(item)[:40])
    def test_what_is_no_entry_is_rejected_with_a_reason(self, item: Any) -> None:
        found, entries = reading_of("generic-json", json.dumps([item, {"name": "Example"}]), list_key="UN")
        assert [entry.name for entry in entries] == ["Example"]
        assert found.rejected[0]["row"] == "entry 1"
        assert found.rejected[0]["message"]


class TestCsv:
    def test_headers_are_understood_without_case_and_spaces(self) -> None:
        content = "Full Name;Also known as;Country;Date of birth;Effective date;Merchandise\n"
        content += '"Doe, Jane";JD|J. Doe;Vietnam;circa 1970;2020-01-02;Cotton\n'
        (entry,) = entries_of("generic-csv", content, list_key="US-WRO")
        assert [name.text for name in entry.names] == ["Doe, Jane", "JD", "J. Doe"]
        assert (entry.countries, entry.birth_dates, entry.listed_on) == (("VN",), ("circa 1970",), dt.date(2020, 1, 2))
        assert entry.remarks == "Merchandise: Cotton"

    def test_without_a_column_of_names_the_file_is_refused(self) -> None:
        with pytest.raises(UnreadableFile, match="lacks the columns name"):
            reading_of("generic-csv", "a,b\n1,2\n", list_key="UN")

    def test_two_columns_of_one_meaning_are_refused(self) -> None:
        with pytest.raises(UnreadableFile, match="stands twice"):
            reading_of("generic-csv", "name,country,Countries\n1,2,3\n", list_key="UN")


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(InvalidInput, match="must be one of"):
        reading_of("xls", b"x")
