"""Facts as lines for readers: label, value in words, state, source, date, and both sides of a dispute."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.facts.catalogue import FIELDS, PREFIXES, paths
from apps.facts.resolution import Fact
from apps.facts.words import in_words
from apps.policy.selectors import UNKNOWN_ENTRY
from apps.policy.sheets.entries import Entry, from_fact


@dataclass(frozen=True)
class Line:
    """One fact as a page shows it."""

    path: str
    label: str
    meaning: str
    text: str
    """The value in words; empty while it is unknown or disputed."""
    state: str
    source: str
    url: str
    as_of: str
    valid_until: str
    note: str
    derived: bool
    conflicts: tuple["Line", ...] = ()
    edit_url: str = ""
    """Where the fact is stated or corrected, for those who may."""


def line(path: str, entry: Entry, language: str) -> Line:
    """The line of one entry of a fact sheet."""
    spec = paths().get(path)
    value = entry.get("value")
    return Line(
        path=path,
        label=spec.label_in(language) if spec else path,
        meaning=spec.meaning_in(language) if spec else "",
        text="" if value is None else str(entry.get("label") or "") or in_words(spec, value, language),
        state=str(entry.get("state") or "unknown"),
        source=str(entry.get("source") or ""),
        url=str(entry.get("url") or ""),
        as_of=str(entry.get("as_of") or ""),
        valid_until=str(entry.get("valid_until") or ""),
        note=str(entry.get("note") or ""),
        derived=bool(entry.get("derived")),
        conflicts=tuple(line(path, side, language) for side in entry.get("conflicts") or ()),
    )


def sheet_lines(prefix: str, facts: Mapping[str, Entry], language: str) -> list[Line]:
    """Every field of a subject in the order of the catalogue, those that nobody spoke about as unknown."""
    subject = next(name for name, prefixes in PREFIXES.items() if prefix in prefixes)
    return [
        line(f"{prefix}.{name}", facts.get(f"{prefix}.{name}", UNKNOWN_ENTRY), language) for name in FIELDS[subject]
    ]


def subject_lines(
    subject: str, facts: Mapping[str, Fact], language: str, names: Mapping[str, str] | None = None
) -> list[Line]:
    """Every field of a subject that can be stated, from its current facts. `names` puts words to identifiers."""
    prefix = PREFIXES[subject][0]
    lines = []
    for name, spec in FIELDS[subject].items():
        if spec.asserted:
            fact = facts.get(name)
            label = (names or {}).get(str(fact.value), "") if fact else ""
            entry = from_fact(fact, label) if fact else UNKNOWN_ENTRY
            lines.append(line(f"{prefix}.{name}", entry, language))
    return lines
