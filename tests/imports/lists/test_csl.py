"""The US consolidated screening list: the published JSON, projections of it, and CSV with two kinds of header."""

import datetime as dt
import json
from typing import Any

import pytest

from apps.imports.records import UnreadableFile
from apps.sanctions.entries import EntryKind, Identifier, ListedName, NameKind
from tests.imports.lists.delivering import entries_of, reading_of, zipped

SDN = "Specially Designated Nationals (SDN) - Treasury Department"
ENTITY_LIST = "Entity List (EL) - Bureau of Industry and Security"
OFFICIAL: list[dict[str, Any]] = [
    {
        "id": "a1b2",
        "source": SDN,
        "entity_number": "501",
        "type": "Individual",
        "programs": ["EXAMPLE1", "EXAMPLE2"],
        "name": "DOE, Jane",
        "title": "Director",
        "alt_names": ["DOE, J.", "Иванова"],
        "addresses": [{"address": "1 Quay", "city": "Minsk", "state": None, "postal_code": None, "country": "BY"}],
        "citizenships": ["RU"],
        "dates_of_birth": ["1970-02-01"],
        "places_of_birth": ["Minsk"],
        "ids": [
            {"type": "Passport", "number": "P1", "country": "RU", "issue_date": None},
            {"type": "Gender", "number": "Female", "country": None},
        ],
        "source_information_url": "https://lists.example/sdn",
    },
    {
        "id": "c3d4",
        "source": ENTITY_LIST,
        "entity_number": None,
        "type": None,
        "programs": [],
        "name": "Example Semiconductor Co.",
        "alt_names": [],
        "addresses": [{"address": None, "city": None, "country": "CN"}],
        "federal_register_notice": "99 FR 1",
        "start_date": "2024-12-05",
        "license_requirement": "For all items",
        "license_policy": "Presumption of denial",
    },
]


def official(*entries: dict[str, Any]) -> str:
    """The published shape."""
    return json.dumps({"results": list(entries or OFFICIAL)})


def projection(**more: Any) -> str:
    """A projection with interned tables."""
    return json.dumps(
        {
            "sourceGeneratedAt": "2026-07-31T13:15:00+00:00",
            "entryCount": 1,
            "fieldKey": {
                "n": "name",
                "a": "alt_names",
                "s": "source (index into tables.sources)",
                "c": "address countries (ISO-2)",
                "pg": "programs (index into tables.programmes)",
            },
            "tables": {"sources": [ENTITY_LIST, SDN], "programmes": ["A1; B2"]},
            "entries": [{"n": "EXAMPLE CO", "a": ["EX"], "s": 1, "c": ["CN", "HK"], "pg": 0}],
            **more,
        }
    )


class TestJson:
    def test_a_person_with_all_that_is_told(self) -> None:
        person, _ = entries_of("us-csl-json", official())
        assert (person.list_key, person.reference, person.kind) == ("US-SDN", "501", EntryKind.PERSON)
        assert person.names == (
            ListedName(text="DOE, Jane", kind=NameKind.PRIMARY),
            ListedName(text="DOE, J.", kind=NameKind.ALIAS),
            ListedName(text="Иванова", kind=NameKind.NATIVE),
        )
        assert person.countries == ("RU", "BY")
        assert person.addresses == ("1 Quay, Minsk, BY",)
        assert person.birth_dates == ("1970-02-01",)
        assert person.identifiers == (Identifier(kind="Passport", value="P1", country="RU"),)
        assert person.remarks == "Title: Director; Born at: Minsk; Gender Female"

    def test_an_entry_without_a_number_is_called_after_its_name(self) -> None:
        _, company = entries_of("us-csl-json", official())
        assert company.list_key == "US-ENTITY-LIST"
        assert company.reference.startswith("example-semiconductor-co-")
        assert company.listed_on == dt.date(2024, 12, 5)
        assert company.acts == ("99 FR 1",)
        assert (company.licence_requirement, company.licence_policy) == ("For all items", "Presumption of denial")

    def test_the_array_alone_is_read_too_and_so_is_an_archive(self) -> None:
        alone = json.dumps(OFFICIAL)
        assert entries_of("us-csl-json", alone) == entries_of("us-csl-json", official())
        assert entries_of("us-csl-json", zipped({"consolidated.json": alone})) == entries_of("us-csl-json", alone)

    def test_an_unknown_source_is_counted_and_not_guessed(self) -> None:
        strange = [{**OFFICIAL[1], "source": "Renamed List (RNL) - Somebody"} for _ in range(3)]
        found, entries = reading_of("us-csl-json", official(OFFICIAL[0], *strange))
        assert len(entries) == 1
        assert found.unknown_labels == {"Renamed List (RNL) - Somebody": 3}
        assert found.counts == {"US-SDN": 1}

    def test_a_file_of_nothing_but_unknown_sources_is_no_empty_file(self) -> None:
        found, entries = reading_of("us-csl-json", official({**OFFICIAL[1], "source": "Renamed"}))
        assert (entries, found.unknown_labels) == ([], {"Renamed": 1})

    def test_a_projection_is_unfolded_by_its_own_key(self) -> None:
        found, (company,) = reading_of("us-csl-json", projection())
        assert found.published_at == dt.datetime(2026, 7, 31, 13, 15, tzinfo=dt.UTC)
        assert found.stated_count == 1
        assert company.list_key == "US-SDN"
        assert company.countries == ("CN", "HK")
        assert company.programmes == ("A1", "B2")
        assert [name.text for name in company.names] == ["EXAMPLE CO", "EX"]

    @pytest.mark.parametrize(
        "entry", [{"n": "A", "s": 7}, {"n": "A", "s": "x"}, {"n": "A", "s": True}, ["A"], {"n": "A"}]
    )
    def test_an_entry_that_points_nowhere_is_rejected(self, entry: Any) -> None:
        good = {"n": "EXAMPLE CO", "s": 0}
        found, entries = reading_of("us-csl-json", projection(entryCount=2, entries=[entry, good]))
        assert [one.name for one in entries] == ["EXAMPLE CO"]
        assert [one["row"] for one in found.rejected] == ["entry 1"]

    def test_a_count_that_is_not_met_means_cut_off(self) -> None:
        with pytest.raises(UnreadableFile, match="holds 2147483648 entries, and holds 1"):
            reading_of("us-csl-json", projection(entryCount=2**31))


