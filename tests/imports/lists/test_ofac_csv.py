"""The lists of OFAC as CSV: four files joined, nulls, end marks, weak aliases and numbers in the remarks."""

import pytest

from apps.imports.records import UnreadableFile
from apps.sanctions.entries import EntryKind, Identifier, ListedName, NameKind
from tests.imports.lists.delivering import entries_of, reading_of, zipped

PRIM = (
    '101,"EXAMPLE SHIPPING CO., LTD.",-0- ,"EXAMPLE1] [EXAMPLE2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"Tax ID No. 77 (Russia); Passport A1 (Korea, North) expires 01 Jan 2030; a.k.a. 'ESCO'; f.k.a. 'OLDCO'; "
    'Linked To: SOMEBODY."\r\n'
    '102,"DOE, Jane","individual","EXAMPLE1","Director",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"DOB 10 Dec 1948; alt. DOB 1949; nationality Iran; Registra"\r\n'
    '103,"MV EXAMPLE","vessel","EXAMPLE2",-0- ,"ABCD","Tanker","1000","900","Malta","EXAMPLE SHIPPING",'
    '"Vessel Registration Identification IMO 1234567."\r\n\x1a'
)
ALT = '101,9,"aka","EXAMPLE LINES",-0- \r\n101,10,"fka","EXAMPLE BOATS",-0- \r\n\x1a'
ADD = '101,7,"1 Quay","Havana","Cuba",-0- \r\n102,8,-0- ,-0- ,"Region: Nowhere",-0- \r\n\x1a'
COMMENTS = "102,\"tion Number 5 (Iran); a.k.a. 'JD'.\"\r\n\x1a"
WHOLE = zipped({"SDN.CSV": PRIM, "ALT.CSV": ALT, "ADD.CSV": ADD, "SDN_COMMENTS.CSV": COMMENTS})


class TestJoined:
    def test_an_organisation_with_all_that_stands_elsewhere(self) -> None:
        company, *_ = entries_of("ofac-sdn-csv", WHOLE)
        assert (company.list_key, company.reference, company.kind) == ("US-SDN", "101", EntryKind.ORGANISATION)
        assert company.names == (
            ListedName(text="EXAMPLE SHIPPING CO., LTD.", kind=NameKind.PRIMARY),
            ListedName(text="EXAMPLE LINES", kind=NameKind.ALIAS),
            ListedName(text="EXAMPLE BOATS", kind=NameKind.FORMER),
            ListedName(text="ESCO", kind=NameKind.WEAK),
            ListedName(text="OLDCO", kind=NameKind.FORMER),
        )
        assert company.addresses == ("1 Quay, Havana, Cuba",)
        assert company.countries == ("CU",)
        assert company.programmes == ("EXAMPLE1", "EXAMPLE2")
        assert company.identifiers == (
            Identifier(kind="Tax ID No.", value="77", country="RU"),
            Identifier(kind="Passport", value="A1", country="KP"),
        )

    def test_remarks_go_on_in_the_comments_in_the_middle_of_a_word(self) -> None:
        person = entries_of("ofac-sdn-csv", WHOLE)[1]
        assert person.kind is EntryKind.PERSON
        assert person.birth_dates == ("10 Dec 1948", "1949")
        assert person.countries == ("IR",)
        assert person.identifiers == (Identifier(kind="Registration Number", value="5", country="IR"),)
        assert ListedName(text="JD", kind=NameKind.WEAK) in person.names
        assert person.addresses == ("Region: Nowhere",)
        assert person.remarks.startswith("Title: Director; DOB 10 Dec 1948;")

    def test_a_vessel_keeps_its_flag_and_owner(self) -> None:
        vessel = entries_of("ofac-sdn-csv", WHOLE)[2]
        assert vessel.kind is EntryKind.VESSEL
        assert vessel.countries == ("MT",)
        assert "Owner: EXAMPLE SHIPPING" in vessel.remarks
        assert vessel.identifiers[0].value == "IMO 1234567"

    def test_the_entries_alone_are_a_list_too(self) -> None:
        assert [entry.reference for entry in entries_of("ofac-sdn-csv", PRIM)] == ["101", "102", "103"]

    def test_rows_that_belong_to_no_entry_are_told(self) -> None:
        found, _ = reading_of("ofac-sdn-csv", zipped({"sdn.csv": PRIM, "alt.csv": '999,1,"aka","NOBODY",-0- \r\n\x1a'}))
        assert [note["row"] for note in found.notes] == ["alt 999"]

    def test_a_missing_end_mark_is_told(self) -> None:
        found, entries = reading_of("ofac-sdn-csv", PRIM.rstrip("\x1a"))
        assert len(entries) == 3
        assert "end mark" in found.notes[0]["message"]


class TestConsolidated:
    def test_programmes_and_directives_say_which_list(self) -> None:
        row = '{},"BANK {}",-0- ,"{}",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{}"\r\n'
        directive = "Listing Date (EO 14024 Directive {}): 24 Feb 2022."
        content = (
            row.format(1, 1, "UKRAINE-EO13662", "-0-")
            + row.format(2, 2, "UKRAINE-EO13662] [RUSSIA-EO14024", directive.format(3))
            + row.format(3, 3, "UKRAINE-EO13662] [RUSSIA-EO14024", directive.format(2))
            + row.format(4, 4, "CMIC-EO13959", "x")
            + row.format(5, 5, "SDGT] [NS-PLC", "x")
            + row.format(6, 6, "BURMA-EO14014", "x")
            + row.format(7, 7, "561-Related", "x")
            + "\x1a"
        )
        found = [(entry.reference, entry.list_key) for entry in entries_of("ofac-consolidated-csv", content)]
        assert found == [
            *[("1", "US-SSI"), ("2", "US-SSI"), ("2", "US-NS-MBS"), ("3", "US-SSI"), ("3", "US-CAP")],
            *[("4", "US-NS-CMIC"), ("5", "US-NS-PLC"), ("6", "US-NS-MBS"), ("7", "US-CAP")],
        ]


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (PRIM[:-60], "cut off"),
            (PRIM.replace('"DOE, Jane",', ""), "no file of OFAC"),
            ("name,type\r\nA,B\r\n", "no file of OFAC"),
            (zipped({"alt.csv": ALT}), "holds no file of entries"),
            (zipped({"sdn.csv": PRIM, "more/SDN.CSV": PRIM}), "two files"),
            ("\x1a", "holds no entry"),
        ],
        ids=["cut", "a column less", "another table", "no entries", "twice", "only the end mark"],
    )
    def test_what_is_no_such_file(self, content: bytes | str, message: str) -> None:
        with pytest.raises(UnreadableFile, match=message):
            reading_of("ofac-sdn-csv", content)

    def test_an_entry_without_a_name_is_kept_as_rejected(self) -> None:
        found, entries = reading_of("ofac-sdn-csv", PRIM.replace('"DOE, Jane"', '"  "'))
        assert [entry.reference for entry in entries] == ["101", "103"]
        assert found.rejected == [{"row": "prim 2", "message": "The entry has no name."}]
