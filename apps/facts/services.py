"""Writes of facts: one door, which supersedes and never overwrites."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now
from apps.core.copying import copy_rows
from apps.core.errors import InvalidInput, NotPermitted, filled
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.catalogue import FIELDS, FieldSpec, validate_value
from apps.facts.models import Assertion, Quality, State
from apps.facts.signals import facts_changed
from apps.facts.subjects import SourceRef, SubjectRef

MANY_SUBJECTS = 50


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is to be asserted about one field of one subject."""

    subject: SubjectRef
    field: str
    value: Any = None
    state: str
    source: SourceRef
    as_of: dt.date
    valid_until: dt.date | None = None
    evidence: str = ""
    note: str = ""
    conflict: Sequence[dict[str, Any]] | None = None


def _spec(statement: Statement) -> FieldSpec:
    spec = FIELDS.get(statement.subject.type, {}).get(statement.field)
    if spec is None:
        raise InvalidInput(
            f"“{statement.field}” is no fact of a {statement.subject.type}; the catalogue lists those there are.",
            pointer="/field",
        )
    if not spec.asserted:
        raise InvalidInput("is derived from other facts and cannot be asserted", pointer="/field")
    return spec


def _check(actor: Actor, statement: Statement) -> Any:
    spec = _spec(statement)
    if not may_assert(actor, spec):
        roles = ", ".join(spec.may_assert)
        raise NotPermitted(filled("“%(field)s” is asserted by: %(roles)s.", field=statement.field, roles=roles))
    if statement.state not in State.values:
        raise InvalidInput(f"must be one of {', '.join(State.values)}", pointer="/state")
    if statement.state == State.VERIFIED and not may_verify(actor):
        raise NotPermitted("A fact is verified by a compliance officer; state it as claimed.")
    if statement.source.quality not in Quality.values:
        raise InvalidInput(f"must be one of {', '.join(Quality.values)}", pointer="/source_quality")
    clean_as_of(statement.as_of)
    if statement.valid_until and statement.valid_until < statement.as_of:
        raise InvalidInput("must not lie before the as-of date", pointer="/valid_until")
    if statement.state in (State.UNKNOWN, State.DISPUTED):
        if statement.value is not None:
            message = filled("must be left out while the state is “%(state)s”", state=statement.state)
            raise InvalidInput(message, pointer="/value")
        return None
    if statement.value is None:
        raise InvalidInput("is missing; to say that it is not known, choose the state “unknown”", pointer="/value")
    return validate_value(spec, statement.value)


def may_verify(actor: Actor) -> bool:
    """Whether `actor` may call a fact verified: whoever answers for a use does not check their own claims."""
    return actor.trusted or bool(actor.roles & {Role.ADMINISTRATOR, Role.OFFICER})


def may_assert(actor: Actor, spec: FieldSpec) -> bool:
    """Whether a role of `actor` is one that speaks about a field."""
    if actor.trusted:
        return True
    held = set(actor.roles) | {role for _, role in actor.team_roles}
    return "administrator" in held or bool(held & set(spec.may_assert))


def _row(actor: Actor, statement: Statement, value: Any, channel: str, moment: dt.datetime) -> Assertion:
    source = statement.source
    url = clean_url(source.url, pointer="/source_url", required=False)
    return Assertion(
        subject_type=statement.subject.type,
        subject_id=statement.subject.id,
        field=statement.field,
        value=value,
        state=statement.state,
        source_label=clean_text(source.label, pointer="/source", max_length=500),
        source_url=url,
        source_quality=source.quality,
        source_date=source.date,
        as_of=statement.as_of,
        valid_until=statement.valid_until,
        asserted_by=channel if channel == "knowledge" else actor.label,
        channel=channel,
        evidence=clean_text(statement.evidence, pointer="/evidence", max_length=5000, required=False),
        note=clean_text(statement.note, pointer="/note", max_length=5000, required=False),
        conflict=list(statement.conflict) if statement.conflict else None,
        recorded_at=moment,
        row_version=1,
    )


def assert_facts(
    *,
    actor: Actor,
    statements: Sequence[Statement],
    channel: str = "person",
    action: str = "fact.assert",
    reason: str = "",
) -> list[Assertion]:
    """Record statements; each supersedes the current ones of its channel about the same field.

    All are written or none. The caller has checked that the subjects may be changed. Raises `InvalidInput` with a
    pointer for the first statement that is wrong, `NotPermitted` where the role may not assert a field.
    """
    actor.require("facts.assert")
    if not statements:
        return []
    moment = now()
    rows = [_row(actor, statement, _check(actor, statement), channel, moment) for statement in statements]
    keys = {(row.subject_type, row.subject_id, row.field): row for row in rows}
    if len(keys) != len(rows):
        raise InvalidInput("two statements of one request are about the same field of the same subject")
    with change(actor, action, reason=reason):
        _take_turns(statements)
        replaced = list(
            Assertion.objects.select_for_update()
            .filter(
                channel=channel,
                superseded_at__isnull=True,
                subject_id__in={row.subject_id for row in rows},
                field__in={row.field for row in rows},
            )
            .order_by("id")
        )
        if len(rows) > MANY_SUBJECTS:
            copy_rows(rows)
        else:
            Assertion.objects.bulk_create(rows)
        older = [old for old in replaced if (old.subject_type, old.subject_id, old.field) in keys]
        for old in older:
            old.superseded_at = moment
            old.superseded_by = keys[(old.subject_type, old.subject_id, old.field)]
        Assertion.objects.bulk_update(older, ["superseded_at", "superseded_by"], batch_size=500)
        facts_changed.send(sender=Assertion, subjects={statement.subject for statement in statements})
    return rows


def _take_turns(statements: Sequence[Statement]) -> None:
    """Two people who speak about one subject at once are heard one after the other, so that the later supersedes."""
    subjects = sorted({f"facts {statement.subject.type} {statement.subject.id}" for statement in statements})
    # The server has room for some thousand locks: whoever speaks about very many subjects takes one lock for all.
    for subject in subjects if len(subjects) <= MANY_SUBJECTS else ("facts of many",):
        one_at_a_time(subject)


def assert_fact(*, actor: Actor, statement: Statement, reason: str = "") -> Assertion:
    """Record one statement of a person. See `assert_facts`."""
    return assert_facts(actor=actor, statements=[statement], reason=reason)[0]


def withdraw(*, actor: Actor, subjects: Sequence[tuple[str, UUID, str]], channel: str) -> int:
    """End statements of a channel without a newer one, for instance when a source falls silent. Returns how many."""
    actor.require("facts.assert")
    about = Q(pk__in=[])
    for subject_type, subject_id, field in subjects:
        about |= Q(subject_type=subject_type, subject_id=subject_id, field=field)
    with change(actor, "fact.withdraw"):
        ended = Assertion.objects.filter(about, channel=channel, superseded_at__isnull=True).update(superseded_at=now())
        facts_changed.send(sender=Assertion, subjects={SubjectRef(kind, key) for kind, key, _ in subjects})
    return ended
