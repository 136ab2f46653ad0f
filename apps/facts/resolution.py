"""From several statements about one field to the one fact that rules may read. Pure: no database."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from apps.core.canonical import canonical_json
from apps.facts.models import Assertion, State

_RANK: Mapping[str, int] = {
    State.VERIFIED: 3,
    State.CLAIMED_BY_OWNER: 2,
    State.CLAIMED_BY_PROVIDER: 2,
    State.INFERRED: 2,
    State.DISPUTED: 1,
    State.UNKNOWN: 0,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A field's value with its state, source and dates. `conflicts` holds every statement that disagrees."""

    value: Any
    state: str
    source: str
    source_url: str = ""
    source_quality: str = "primary"
    as_of: dt.date | None = None
    valid_until: dt.date | None = None
    asserted_by: str = ""
    note: str = ""
    assertion_id: UUID | None = None
    conflicts: tuple["Fact", ...] = ()

    @property
    def known(self) -> bool:
        """Whether a rule may read the value: neither unknown nor disputed."""
        return self.value is not None and self.state not in (State.UNKNOWN, State.DISPUTED)


UNKNOWN = Fact(value=None, state=State.UNKNOWN, source="")


def fact_from(assertion: Assertion) -> Fact:
    """One statement as a fact of its own."""
    return Fact(
        value=assertion.value,
        state=assertion.state,
        source=assertion.source_label,
        source_url=assertion.source_url,
        source_quality=assertion.source_quality,
        as_of=assertion.as_of,
        valid_until=assertion.valid_until,
        asserted_by=assertion.asserted_by,
        note=assertion.note,
        assertion_id=assertion.id,
        conflicts=sides_of(assertion.conflict),
    )


def sides_of(conflict: Iterable[Mapping[str, Any]] | None) -> tuple[Fact, ...]:
    """What the sources of a disputed statement say."""
    return tuple(
        Fact(value=side.get("value"), state=State.INFERRED, source=str(side.get("source", "")))
        for side in conflict or ()
    )


def _newest(facts: Sequence[Fact]) -> Fact:
    # Of one day's statements neither the order of writing nor an identifier decides: equal facts, equal sheets.
    return max(facts, key=lambda fact: (fact.as_of or dt.date.min, _order(fact)))


def _order(fact: Fact) -> tuple[bytes | str, ...]:
    shown = (fact.source, fact.state, fact.source_url, fact.note, str(fact.valid_until or ""), str(fact.as_of or ""))
    return canonical_json(fact.value), *shown, str(fact.assertion_id)


def _disputed(sides: list[Fact]) -> Fact:
    newest = _newest(sides)
    return Fact(
        value=None,
        state=State.DISPUTED,
        source=newest.source,
        source_url=newest.source_url,
        as_of=newest.as_of,
        asserted_by=newest.asserted_by,
        assertion_id=newest.assertion_id,
        conflicts=tuple(sorted(sides, key=_order)),
    )


def resolve(assertions: Iterable[Assertion], on: dt.date) -> Fact:
    """The fact that current statements about one field make on a day.

    A verified statement outranks claims, and a claim outranks a dispute among others; whatever disagrees stays visible
    as a conflict. Claims that disagree make a disputed fact, which no rule reads; a statement past its `valid_until` no
    longer counts. Without any statement: unknown.
    """
    return resolve_facts([fact_from(assertion) for assertion in assertions], on)


def resolve_facts(facts: Sequence[Fact], on: dt.date) -> Fact:
    """Like `resolve`, for statements that are facts of their own already."""
    valid = [fact for fact in facts if fact.valid_until is None or fact.valid_until >= on]
    if not valid:
        return UNKNOWN if not facts else replace(_newest(facts), value=None, state=State.UNKNOWN)
    if len(valid) == 1:
        return valid[0]
    best = max(_RANK[fact.state] for fact in valid)
    leading = [fact for fact in valid if _RANK[fact.state] == best]
    if best <= _RANK[State.DISPUTED]:
        return _newest(leading)
    if len({canonical_json(fact.value) for fact in leading}) > 1:
        return _disputed(leading)
    winner = _newest(leading)
    said = [side for fact in valid for side in (fact, *(fact.conflicts if fact.state == State.DISPUTED else ()))]
    others = [
        side for side in said if side.value is not None and canonical_json(side.value) != canonical_json(winner.value)
    ]
    return replace(winner, conflicts=tuple(sorted(others, key=_order))) if others else winner
