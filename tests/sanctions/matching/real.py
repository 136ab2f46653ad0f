"""The lists that lie beside the repository, read as entries; and what the labelled queries mean by their targets.

A target of `queries.json` is `LIST:reference`: for the US consolidated list an entity number of that list, or `r` and
the row (counted from 0) in the file's `entries` where it has none; for EU, UK and UN the `id` of the file; for 1260H
the row (counted from 0) in its `entities`.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apps.sanctions.entries import EntryKind, ListedName, ListedParty, NameKind

SHARED = Path(__file__).parents[3] / "../shared/data"
LISTS, QUERIES = SHARED / "lists", SHARED / "screening" / "queries.json"

_CSL = "us_csl/csl_2026-07-31.projection.json.gz"
_1260H = "us_bis_nsfreg/dow_1260h_2026-07-09.json.gz"
_FLAT = (
    ("EU", "eu/eu_fsf_names_2026-06-05.json.gz"),
    ("UK", "uk/uk_names_2026-06-10.json.gz"),
    ("UN", "un/un_names_2026-06-10.json.gz"),
)
_MORE = (
    ("EU-TRAVEL", "eu/eu_travel_names_2026-06-11.json.gz"),
    ("AU-DFAT", "other/au_dfat_names_2026-06.json.gz"),
    ("CA-SEMA", "other/ca_sema_names_2026-06.json.gz"),
)
_KEYS = {
    "SDN": "US-SDN", "EL": "US-EL", "DPL": "US-DPL", "DTC": "US-DTC", "SSI": "US-SSI", "UVL": "US-UVL",
    "ISN": "US-ISN", "PLC": "US-PLC", "MEU": "US-MEU", "CMIC": "US-CMIC", "NS-MBS List": "US-NS-MBS", "CAP": "US-CAP",
}  # fmt: skip
_KINDS = {
    "Entity": EntryKind.ORGANISATION,
    "Individual": EntryKind.PERSON,
    "Vessel": EntryKind.VESSEL,
    "Aircraft": EntryKind.AIRCRAFT,
}


def missing() -> str:
    """Why these files cannot be read here; empty when they can."""
    return "" if LISTS.is_dir() and QUERIES.is_file() else "the lists lie beside the repository, not in it"


def labelled_queries() -> list[dict[str, Any]]:
    """The thousand queries: `query`, `kind`, `accept`."""
    found: list[dict[str, Any]] = json.loads(QUERIES.read_text(encoding="utf-8"))
    return found


def entries(*, more: bool = False) -> Iterator[ListedParty]:
    """US consolidated, 1260H, EU, UK and UN; with `more` the EU's travel bans, Australia and Canada too."""
    yield from _consolidated()
    for row, entry in enumerate(_json(_1260H)["entities"]):
        yield _party("US-1260H", str(row), EntryKind.ORGANISATION, entry["name"], entry["aliases"], ("CN",))
    for key, file in _FLAT + (_MORE if more else ()):
        for entry in _json(file):
            yield _party(key, str(entry["id"]), EntryKind.UNKNOWN, entry["full_name"], entry["aliases"])


def _consolidated() -> Iterator[ListedParty]:
    file = _json(_CSL)
    keys = [_KEYS[name[name.index("(") + 1 : name.index(")")].removesuffix(" List")
                   if "MBS" not in name else "NS-MBS List"] for name in file["tables"]["sources"]]  # fmt: skip
    for row, entry in enumerate(file["entries"]):
        kind = _KINDS.get(entry.get("t", ""), EntryKind.UNKNOWN)
        countries = tuple(country for country in entry.get("c", ()) if len(country) == 2)
        reference = entry.get("e") or f"r{row}"
        yield _party(keys[entry["s"]], reference, kind, entry["n"], entry.get("a", ()), countries)


def _party(
    key: str, reference: str, kind: EntryKind, name: str, aliases: Any, countries: tuple[str, ...] = ()
) -> ListedParty:
    names = (
        ListedName(text=name, kind=NameKind.PRIMARY),
        *(ListedName(text=text) for text in dict.fromkeys(aliases) if text),
    )
    return ListedParty(list_key=key, reference=reference, kind=kind, names=names, countries=countries)


def _json(file: str) -> Any:
    with gzip.open(LISTS / file) as stream:
        return json.load(stream)
