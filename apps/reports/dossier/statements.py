"""Statements of a dossier: each with value, state, source and date; sources are numbered as they are cited."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.facts.catalogue import FIELDS
from apps.facts.resolution import Fact
from apps.parties.models import Sourced
from apps.policy.sheets.entries import Entry, from_columns, from_fact, is_known

Statement = dict[str, Any]
"""`value`, `state`, `source` (a number), `as_of`; where they say something: `text`, `valid_until`, `note`, `conflicts`,
`derived`."""


def day(date: dt.date | None) -> str | None:
    """A date as evidence holds it."""
    return date.isoformat() if date else None


class Ledger:
    """Turns facts, entries and sourced rows into statements and numbers their sources by first citation."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], dict[str, Any]] = {}

    def cite(self, label: str, url: str = "", as_of: str | None = None) -> int | None:
        """The number of a source; None where none is named."""
        label = label or url
        if not label:
            return None
        row = self._sources.setdefault(
            (label, url), {"number": len(self._sources) + 1, "label": label, "url": url, "from": as_of, "to": as_of}
        )
        if as_of:
            row["from"] = min(row["from"] or as_of, as_of)
            row["to"] = max(row["to"] or as_of, as_of)
        return int(row["number"])

    def sources(self) -> list[dict[str, Any]]:
        """Every source cited so far, with the dates of the statements that cite it."""
        return list(self._sources.values())

    def entry(self, entry: Entry) -> Statement:
        """A line of a fact sheet as a statement."""
        as_of = entry.get("as_of")
        found: Statement = {
            "value": entry.get("value"),
            "state": entry["state"],
            "source": self.cite(entry.get("source") or "", entry.get("url") or "", as_of),
            "as_of": as_of,
        }
        if entry.get("label"):
            found["text"] = entry["label"]
        for name in ("valid_until", "note", "derived"):
            if entry.get(name):
                found[name] = entry[name]
        if entry.get("conflicts"):
            found["conflicts"] = [self.entry(side) for side in entry["conflicts"]]
        return found

    def fact(self, fact: Fact, text: str = "") -> Statement:
        """A stated fact as a statement; `text` is what readers see instead of an identifier."""
        return self.entry(from_fact(fact, text))

    def column(self, value: Any, row: Sourced, text: str = "") -> Statement:
        """A column of a row that carries state, source and date itself."""
        return self.entry(from_columns(value, row, text))

    def row(self, row: Sourced) -> Statement:
        """State, source and date of a row that is a statement as a whole."""
        found: Statement = {
            "state": row.state,
            "source": self.cite(row.source_label, row.source_url, day(row.as_of)),
            "as_of": day(row.as_of),
        }
        return {**found, "note": row.note} if row.note else found

    def facts(self, subject: str, stated: Mapping[str, Fact], names: Mapping[str, str]) -> dict[str, Any]:
        """What is stated of a subject, in the order of the catalogue, and which of its fields nobody spoke about."""
        return self._block(
            subject,
            {field: from_fact(fact, names.get(str(fact.value), "")) for field, fact in stated.items()},
        )

    def entries(self, subject: str, entries: Mapping[str, Entry]) -> dict[str, Any]:
        """The same from entries by field."""
        return self._block(subject, entries)

    def _block(self, subject: str, entries: Mapping[str, Entry]) -> dict[str, Any]:
        specs = FIELDS[subject]
        said = [field for field in specs if field in entries and _says_something(entries[field])]
        silent = [field for field, spec in specs.items() if field not in said and (spec.asserted or field in entries)]
        return {
            "subject": subject,
            "stated": [{"field": field, **self.entry(entries[field])} for field in said],
            "not_stated": sorted(silent, key=lambda field: (not specs[field].material, list(specs).index(field))),
        }


def _says_something(entry: Entry) -> bool:
    """A value, a dispute, or at least somebody who looked and did not find out."""
    return is_known(entry) or bool(entry.get("source") or entry.get("conflicts"))


def numbered(ids: Iterable[UUID]) -> dict[UUID, int]:
    """Short numbers, from one, for what a document refers to many times."""
    return {key: number for number, key in enumerate(dict.fromkeys(ids), start=1)}


def people_and_parties(facts: Iterable[Mapping[str, Fact]], subject: str) -> tuple[set[str], set[str]]:
    """The identifiers of people and of parties that stated facts name, so that their names can be read at once."""
    people: set[str] = set()
    parties: set[str] = set()
    kinds: Sequence[tuple[str, set[str]]] = (("user", people), ("party", parties))
    for stated in facts:
        for field, fact in stated.items():
            spec = FIELDS[subject].get(field)
            for kind, found in kinds:
                if spec and spec.type == kind and fact.known:
                    found.add(str(fact.value))
    return people, parties
