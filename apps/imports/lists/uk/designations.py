"""A designation of the UK list, put together from the rows or elements that tell parts of it. Pure.

Source: FCDO, "UK Sanctions List" and its guide to the format; OFSI, "Consolidated list", whose tables are alike. Every
row tells one name, and repeats or adds to what other rows of the same number say. Columns are compared by their
letters and digits alone, because the tables and the XML spell them differently.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists.making import day_of, kind_of, listed_party, tidy
from apps.imports.lists.reading import Reading, UnreadableRow
from apps.imports.lists.scripts import is_native
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import Identifier, ListedName, ListedParty, NameKind

NUMBER = ("uniqueid", "groupid")
NAME_COLUMNS = ("name6", "name", "name1")
MOST_DESIGNATIONS = 100_000
_NAME_PARTS = ("name1", "name2", "name3", "name4", "name5", "name6", "name")
_NATIVE = ("namenonlatinscript",)
_ADDRESS = (
    *(f"addressline{number}" for number in range(1, 7)),
    *(f"address{number}" for number in range(1, 7)),
    *("addresspostalcode", "postzipcode", "addresscountry", "country"),
)
_KIND = ("designationtype", "individualentityship", "type", "grouptype")
_PROGRAMMES = ("regimename", "regime")
_COUNTRIES = ("addresscountry", "country", "nationalityies", "nationality", "currentbelievedflagofship")
_BIRTHS = ("dob", "dateofbirth")
_LISTED = ("datedesignated", "listedon")
_IDENTIFIERS = {
    "passportnumber": "Passport",
    "nationalidentifiernumber": "National identifier",
    "nationalidentificationnumber": "National identifier",
    "businessregistrationnumbers": "Business registration number",
    "businessregistrationnumber": "Business registration number",
    "imonumber": "IMO number",
    "hullidentificationnumberhin": "Hull identification number",
    "hullidentificationnumber": "Hull identification number",
    "ofsigroupid": "OFSI group",
    "unreferencenumber": "UN reference",
    "website": "Website",
    "emailaddress": "Email address",
    "phonenumber": "Telephone",
}
_OTHERS = {
    "designationsource": "Designated by",
    "sanctionsimposed": "Measures",
    "otherinformation": "Other information",
    "ukstatementofreasons": "Reasons",
    "title": "Title",
    "position": "Position",
    "gender": "Gender",
    "townofbirth": "Town of birth",
    "countryofbirth": "Country of birth",
    "typeofentity": "Kind of entity",
    "subsidiaries": "Subsidiaries",
    "subsidiary": "Subsidiaries",
    "parentcompany": "Parent company",
    "currentowneroperators": "Owner or operator",
    "currentowneroperator": "Owner or operator",
    "previousowneroperators": "Former owner or operator",
    "previousowneroperator": "Former owner or operator",
    "previousflags": "Former flags",
    "previousflag": "Former flags",
    "typeofship": "Kind of ship",
    "tonnageofship": "Tonnage",
    "yearbuilt": "Year built",
    "passportadditionalinformation": "Passport",
    "nationalidentifieradditionalinformation": "National identifier",
    "nationalidentificationdetails": "National identifier",
    "passportdetails": "Passport",
}
_APART = re.compile(r"[^a-z0-9]+")


def column(header: str) -> str:
    """A column's name by its letters and digits alone."""
    return _APART.sub("", header.casefold())


def number_of(row: Mapping[str, str]) -> str:
    """The number of the designation that a row tells of. Raises `UnreadableRow` where it has none."""
    found = next((text for name in NUMBER if (text := tidy(row.get(name, "")))), "")
    if not found:
        raise UnreadableRow(gettext_noop("The row has no number of a designation."))
    return found


class Designation:
    """What the rows of one number say together; each thing is kept once."""

    def __init__(self, number: str) -> None:
        self.number = number
        self._names: dict[str, NameKind] = {}
        self._said: dict[str, dict[str, None]] = {}
        self._addresses: dict[str, None] = {}

    def add(self, row: Mapping[str, str]) -> None:
        """Take in what a row, or a part of one, says."""
        name = " ".join(text for part in _NAME_PARTS if (text := tidy(row.get(part, ""))))
        if name:
            self._names.setdefault(name, _name_kind(row))
        for text in _values(row, _NATIVE):
            self._names.setdefault(text, NameKind.NATIVE)
        if address := ", ".join(_values(row, _ADDRESS)):
            self._addresses[address] = None
        for name, value in row.items():
            if text := tidy(value):
                self._said.setdefault(name, {})[text] = None

    def entry(self, list_key: str) -> ListedParty:
        """The entry. Raises `UnreadableRow` where it has no name."""
        return listed_party(
            list_key=list_key,
            reference=self.number,
            kind=kind_of(next(self._all(_KIND), "")),
            names=[ListedName(text=text, kind=kind) for text, kind in self._names.items()],
            countries=[part for text in self._all(_COUNTRIES) for part in _countries(text)],
            addresses=self._addresses,
            birth_dates=self._all(_BIRTHS),
            identifiers=[
                Identifier(kind=kind, value=value)
                for name, kind in _IDENTIFIERS.items()
                for value in self._said.get(name, ())
            ],
            programmes=self._all(_PROGRAMMES),
            listed_on=self._listed_on(),
            remarks=[f"{label}: {text}" for name, label in _OTHERS.items() for text in self._said.get(name, ())],
        )

    def _all(self, names: Iterable[str]) -> Iterator[str]:
        return (text for name in names for text in self._said.get(name, ()))

    def _listed_on(self) -> dt.date | None:
        days = [day for text in self._all(_LISTED) if (day := day_of(text, month_first=False))]
        return min(days, default=None)


class Designations:
    """The designations of a file in the order of their first rows."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._found: dict[str, Designation] = {}

    def take(self, rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[ListedParty]:
        """All entries, once all rows are read: rows of one number need not stand together."""
        for row, content in rows:
            try:
                self._designation(number_of(content)).add(content)
            except UnreadableRow as error:
                self._reading.reject(row, error.message)
        key = self._reading.list_key or "UK-SANCTIONS-LIST"
        yield from self._reading.each(((one.number, one) for one in self._found.values()), lambda one: [one.entry(key)])

    def _designation(self, number: str) -> Designation:
        if number not in self._found and len(self._found) >= MOST_DESIGNATIONS:
            raise UnreadableFile(filled("The file holds more than %(most)d entries.", most=MOST_DESIGNATIONS))
        return self._found.setdefault(number, Designation(number))


def _values(row: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [text for name in names if (text := tidy(row.get(name, "")))]


def _name_kind(row: Mapping[str, str]) -> NameKind:
    kind = tidy(row.get("nametype") or row.get("aliastype", "")).casefold()
    strength = tidy(row.get("aliasstrength") or row.get("aliasquality", "")).casefold()
    if strength.startswith(("low", "weak")):
        return NameKind.WEAK
    if kind in ("fka", "f.k.a.", "formerly known as"):
        return NameKind.FORMER
    name = " ".join(_values(row, _NAME_PARTS))
    if is_native(name):
        return NameKind.NATIVE
    return NameKind.PRIMARY if kind in ("primary name", "") else NameKind.ALIAS


def _countries(text: str) -> list[str]:
    """Several nationalities stand in one cell as `(1) Russia (2) Syria`."""
    return [part for part in re.split(r"\(\d+\)|[|;/]", text) if part.strip()]