HEADER = (
    "source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,standard_order,"
    "license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,"
    "vessel_owner,remarks,source_list_url,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,"
    "source_information_url,ids"
)


def row(**cells: str) -> str:
    """A row of the file, cells by their column."""
    return ",".join(f'"{cells.get(name, "")}"' for name in HEADER.split(","))


class TestCsv:
    def test_several_values_stand_in_one_cell(self) -> None:
        content = row(
            source=SDN,
            entity_number="501",
            name="EXAMPLE LTD",
            type="Entity",
            programs="A1; B2",
            alt_names="EX ONE; EX TWO",
            addresses="1 Quay, Minsk, BY; Somewhere else",
            ids="Passport, P1, RU; Gender, Male; Secondary sanctions risk:, sections 1, 2; Tax ID No., 5",
        )
        (entry,) = entries_of("us-csl-csv", f"{HEADER}\r\n{content}\r\n")
        assert entry.programmes == ("A1", "B2")
        assert [name.text for name in entry.names] == ["EXAMPLE LTD", "EX ONE", "EX TWO"]
        assert entry.countries == ("BY",)
        assert entry.addresses == ("1 Quay, Minsk, BY", "Somewhere else")
        assert entry.identifiers == (
            Identifier(kind="Passport", value="P1", country="RU"),
            Identifier(kind="Tax ID No.", value="5"),
        )
        assert entry.remarks == "Gender Male; Secondary sanctions risk: sections 1, 2"

    def test_until_2019_the_kind_of_a_number_came_last(self) -> None:
        content = row(
            source=SDN, name="X", ids="US, 80-1, Tax ID No.; 77, Registration ID; Directive 1, Determination -"
        )
        (entry,) = entries_of("us-csl-csv", f"{HEADER}\n{content}\n")
        assert entry.identifiers == (
            Identifier(kind="Tax ID No.", value="80-1", country="US"),
            Identifier(kind="Registration ID", value="77"),
        )
        assert entry.remarks == "Determination - Directive 1"

    def test_the_header_of_2025_has_an_identifier_in_front(self) -> None:
        content = row(source=ENTITY_LIST, name="Example Semiconductor Co.")
        (entry,) = entries_of("us-csl-csv", f'_id,{HEADER}\n"f00",{content}\n')
        (same,) = entries_of("us-csl-json", official({**OFFICIAL[1], "addresses": []}))
        assert entry.reference == same.reference, "the same entry is called the same in every format"

    def test_a_denial_order_ends(self) -> None:
        content = row(
            source="Denied Persons List (DPL) - BIS", name="X", start_date="2019-08-13", end_date="2026-10-13"
        )
        (entry,) = entries_of("us-csl-csv", f"{HEADER}\n{content}\n")
        assert (entry.list_key, entry.ends_on) == ("US-DPL", dt.date(2026, 10, 13))

    def test_a_row_of_another_width_is_rejected(self) -> None:
        content = row(source=SDN, name="X")
        found, entries = reading_of("us-csl-csv", f"{HEADER}\n{content}\na,b\n{content}\n")
        assert len(entries) == 2
        assert found.rejected == [{"row": "line 3", "message": "It has 2 columns, where the first row has 28."}]

    def test_a_last_row_that_breaks_off_refuses_the_file(self) -> None:
        content = row(source=SDN, name="X")
        with pytest.raises(UnreadableFile, match="cut off"):
            reading_of("us-csl-csv", f"{HEADER}\n{content}\n{content[:20]}")
        with pytest.raises(UnreadableFile, match="cut off"):
            reading_of("us-csl-csv", f"{HEADER}\n{content}\nx,y")


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Sectoral Sanctions Identifications List (SSI) - Treasury Department", "US-SSI"),
        ("Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department", "US-NS-MBS"),
        ("Capta List (CAP) - Treasury Department", "US-CAP"),
        ("Non-SDN Chinese Military-Industrial Complex Companies List (CMIC) - Treasury Department", "US-NS-CMIC"),
        ("Palestinian Legislative Council List (PLC) - Treasury Department", "US-NS-PLC"),
        ("Foreign Sanctions Evaders (FSE) - Treasury Department", "US-FSE"),
        ("Military End User (MEU) List - Bureau of Industry and Security", "US-MEU"),
        ("Unverified List (UVL) - Bureau of Industry and Security", "US-UVL"),
        ("ITAR Debarred (DTC) - State Department", "US-DTC"),
        ("Nonproliferation Sanctions (ISN) - State Department", "US-ISN"),
    ],
)
def test_labels_name_lists_of_ours(label: str, key: str) -> None:
    (entry,) = entries_of("us-csl-json", official({**OFFICIAL[1], "source": label}))
    assert entry.list_key == key
