"""Lists as XML: OFAC, UN and EU, each with what its schema has of its own."""

import datetime as dt

from apps.sanctions.entries import EntryKind, Identifier, ListedName, NameKind
from tests.imports.lists.delivering import entries_of, reading_of

OFAC = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd">
  <publshInformation><Publish_Date>12/17/2024</Publish_Date><Record_Count>{count}</Record_Count></publshInformation>
  <sdnEntry>
    <uid>701</uid><firstName>Jane</firstName><lastName>DOE</lastName><title>Director</title>
    <sdnType>Individual</sdnType><remarks>Some remark.</remarks>
    <programList><program>{programme}</program></programList>
    <idList>
      <id><uid>1</uid><idType>Passport</idType><idNumber>P1</idNumber><idCountry>Somalia</idCountry></id>
      <id><uid>2</uid><idType>Gender</idType><idNumber>Female</idNumber></id>
      <id><uid>3</uid><idType>Listing Date (EO 14024 Directive 3):</idType><idNumber>24 Feb 2022</idNumber></id>
    </idList>
    <akaList>
      <aka><uid>4</uid><type>a.k.a.</type><category>weak</category><lastName>JD</lastName></aka>
      <aka><uid>5</uid><type>f.k.a.</type><category>strong</category><lastName>ROE</lastName>
        <firstName>Jane</firstName></aka>
    </akaList>
    <addressList><address><uid>6</uid><address1>1 Quay</address1><city>Dubai</city>
      <country>United Arab Emirates</country></address></addressList>
    <nationalityList><nationality><uid>7</uid><country>Korea, North</country></nationality></nationalityList>
    <dateOfBirthList><dateOfBirthItem><dateOfBirth>circa 1954</dateOfBirth></dateOfBirthItem></dateOfBirthList>
    <placeOfBirthList><placeOfBirthItem><placeOfBirth>Eilbur</placeOfBirth></placeOfBirthItem></placeOfBirthList>
  </sdnEntry>
</sdnList>"""

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09.554Z"><INDIVIDUALS><INDIVIDUAL>
  <DATAID>1</DATAID><FIRST_NAME>JANE</FIRST_NAME><SECOND_NAME>DOE</SECOND_NAME><THIRD_NAME/>
  <UN_LIST_TYPE>Example</UN_LIST_TYPE><REFERENCE_NUMBER>EXi.001</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON>
  <NAME_ORIGINAL_SCRIPT>جين</NAME_ORIGINAL_SCRIPT><COMMENTS1>A comment
  on two lines.</COMMENTS1>
  <NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>
  <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Jane Dough</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Jay</ALIAS_NAME></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
  <INDIVIDUAL_ADDRESS><CITY>Goma</CITY><COUNTRY>Democratic Republic of the Congo</COUNTRY></INDIVIDUAL_ADDRESS>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1975</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1962</TO_YEAR>
  </INDIVIDUAL_DATE_OF_BIRTH>
  <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>P1</NUMBER>
  <ISSUING_COUNTRY>Kuwait</ISSUING_COUNTRY><NOTE>expired</NOTE></INDIVIDUAL_DOCUMENT><INDIVIDUAL_DOCUMENT/>
</INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY>
  <DATAID>2</DATAID><FIRST_NAME>EXAMPLE TRADING</FIRST_NAME><UN_LIST_TYPE>Example</UN_LIST_TYPE>
  <REFERENCE_NUMBER>EXe.001</REFERENCE_NUMBER>
  <ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>OLD TRADING</ALIAS_NAME></ENTITY_ALIAS>
</ENTITY></ENTITIES></CONSOLIDATED_LIST>"""

EU = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-06-05T15:29:22.497+02:00">
  <sanctionEntity designationDate="2008-07-03" euReferenceNumber="EU.1.10" unitedNationId="QDi.1" logicalId="5">
    <remark>About the entry.</remark>
    <regulation numberTitle="2019/555 (OJ L97)" programme="EXA" logicalId="6">
      <publicationUrl>https://eur-lex.example/x</publicationUrl></regulation>
    <subjectType code="person" classificationCode="P"/>
    <nameAlias wholeName="Jay" strong="false" function=""/>
    <nameAlias wholeName="Jane Doe" strong="true" function="Director"/>
    <nameAlias wholeName="Джейн Доу" strong="true"/>
    <nameAlias firstName="J." lastName="Dough" wholeName="" strong="true"/>
    <citizenship countryIso2Code="DZ" countryDescription="ALGERIA"/>
    <birthdate circa="true" year="1958" city="Oran" countryIso2Code="DZ" countryDescription="ALGERIA"/>
    <address street="1 Quay" city="Tunis" countryIso2Code="00" countryDescription="UNKNOWN"/>
    <identification number="488" countryIso2Code="00" identificationTypeDescription="National passport"/>
  </sanctionEntity>
