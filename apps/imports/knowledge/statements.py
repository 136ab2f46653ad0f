"""Statements of the knowledge in step with the files: what people assert stands beside them, untouched."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.accounts.actors import Actor
from apps.core.canonical import canonical_json
from apps.core.errors import InvalidInput
from apps.facts.catalogue import FIELDS, validate_value
from apps.facts.models import Assertion, State
from apps.facts.services import Statement, assert_facts, withdraw
from apps.facts.subjects import SourceRef, SubjectRef
from apps.imports.knowledge.reading import Entry, Sources
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import CHANNEL

_NOTHING_SAID = (State.UNKNOWN, State.DISPUTED)


def fact_entries(entry: Entry, key: str, subject: str, sources: Sources) -> list[dict[str, Any]]:
    """The facts under a key, `field: {value, s, state?, as_of?, valid_until?, note?, conflict?}`, checked and plain."""
    found = []
    with entry.entry(key) as fields:
        for field in fields.keys:
            with fields.entry(field) as fact:
                found.append(_fact(fact, subject, field, sources))
    return found


def _fact(fact: Entry, subject: str, field: str, sources: Sources) -> dict[str, Any]:
    spec = FIELDS[subject].get(field)
    if spec is None or not spec.asserted:
        raise fact.error(f"is no fact that can be stated about a {subject}")
    value, sourcing, conflict = fact.take("value", None), fact.sourcing(sources), _conflict(fact, sources)
    if (value is None) != (sourcing.state in _NOTHING_SAID) or bool(conflict) != (sourcing.state == State.DISPUTED):
        raise fact.error(f"value, conflict and the state {sourcing.state} do not fit together")
    try:
        if value is not None and spec.type != "party":  # a party stands there by its key; the loader looks it up
            value = validate_value(spec, value)
    except InvalidInput as error:
        raise fact.error(f"value {error.errors[0].message}") from error
    return {
        "field": field,
        "value": value,
        "state": str(sourcing.state),
        "source": sourcing.source.label,
        "url": sourcing.source.url,
        "quality": sourcing.source.quality,
        "source_date": sourcing.source.date.isoformat() if sourcing.source.date else None,
        "as_of": sourcing.as_of.isoformat(),
        "note": sourcing.note,
        "conflict": conflict,
    }


def _conflict(fact: Entry, sources: Sources) -> list[dict[str, Any]] | None:
    sides = []
    for side in fact.entries("conflict"):
        with side:
            source = sources.find(side.take("s"), side)
            sides.append({"value": side.take("value"), "source": source.label})
    return sides or None


def statement(subject: SubjectRef, fact: Mapping[str, Any]) -> Statement:
    """A fact of a file as a statement about a subject."""
    date = fact.get("source_date")
    return Statement(
        subject=subject,
        field=fact["field"],
        value=fact["value"],
        state=fact["state"],
        source=SourceRef(fact["source"], fact["url"], fact["quality"], dt.date.fromisoformat(date) if date else None),
        as_of=dt.date.fromisoformat(fact["as_of"]),
        note=fact["note"],
        conflict=fact["conflict"],
    )


def settle(
    *, actor: Actor, report: LoadReport, subject_type: str, statements: Sequence[Statement], name: Callable[[UUID], str]
) -> set[tuple[UUID, str]]:
    """Make `statements` all that the knowledge says about subjects of a type; returns what it changed.

    Only what differs is written; statements that no longer stand in the files are withdrawn. `name` is what the report
    calls a subject. Raises `InvalidInput` for a statement that the catalogue refuses.
    """
    kind = f"facts of {subject_type}"
    current = {
        (row.subject_id, row.field): row
        for row in Assertion.objects.filter(channel=CHANNEL, subject_type=subject_type, superseded_at__isnull=True)
    }
    wanted: list[Statement] = []
    for one in statements:
        row = current.pop((one.subject.id, one.field), None)
        if row is not None and _same(row, one):
            report.note(kind, "unchanged", f"{name(one.subject.id)}: {one.field}")
            continue
        report.note(kind, "changed" if row else "created", f"{name(one.subject.id)}: {one.field}")
        wanted.append(one)
    assert_facts(actor=actor, statements=wanted, channel=CHANNEL, action="knowledge.load")
    if current:
        gone = [(subject_type, subject_id, field) for subject_id, field in current]
        withdraw(actor=actor, subjects=gone, channel=CHANNEL)
        for subject_id, field in current:
            report.note(kind, "withdrawn", f"{name(subject_id)}: {field}")
    return {(one.subject.id, one.field) for one in wanted} | set(current)


def _same(row: Assertion, one: Statement) -> bool:
    value = one.value
    if value is not None:
        value = validate_value(FIELDS[one.subject.type][one.field], value)
    source = one.source
    stored = (row.state, row.source_label, row.source_url, row.source_quality, row.source_date)
    dates = (row.as_of, row.valid_until, row.note)
    return (
        _equal(row.value, value)
        and (row.conflict or None) == (list(one.conflict) if one.conflict else None)
        and stored == (one.state, source.label, source.url, source.quality, source.date)
        and dates == (one.as_of, one.valid_until, one.note)
    )


def _equal(stored: Any, said: Any) -> bool:
    """Whether two values are the same; large numbers come back from the database as integers with other last digits."""
    if isinstance(stored, int | float) and isinstance(said, float):
        return float(stored) == said
    return canonical_json(stored) == canonical_json(said)
