"""What OFAC writes into the remarks of an entry: weak aliases, days of birth, numbers, nationalities. Pure.

Source: OFAC, "SDN List data formats" and the published files, whose remarks are parts in a row, parted by semicolons.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from apps.sanctions.entries import Identifier, ListedName, NameKind

WEAK = re.compile(r"([afn])\.k\.a\. '(.+?)'\.?")
_BORN = re.compile(r"(?:alt\. )?DOB (.+?)\.?")
_FROM = re.compile(r"(?:alt\. )?(?:nationality|citizen) (.+?)\.?")
NUMBERS = (
    *("Passport", "National ID No.", "Tax ID No.", "Registration Number", "Registration ID", "Company Number"),
    *("Commercial Registry Number", "Government Gazette Number", "Legal Entity Number", "D-U-N-S Number"),
    *("Vessel Registration Identification", "MMSI", "Identification Number", "Business Registration Number"),
    *("Business Registration Document #", "Unified Social Credit Code (USCC)", "Enterprise Number", "C.R. No."),
    *("Cedula No.", "NIT #", "R.F.C.", "C.U.R.P.", "RUC #", "RTN", "C.U.I.T.", "D.N.I.", "Folio Mercantil No."),
    *(
        "Matricula Mercantil No",
        "V.A.T. Number",
        "Trade License No.",
        "SWIFT/BIC",
        "Website",
        "Email Address",
        "BIK (RU)",
    ),
    *(
        "Aircraft Tail Number",
        "Aircraft Serial Identification",
        "Aircraft Construction Number",
        "License",
        "License No.",
    ),
    *(
        "Chinese Commercial Code",
        "Stateless Person ID Card",
        "Refugee ID Card",
        "Diplomatic Passport",
        "Birth Certificate",
    ),
    *(
        "Driver's License No.",
        "Electoral Registry No.",
        "Tax ID",
        "Residency Number",
        "Economic Register Number (CBLS)",
    ),
)
_NUMBER = re.compile(
    rf"(?:alt\. )?({'|'.join(re.escape(kind) for kind in sorted(NUMBERS, key=len, reverse=True))}) "
    r"([^()]+?)(?: \(([^()]+)\))?(?: issued .+| expires .+|\.)?"
)


@dataclass
class Remarks:
    """What the remarks say, by kind."""

    names: list[ListedName] = field(default_factory=list)
    births: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)


def understood(remarks: str) -> Remarks:
    """The parts of the remarks that have a place of their own; the remarks as a whole are kept beside them."""
    found = Remarks()
    for part in _parts(remarks):
        if match := WEAK.fullmatch(part):
            found.names.append(ListedName(text=match[2], kind=_weak(match[1])))
        elif match := _BORN.fullmatch(part):
            found.births.append(match[1])
        elif match := _FROM.fullmatch(part):
            found.countries.append(match[1])
        elif match := _NUMBER.fullmatch(part):
            found.identifiers.append(Identifier(kind=match[1], value=match[2], country=match[3] or ""))
    return found


def alias_kind(written: str, *, weak: bool = False) -> NameKind:
    """The kind of a name that OFAC marks `aka`, `fka` or `nka`, with or without points."""
    if weak:
        return NameKind.WEAK
    return NameKind.FORMER if written.replace(".", "").strip().lower() == "fka" else NameKind.ALIAS


def lists_of(programmes: Sequence[str], remarks: str) -> tuple[str, ...]:
    """The lists of the consolidated file that an entry stands on: its programmes and directives say it.

    Source: OFAC, descriptions of the SSI, NS-PLC, NS-CMIC, NS-MBS and CAPTA lists; directive 2 under EO 14024 closes
    correspondent accounts (CAPTA), directives 1a, 3 and 4 are menu-based measures.
    """
    joined = " ".join(programmes)
    found = [key for mark, key in _BY_PROGRAMME if mark in joined]
    directives = set(re.findall(r"EO 14024 Directive (\w+)\)", remarks))
    if "RUSSIA-EO14024" in joined and "2" in directives:
        found.append("US-CAP")
    if not found or directives & {"1a", "3", "4"}:
        found.append("US-NS-MBS")
    return tuple(dict.fromkeys(found))


_BY_PROGRAMME = (
    ("NS-PLC", "US-NS-PLC"),
    ("CMIC-EO13959", "US-NS-CMIC"),
    ("UKRAINE-EO13662", "US-SSI"),
    ("561-Related", "US-CAP"),
    ("FSE-", "US-FSE"),
    ("NS-ISA", "US-NS-ISA"),
)


def _weak(letter: str) -> NameKind:
    return NameKind.FORMER if letter == "f" else NameKind.WEAK


def _parts(remarks: str) -> Iterator[str]:
    return (part.strip() for part in remarks.split(";") if part.strip())
