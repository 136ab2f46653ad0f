"""The UK Sanctions List as CSV, XML and ODS: several rows for one designation, and tables made to hurt."""

import datetime as dt

import pytest

from apps.imports.records import UnreadableFile
from apps.sanctions.entries import EntryKind, Identifier, ListedName, NameKind
from tests.imports.lists.delivering import entries_of, reading_of, zipped

COLUMNS = (
    *("Last Updated", "Unique ID", "OFSI Group ID", "UN Reference Number", "Name 6", "Name 1", "Name 2", "Name type"),
    *("Alias strength", "Name non-latin script", "Regime Name", "Designation Type", "Sanctions Imposed"),
    *("Other Information", "Address Line 1", "Address Line 6", "Address Country", "Date Designated", "D.O.B"),
    *("Nationality(/ies)", "Passport number"),
)
PERSON = {
    "Unique ID": "EXA0001",
    "OFSI Group ID": "7172",
    "UN Reference Number": "TAi.9",
    "Regime Name": "Example",
    "Designation Type": "Individual",
    "Sanctions Imposed": "Asset freeze",
    "Other Information": "A remark",
    "Date Designated": "25/01/2001",
}
AT_HOME = {
    "Address Line 6": "Kabul",
    "Address Country": "Afghanistan",
    "Nationality(/ies)": "(1) Afghanistan (2) Nowhere",
    "Passport number": "P1",
}
ROWS: list[dict[str, str]] = [
    {**PERSON, **AT_HOME, "Name 6": "DOE", "Name 1": "Jane", "Name 2": "Mary", "Name type": "Primary Name",
     "Name non-latin script": "جين", "Address Line 1": "1 Quay", "D.O.B": "dd/mm/1945"},
    {"Unique ID": "EXA0002", "Name 6": "EXAMPLE LTD", "Name type": "Primary Name", "Designation Type": "Entity"},
    {**PERSON, **AT_HOME, "Name 6": "Dough", "Name 1": "Jane", "Name type": "Alias", "Address Line 1": "2 Quay",
     "Alias strength": "Good quality a.k.a", "D.O.B": "01/03/1946"},
    {**PERSON, "Name 6": "JD", "Name type": "ALias", "Alias strength": "Low quality a.k.a"},
]  # fmt: skip
CSV = "\n".join(
    [
        "Report Date: 22-Oct-2025",
        ",".join(COLUMNS),
        *(",".join(row.get(name, "") for name in COLUMNS) for row in ROWS),
        "",
    ]
)

XML = """<?xml version="1.0" encoding="utf-8"?>
<Designations><DateGenerated>22/10/2025</DateGenerated>
<Designation>
  <LastUpdated>14/04/2026</LastUpdated><DateDesignated>25/01/2001</DateDesignated><UniqueID>EXA0001</UniqueID>
  <OFSIGroupID>7172</OFSIGroupID><UNReferenceNumber>TAi.9</UNReferenceNumber>
  <Names>
    <Name><Name1>Jane</Name1><Name2>Mary</Name2><Name6>DOE</Name6><NameType>Primary Name</NameType></Name>
    <Name><Name1>Jane</Name1><Name6>Dough</Name6><NameType>Alias</NameType>
      <AliasStrength>Good quality a.k.a</AliasStrength></Name>
    <Name><Name6>JD</Name6><NameType>ALias</NameType><AliasStrength>Low quality a.k.a</AliasStrength></Name>
  </Names>
  <NonLatinNames><NonLatinName><NameNonLatinScript>جين</NameNonLatinScript></NonLatinName></NonLatinNames>
  <RegimeName>Example</RegimeName><IndividualEntityShip>Individual</IndividualEntityShip>
  <SanctionsImposed>Asset freeze</SanctionsImposed><OtherInformation>A remark</OtherInformation>
  <Addresses>
    <Address><AddressLine1>1 Quay</AddressLine1><AddressLine6>Kabul</AddressLine6>
      <AddressCountry>Afghanistan</AddressCountry></Address>
    <Address><AddressLine1>2 Quay</AddressLine1><AddressLine6>Kabul</AddressLine6>
      <AddressCountry>Afghanistan</AddressCountry></Address>
  </Addresses>
  <IndividualDetails><Individual>
    <DOBs><DOB>dd/mm/1945</DOB><DOB>01/03/1946</DOB></DOBs>
    <PassportDetails><Passport><PassportNumber>P1</PassportNumber></Passport></PassportDetails>
    <Nationalities><Nationality>Afghanistan</Nationality><Nationality>Nowhere</Nationality></Nationalities>
  </Individual></IndividualDetails>
</Designation>
<Designation><UniqueID>EXA0003</UniqueID><Names><Name><Name6>MV EXAMPLE</Name6></Name></Names>
  <IndividualEntityShip>Ship</IndividualEntityShip>
  <ShipDetails><Ship><IMONumbers><IMONumber>IMO1234567</IMONumber></IMONumbers>
  <CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Comoros</CurrentBelievedFlagOfShip></CurrentBelievedFlagOfShips>
  </Ship></ShipDetails></Designation>
</Designations>"""

CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
BLANKS = '<table:table-cell table:number-columns-repeated="16376"/>'
HEADERS = ("Unique ID", "OFSI Group ID", "Name", "Regime Name", "Type", "Date Designated")


def line(*cells: str, more: str = BLANKS) -> str:
    """A row of a sheet."""
    return f"<table:table-row>{''.join(CELL.format(cell) for cell in cells)}{more}</table:table-row>"


def ods(*rows: str) -> bytes:
    """An OpenDocument spreadsheet of these rows, with as many blank ones below as programs write."""
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="UK_Sanction_List">{"".join(rows)}
<table:table-row table:number-rows-repeated="1043268">{BLANKS}</table:table-row></table:table>
<table:table table:name="More">{line("Something", "else")}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


ROW = line(
    "EXA0002", "7173", "EXAMPLE <text:s/>&amp; <text:span>SONS</text:span> LTD", "Example", "Entity", "29-06-2012"
)


class TestTables:
    def test_the_rows_of_one_number_are_one_entry_wherever_they_stand(self) -> None:
        found, (person, company) = reading_of("uk-sanctions-list-csv", CSV)
        assert found.published_at == dt.datetime(2025, 10, 22, tzinfo=dt.UTC)
        assert (person.reference, company.reference) == ("EXA0001", "EXA0002")
        assert person.list_key == "UK-SANCTIONS-LIST"
        assert person.names == (
            ListedName(text="Jane Mary DOE", kind=NameKind.PRIMARY),
            ListedName(text="جين", kind=NameKind.NATIVE),
            ListedName(text="Jane Dough", kind=NameKind.ALIAS),
            ListedName(text="JD", kind=NameKind.WEAK),
        )
        assert person.kind is EntryKind.PERSON
        assert person.addresses == ("1 Quay, Kabul, Afghanistan", "2 Quay, Kabul, Afghanistan")
        assert person.countries == ("AF",)
        assert person.birth_dates == ("dd/mm/1945", "01/03/1946")
        assert person.listed_on == dt.date(2001, 1, 25)
        assert person.identifiers == (
            Identifier(kind="Passport", value="P1"),
            Identifier(kind="OFSI group", value="7172"),
            Identifier(kind="UN reference", value="TAi.9"),
        )
        assert person.remarks == "Measures: Asset freeze; Other information: A remark; Country: Nowhere"

    def test_the_xml_says_the_same(self) -> None:
        person, _ = entries_of("uk-sanctions-list-csv", CSV)
        same, ship = entries_of("uk-sanctions-list-xml", XML)
        assert {**same.body, "names": 0} == {**person.body, "names": 0}
        assert set(same.names) == set(person.names)
        assert (ship.kind, ship.countries) == (EntryKind.VESSEL, ("KM",))
        assert ship.identifiers == (Identifier(kind="IMO number", value="IMO1234567"),)

    def test_a_row_without_a_number_is_rejected(self) -> None:
        found, entries = reading_of("uk-sanctions-list-csv", CSV.replace("EXA0002", ""))
        assert [entry.reference for entry in entries] == ["EXA0001"]
        assert found.rejected == [{"row": "line 4", "message": "The row has no number of a designation."}]

    def test_another_table_is_refused(self) -> None:
        with pytest.raises(UnreadableFile, match="Unique ID"):
            reading_of("uk-sanctions-list-csv", "a,b\n1,2\n")


class TestOds:
    def test_the_first_table_is_read_and_its_blanks_cost_nothing(self) -> None:
        (entry,) = entries_of("uk-sanctions-list-ods", ods(line(*HEADERS), ROW))
        assert entry.names == (ListedName(text="EXAMPLE & SONS LTD", kind=NameKind.PRIMARY),)
        assert (entry.reference, entry.kind) == ("EXA0002", EntryKind.ORGANISATION)
        assert (entry.programmes, entry.listed_on) == (("Example",), dt.date(2012, 6, 29))

    def test_an_entry_without_a_name_is_rejected(self) -> None:
        found, _ = reading_of("uk-sanctions-list-ods", ods(line(*HEADERS), ROW, line("EXA0009", "1", " ")))
        assert found.rejected == [{"row": "EXA0009", "message": "The entry has no name."}]

    @pytest.mark.parametrize("times", ["2147483648", "16384", "99999999999999999999", "-1"])
    def test_a_full_cell_repeated_without_end_is_refused(self, times: str) -> None:
        bomb = f'<table:table-cell table:number-columns-repeated="{times}"><text:p>A</text:p></table:table-cell>'
        with pytest.raises(UnreadableFile, match="more columns"):
            reading_of("uk-sanctions-list-ods", ods(line(*HEADERS), line("EXA0001", more=bomb)))

    @pytest.mark.parametrize("content", [b"PK\x03\x04", zipped({"other.xml": "<a/>"}), b"Unique ID,Name\n"])
    def test_what_is_no_spreadsheet(self, content: bytes) -> None:
        with pytest.raises(UnreadableFile):
            reading_of("uk-sanctions-list-ods", content)
