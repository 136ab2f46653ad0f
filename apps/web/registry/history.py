"""What happened to a use: entries of the journal, and who said what about it when."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.accounts.selectors import names_of
from apps.audit.models import AuditEntry
from apps.audit.selectors import history
from apps.facts.catalogue import FIELDS
from apps.facts.models import Assertion
from apps.facts.selectors import statements_about
from apps.facts.subjects import SubjectRef
from apps.facts.words import in_words
from apps.parties.selectors import parties
from apps.registry.models import Use
from apps.web.audit.wording import changes, subject_word

NEWEST = 50


@dataclass(frozen=True)
class Event:
    """One entry of the journal in words."""

    entry: AuditEntry
    subject: str
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Said:
    """One statement in words."""

    statement: Assertion
    label: str
    text: str


def events(use: Use, moment: dt.datetime | None) -> list[Event]:
    """The newest entries about the use, its deployment and its use case. The caller has checked the use."""
    rows = history((use.id, use.deployment_id, use.use_case_id)).filter(
        subject_type__in=("registry.use", "registry.deployment", "registry.usecase")
    )
    rows = rows.filter(at__lte=moment) if moment else rows
    return [Event(row, subject_word(row.subject_type), changes(row)) for row in rows[:NEWEST]]


def statements(use: Use, moment: dt.datetime | None, language: str) -> list[Said]:
    """The newest statements about the use, its deployment and its use case, superseded ones included."""
    subjects = [
        SubjectRef("deployment", use.deployment_id),
        SubjectRef("use_case", use.use_case_id),
        SubjectRef("screening", use.id),
    ]
    found = statements_about(subjects)
    rows = list((found.filter(recorded_at__lte=moment) if moment else found)[:NEWEST])
    return said(rows, language)


def said(rows: Sequence[Assertion], language: str) -> list[Said]:
    """Statements in words: people and parties by name. Two queries."""
    names = _names(rows)
    return [_said(row, names, language) for row in rows]


def _said(row: Assertion, names: dict[str, str], language: str) -> Said:
    spec = FIELDS.get(row.subject_type, {}).get(row.field)
    text = "" if row.value is None else names.get(str(row.value)) or in_words(spec, row.value, language)
    return Said(row, spec.label_in(language) if spec else row.field, text)


def _names(rows: Iterable[Assertion]) -> dict[str, str]:
    wanted: dict[str, set[UUID]] = {"user": set(), "party": set()}
    for row in rows:
        spec = FIELDS.get(row.subject_type, {}).get(row.field)
        if spec and spec.type in wanted and row.value:
            wanted[spec.type].add(UUID(str(row.value)))
    found = {str(key): name for key, name in parties().filter(id__in=wanted["party"]).values_list("id", "name")}
    return found | {str(key): name for key, name in names_of(wanted["user"]).items()}