</export>"""


class TestOfac:
    def test_a_person(self) -> None:
        found, (person,) = reading_of("ofac-sdn-xml", OFAC.format(programme="EXAMPLE1", count=1))
        assert found.published_at == dt.datetime(2024, 12, 17, tzinfo=dt.UTC)
        assert (found.stated_count, found.notes) == (1, [])
        assert (person.list_key, person.reference, person.kind) == ("US-SDN", "701", EntryKind.PERSON)
        assert person.names == (
            ListedName(text="DOE, Jane", kind=NameKind.PRIMARY),
            ListedName(text="JD", kind=NameKind.WEAK),
            ListedName(text="ROE, Jane", kind=NameKind.FORMER),
        )
        assert person.countries == ("AE", "KP")
        assert person.birth_dates == ("circa 1954",)
        assert person.identifiers == (Identifier(kind="Passport", value="P1", country="SO"),)
        assert "Gender Female" in person.remarks
        assert "Born at: Eilbur" in person.remarks

    def test_programmes_and_directives_say_which_list(self) -> None:
        content = OFAC.format(programme="UKRAINE-EO13662", count=1)
        assert [one.list_key for one in entries_of("ofac-consolidated-xml", content)] == ["US-SSI", "US-NS-MBS"]

    def test_another_count_than_the_file_says_is_told(self) -> None:
        found, _ = reading_of("ofac-sdn-xml", OFAC.format(programme="X", count=2147483648))
        assert (found.stated_count, len(found.notes)) == (None, 0)
        found, _ = reading_of("ofac-sdn-xml", OFAC.format(programme="X", count=5704))
        assert found.stated_count == 5704
        assert found.notes[0]["message"] == "The file says that it holds 5704 entries, and holds 1."


class TestUn:
    def test_a_person(self) -> None:
        found, (person, _) = reading_of("un-xml", UN)
        assert found.published_at == dt.datetime(2026, 2, 27, 0, 0, 9, 554000, tzinfo=dt.UTC)
        assert (person.list_key, person.reference, person.kind) == ("UN", "EXi.001", EntryKind.PERSON)
        assert person.names == (
            ListedName(text="JANE DOE", kind=NameKind.PRIMARY),
            ListedName(text="Jane Dough", kind=NameKind.ALIAS),
            ListedName(text="Jay", kind=NameKind.WEAK),
            ListedName(text="جين", kind=NameKind.NATIVE),
        )
        assert person.countries == ("IR", "CD")
        assert person.birth_dates == ("circa 1975", "1960 to 1962")
        assert person.identifiers == (Identifier(kind="Passport", value="P1", country="KW"),)
        assert person.listed_on == dt.date(2012, 12, 31)
        assert person.remarks == "Passport P1: expired; A comment on two lines."

    def test_an_organisation_with_a_former_name(self) -> None:
        _, company = entries_of("un-xml", UN)
        assert (company.reference, company.kind) == ("EXe.001", EntryKind.ORGANISATION)
        assert company.names[1] == ListedName(text="OLD TRADING", kind=NameKind.FORMER)


class TestEu:
    def test_a_person(self) -> None:
        found, (person,) = reading_of("eu-fsf-xml", EU)
        assert found.published_at == dt.datetime.fromisoformat("2026-06-05T15:29:22.497+02:00")
        assert (person.list_key, person.reference) == ("EU-CONSOLIDATED", "EU.1.10")
        assert person.kind is EntryKind.PERSON
        assert person.listed_on == dt.date(2008, 7, 3)
        assert person.acts == ("2019/555 (OJ L97)",)
        assert person.url == "https://eur-lex.example/x"

    def test_the_first_strong_name_is_the_primary_one(self) -> None:
        (person,) = entries_of("eu-fsf-xml", EU)
        assert person.names == (
            ListedName(text="Jane Doe", kind=NameKind.PRIMARY),
            ListedName(text="Джейн Доу", kind=NameKind.NATIVE),
            ListedName(text="J. Dough", kind=NameKind.ALIAS),
            ListedName(text="Jay", kind=NameKind.WEAK),
        )

    def test_an_unknown_country_is_none(self) -> None:
        (person,) = entries_of("eu-fsf-xml", EU)
        assert person.countries == ("DZ",)
        assert person.addresses == ("1 Quay, Tunis",)
        assert person.birth_dates == ("circa 1958",)
        assert person.identifiers == (Identifier(kind="National passport", value="488"),)
        assert person.remarks.startswith("UN reference: QDi.1; Function: Director; Born at: Oran, ALGERIA;")
        assert "About the entry." in person.remarks

    def test_a_number_that_stands_twice_is_kept_twice_and_told(self) -> None:
        entity = EU[EU.index("<sanctionEntity") : EU.index("</export>")]
        found, (first, second) = reading_of("eu-fsf-xml", EU.replace("</export>", f"{entity}</export>"))
        assert first.reference == "EU.1.10"
        assert second.reference.startswith("EU.1.10~")
        assert [note["row"] for note in found.notes] == ["Jane Doe"]
