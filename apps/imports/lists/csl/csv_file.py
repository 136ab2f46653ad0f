"""The US consolidated screening list as CSV, with the headers of 2019 and of 2025. Pure.

Source: International Trade Administration, `consolidated.csv`. Several values of one field are parted by semicolons.
An address ends with the code of its country. A number is `type, number, country`; until 2019 `country, number, type`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.imports.lists.csl.entries import entries_of, identifier
from apps.imports.lists.making import tidy
from apps.imports.lists.ofac.names import NUMBERS
from apps.imports.lists.reading import Reading
from apps.imports.lists.texts import rows_by_header
from apps.imports.lists.unpacking import Delivered
from apps.places.countries import is_country
from apps.sanctions.entries import Identifier, ListedParty

_NEEDED = ("source", "name", "alt_names", "programs")
_SEVERAL = ("programs", "addresses", "alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth")
_PARTS = re.compile(r"; ?")


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The entries of the file, each on the list that its source label names."""
    rows = rows_by_header(delivered.file(".csv"), reading, needed=_NEEDED)
    named = ((f"line {number}", row) for number, row in rows)
    return reading.each(named, lambda row: entries_of(_fields(row), reading))


def _fields(row: Mapping[str, str]) -> Mapping[str, Any]:
    several = {name: _parts(row.get(name, "")) for name in _SEVERAL}
    countries = [end for address in several["addresses"] if is_country(end := address.rpartition(", ")[2])]
    numbers = [_number(part.split(", ")) for part in _parts(row.get("ids", ""))]
    return {**row, **several, "countries": countries, "identifiers": numbers}


def _parts(text: str) -> list[str]:
    return [part for part in map(tidy, _PARTS.split(text)) if part]


def _number(parts: Sequence[str]) -> Identifier:
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return identifier("", first)
    if last in NUMBERS or last.endswith((":", "-")):
        country = first if len(parts) > 2 and is_country(first) else ""
        return identifier(last, ", ".join(parts[bool(country) : -1]), country)
    country = last if len(parts) > 2 and is_country(last) else ""
    return identifier(first, ", ".join(parts[1 : len(parts) - bool(country)]), country)
