"""One line of a fact sheet: a value with its state, source and date, as it is frozen."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from apps.facts.models import State
from apps.facts.resolution import Fact

Entry = dict[str, Any]
"""`value`, `state`, `source`, `as_of`; where they say something: `url`, `valid_until`, `note`, `conflicts`, `label`."""

KNOWN = frozenset(State.values) - {State.UNKNOWN, State.DISPUTED}
"""States of rows and facts that count."""
_STRENGTH = (State.VERIFIED, State.CLAIMED_BY_OWNER, State.CLAIMED_BY_PROVIDER, State.INFERRED)


def from_fact(fact: Fact, label: str = "") -> Entry:
    """A stated fact as an entry; `label` is what a reader sees instead of an identifier."""
    entry: Entry = {
        "value": fact.value if fact.known else None,
        "state": str(fact.state),
        "source": fact.source,
        "as_of": fact.as_of.isoformat() if fact.as_of else None,
    }
    if fact.source_url:
        entry["url"] = fact.source_url
    if fact.valid_until:
        entry["valid_until"] = fact.valid_until.isoformat()
    if fact.note:
        entry["note"] = fact.note
    if fact.conflicts:
        entry["conflicts"] = [
            {
                "value": side.value,
                "state": str(side.state),
                "source": side.source,
                "as_of": side.as_of.isoformat() if side.as_of else None,
                **({"valid_until": side.valid_until.isoformat()} if side.valid_until else {}),
            }
            for side in fact.conflicts
        ]
    if label and fact.known:
        entry["label"] = label
    return entry


def from_columns(value: Any, sourced: Any, label: str = "") -> Entry:
    """A column of a row that carries state, source and date itself; an empty or “unknown” one is an unknown fact."""
    known = value not in (None, "", "unknown") and sourced.state in KNOWN
    entry: Entry = {
        "value": value if known else None,
        "state": sourced.state if known else str(State.UNKNOWN),
        "source": sourced.source_label,
        "as_of": sourced.as_of.isoformat() if sourced.as_of else None,
    }
    if sourced.source_url:
        entry["url"] = sourced.source_url
    if label and known:
        entry["label"] = label
    return entry


def recorded(value: Any, source: str, as_of: dt.date, label: str = "") -> Entry:
    """What the register itself knows because it was entered there."""
    entry: Entry = {
        "value": value,
        "state": str(State.VERIFIED),
        "source": source,
        "as_of": as_of.isoformat(),
    }
    if label:
        entry["label"] = label
    return entry


def derived(value: Any, basis: Iterable[Mapping[str, Any] | None], sources: Iterable[str], note: str = "") -> Entry:
    """A value that follows from other entries: as strong as the weakest, as old as the oldest, good while all are."""
    entries = [entry for entry in basis if entry and entry.get("value") is not None]
    states = [State(entry["state"]) for entry in entries if entry["state"] in _STRENGTH]
    dates = [entry["as_of"] for entry in entries if entry.get("as_of")]
    entry: Entry = {
        "value": value,
        "state": str(max(states, key=_STRENGTH.index)) if states else str(State.INFERRED),
        "source": "; ".join(dict.fromkeys(source for source in sources if source)) or "Derived",
        "as_of": min(dates) if dates else None,
        "derived": True,
    }
    expiries = [one["valid_until"] for one in entries if one.get("valid_until")]
    if expiries:
        entry["valid_until"] = min(expiries)
    if note:
        entry["note"] = note
    return entry


def next_expiry(entries: Iterable[Entry], on: dt.date) -> dt.date | None:
    """The day after which, seen from `on`, a statement ceases to count first; None when nothing expires."""
    days = set()
    for entry in entries:
        if "valid_until" in entry:
            days.add(entry["valid_until"])
        days.update(side["valid_until"] for side in entry.get("conflicts", ()) if "valid_until" in side)
    return min((day for day in map(dt.date.fromisoformat, days) if day >= on), default=None)


def is_known(entry: Mapping[str, Any] | None) -> bool:
    """Whether a rule may read the entry."""
    return entry is not None and entry.get("value") is not None
