"""Evidence in the words of one language, ready to be printed."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import gettext as _

from apps.facts.catalogue import FIELDS, paths
from apps.facts.models import State
from apps.facts.words import in_words
from apps.policy.models import Decision, GateEffect, Outcome, Severity

MOST_ROWS = 2000
"""Longer tables are cut, and say so: ten thousand rows take minutes to lay out, and the attached evidence has all."""

MOST_DETAILS = 600
"""Rows of facts in whole blocks (one per deployment, use case, party): an overview of all stands before them."""
_BLOCK = 4
"""What the heading of a block and the list of what is missing in it take, in rows."""

NOTHING = "–"


class Words:
    """Turns values, dates, numbers of uses and states of the evidence into text."""

    def __init__(self, evidence: Mapping[str, Any], language: str) -> None:
        self.evidence = evidence
        self.language = language

    def both(self, words: Mapping[str, str] | None) -> str:
        """A text that stands in both languages."""
        return (words.get(self.language) or words["en"]) if words else ""

    def label(self, path: str) -> str:
        """What a fact is called."""
        spec = paths().get(path)
        return spec.label_in(self.language) if spec else path

    def fact(self, row: Mapping[str, Any], subject: str = "") -> dict[str, Any]:
        """A statement as a row of a table of facts."""
        spec = FIELDS[subject].get(row["field"]) if subject else paths().get(row["path"])
        label = spec.label_in(self.language) if spec else str(row.get("field") or row.get("path"))
        return {"label": label, **self.statement(row, spec)}

    def statement(self, row: Mapping[str, Any], spec: Any = None) -> dict[str, Any]:
        """Value, state, date and source of a statement as text; every side of a dispute."""
        return {
            "value": self.value(row, spec),
            "state": row["state"],
            "state_label": self.state(row["state"]),
            "derived": bool(row.get("derived")),
            "as_of": row.get("as_of") or NOTHING,
            "valid_until": row.get("valid_until") or "",
            "source": row.get("source"),
            "note": row.get("note") or "",
            "sides": [self.statement(side, spec) for side in row.get("conflicts", ())],
        }

    def value(self, row: Mapping[str, Any], spec: Any = None) -> str:
        """A value in words; empty where there is none, so that unknown never looks like an answer."""
        if row.get("value") is None:
            return ""
        if spec and spec.name == "unknown_material" and row["value"]:
            return ", ".join(self.label(path) for path in row["value"])
        return str(row.get("text") or in_words(spec, row["value"], self.language))

    def facts(self, block: Mapping[str, Any]) -> dict[str, Any]:
        """Everything stated about a subject, and the labels of what nobody stated."""
        subject = block["subject"]
        return {
            "rows": [self.fact(row, subject) for row in block["stated"]],
            "silent": ", ".join(FIELDS[subject][field].label_in(self.language) for field in block["not_stated"]),
        }

    def sourced(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """State, date and source of a row that is a statement as a whole."""
        return {
            "state": row["state"],
            "state_label": self.state(row["state"]),
            "as_of": row.get("as_of") or NOTHING,
            "source": row.get("source"),
            "note": row.get("note") or "",
        }

    def state(self, state: str) -> str:
        """The word for a state of a statement."""
        return str(State(state).label) if state in State.values else state

    def decision(self, decision: str) -> str:
        """The word for a decision."""
        return str(Decision(decision).label) if decision else str(_("Not judged"))

    def severity(self, severity: str) -> str:
        """The word for a severity."""
        return str(Severity(severity).label) if severity else NOTHING

    def outcome(self, outcome: str) -> str:
        """The word for an outcome."""
        return str(Outcome(outcome).label)

    def gate(self, gate: str) -> str:
        """The word for what a rule asks the gate to do."""
        return str(GateEffect(gate).label)


def moment(text: str) -> str:
    """A moment to the minute, in UTC."""
    return f"{dt.datetime.fromisoformat(text).astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def ranges(numbers: Iterable[int], letter: str) -> str:
    """Short numbers as text, neighbours joined: U1–U4, U7."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1] = [found[-1][0], number]
        else:
            found.append([number])
    return ", ".join("–".join(f"{letter}{number}" for number in pair) for pair in found)


def table(rows: Sequence[Any]) -> dict[str, Any]:
    """The rows that are printed, how many there are, and whether some are left out."""
    return {"rows": rows[:MOST_ROWS], "total": len(rows), "cut": len(rows) > MOST_ROWS}


def blocks(found: Sequence[dict[str, Any]], size: str = "rows") -> dict[str, Any]:
    """Whole blocks (a party, a deployment) as long as their rows fit together; the first is always printed."""
    shown: list[dict[str, Any]] = []
    used = 0
    for block in found:
        used += len(block["facts"][size]) + _BLOCK
        if shown and used > MOST_DETAILS:
            break
        shown.append(block)
    return {"rows": shown, "total": len(found), "cut": len(shown) < len(found)}


def shortened(name: str) -> str:
    """What fits into the running header; Chinese characters take the room of two."""
    room = 52
    for position, letter in enumerate(name):
        room -= 2 if east_asian_width(letter) in "WF" else 1
        if room < 0:
            return name[: position - 1] + "…"
    return name


def number(value: int) -> str:
    """A number in groups of three."""
    return f"{value:,}".replace(",", "\u202f")
