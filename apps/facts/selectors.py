"""Reads of facts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.clock import today
from apps.facts.models import Assertion
from apps.facts.resolution import Fact, resolve_facts, sides_of
from apps.facts.subjects import SubjectRef

FactsBySubject = dict[SubjectRef, dict[str, Fact]]
_COLUMNS = (
    *("value", "state", "source_label", "source_url", "source_quality", "as_of", "valid_until"),
    *("asserted_by", "note", "id", "conflict"),
)
"""In the order of the fields of `Fact`."""


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
    subjects: Iterable[SubjectRef], *, recorded: dt.datetime | None = None, on: dt.date | None = None
) -> FactsBySubject:
    """The facts of many subjects by field, in one query. A field nobody spoke about is absent: it is unknown.

    `recorded` asks what was known at a past moment; `on` is the day on which validity is judged.
    """
    subjects = list(subjects)
    day = on or (recorded.date() if recorded else today())
    said: dict[tuple[str, UUID], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    # Plain columns: a sheet reads some twenty statements, and rows as objects would take most of its time.
    for subject_type, subject_id, field, *columns in assertions_at(subjects, recorded).values_list(
        "subject_type", "subject_id", "field", *_COLUMNS
    ):
        columns[-1] = sides_of(columns[-1]) if columns[-1] else ()
        said[subject_type, subject_id][field].append(Fact(*columns))
    return {
        subject: {field: resolve_facts(facts, day) for field, facts in said[subject.type, subject.id].items()}
        for subject in subjects
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
