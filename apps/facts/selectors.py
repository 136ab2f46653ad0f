"""Reads of facts."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from apps.core.clock import today
from apps.facts.models import Assertion
from apps.facts.resolution import Fact, resolve_facts, sides_of
from apps.facts.subjects import SubjectRef

FactsBySubject = dict[SubjectRef, dict[str, Fact]]
_COLUMNS = (
    *("written", "state", "source_label", "source_url", "source_quality", "as_of", "valid_until"),
    *("asserted_by", "note", "id", "conflict"),
)
"""In the order of the fields of `Fact`; `written` is the value as JSON."""
_NESTED = ("[", "{")


def assertions_at(subjects: Iterable[SubjectRef], recorded: dt.datetime | None = None) -> QuerySet[Assertion]:
    """The statements about `subjects` that were current at the moment `recorded`, now by default. One query."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for subject in subjects:
        by_type[subject.type].add(subject.id)
    about = Q(pk__in=[])
    for subject_type, ids in by_type.items():
        about |= Q(subject_type=subject_type, subject_id__in=ids)
    if recorded is None:
        return Assertion.objects.filter(about, superseded_at__isnull=True)
    return Assertion.objects.filter(about, recorded_at__lte=recorded).filter(
        Q(superseded_at__isnull=True) | Q(superseded_at__gt=recorded)
    )


def current_facts(
    subjects: Iterable[SubjectRef],
    *,
    recorded: dt.datetime | None = None,
    on: dt.date | None = None,
    fields: Collection[str] | None = None,
) -> FactsBySubject:
    """The facts of many subjects by field, in one query. A field nobody spoke about is absent: it is unknown.

    `recorded` asks what was known at a past moment; `on` is the day on which validity is judged; `fields` narrows down
    what is read.
    """
    subjects = list(subjects)
    rows = assertions_at(subjects, recorded)
    found = _resolved(rows, on or (recorded.date() if recorded else today()), fields)
    return {subject: found.get(subject, {}) for subject in subjects}


def facts_of_all(subject_type: str, fields: Collection[str]) -> FactsBySubject:
    """Some current facts of every subject of a type about which anything is said, in one query."""
    rows = Assertion.objects.filter(subject_type=subject_type, superseded_at__isnull=True)
    return _resolved(rows, today(), fields)


def _resolved(rows: QuerySet[Assertion], day: dt.date, fields: Collection[str] | None) -> FactsBySubject:
    said: dict[tuple[str, UUID], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    if fields is not None:
        rows = rows.filter(field__in=fields)
    # Plain columns: a sheet reads some twenty statements, and rows as objects would take most of its time. For the same
    # reason each text, number and truth is read once, however many statements hold it.
    read: dict[str | None, Any] = {None: None}
    rows = rows.annotate(written=Cast("value", TextField()))
    for subject_type, subject_id, field, written, *columns in rows.values_list(
        "subject_type", "subject_id", "field", *_COLUMNS
    ):
        if written in read:
            value = read[written]
        else:
            value = json.loads(written)
            if not written.startswith(_NESTED):
                read[written] = value
        columns[-1] = sides_of(columns[-1]) if columns[-1] else ()
        said[subject_type, subject_id][field].append(Fact(value, *columns))
    return {
        SubjectRef(*key): {field: resolve_facts(facts, day) for field, facts in found.items()}
        for key, found in said.items()
    }


def history_of(subject: SubjectRef, field: str | None = None) -> QuerySet[Assertion]:
    """Every statement ever made about a subject, newest first."""
    found = Assertion.objects.filter(subject_type=subject.type, subject_id=subject.id)
    return (found.filter(field=field) if field else found).order_by("-recorded_at", "-id")


def statements_about(subjects: Iterable[SubjectRef]) -> QuerySet[Assertion]:
    """Every statement ever made about some subjects, newest first. One query."""
    about = Q(pk__in=[])
    for subject in subjects:
        about |= Q(subject_type=subject.type, subject_id=subject.id)
    return Assertion.objects.filter(about).order_by("-recorded_at", "-id")
