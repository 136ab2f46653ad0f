"""Statements about subjects of the register, and the columns that mirror some of them for lists and look-ups."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model as DjangoModel

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation, User
from apps.core.changes import change
from apps.core.clock import today
from apps.core.errors import InvalidInput, NotFound, NotPermitted, filled
from apps.facts.catalogue import FIELDS
from apps.facts.models import Assertion, State
from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts
from apps.facts.services import Statement, assert_facts, may_assert
from apps.facts.subjects import SourceRef, SubjectRef
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.registry.licensing import CONCLUDED, DECLARED
from apps.registry.models import Deployment, Model, Release, Use, UseCase
from apps.registry.services.licensing import mirror_licences

MAX_DECLARED = 300


@dataclass(frozen=True, kw_only=True)
class FactInput:
    """One statement as it comes from a form, a request or a file."""

    field: str
    value: Any = None
    state: str = "claimed_by_owner"
    source: str = ""
    source_url: str = ""
    source_quality: str = "primary"
    as_of: dt.date | None = None
    valid_until: dt.date | None = None
    evidence: str = ""
    note: str = ""
    conflict: Sequence[dict[str, Any]] | None = None

    def about(self, subject: SubjectRef, actor: Actor) -> Statement:
        """The statement about `subject`; without a source of its own it is what the actor says today."""
        return Statement(
            subject=subject,
            field=self.field,
            value=self.value,
            state=self.state,
            source=SourceRef(self.source or f"Stated by {actor.label}", self.source_url, self.source_quality),
            as_of=self.as_of or today(),
            valid_until=self.valid_until,
            evidence=self.evidence,
            note=self.note,
            conflict=self.conflict,
        )


_SUBJECTS: dict[str, type[DjangoModel]] = {
    "org": Organisation,
    "party": Party,
    "model": Model,
    "release": Release,
    "licence": Licence,
    "deployment": Deployment,
    "use_case": UseCase,
    "screening": Use,
}

_SHARED = frozenset({"party", "model", "licence"})
"""Subjects that all teams have in common."""

# Field of the catalogue -> column, and what stands in the column while the fact is unknown or disputed.
_MIRRORED: dict[str, dict[str, tuple[str, Any]]] = {
    "deployment": {
        "environment": ("environment", "unknown"),
        "hosting_mode": ("hosting_mode", "unknown"),
        "operator": ("operator_id", None),
        "observed_only": ("observed_only", False),
    },
    "use_case": {
        "owner": ("owner_id", None),
        "deputy": ("deputy_id", None),
        "approver": ("approver_id", None),
        "next_review": ("next_review", None),
    },
    "model": {
        "developer": ("developer_id", None),
        "kind": ("kind", "unknown"),
        "access": ("access", "unknown"),
    },
}


_LICENCES = frozenset({CONCLUDED, DECLARED})


def require_shared(actor: Actor) -> None:
    """What all teams share is changed by those who see the whole register, as its facts are."""
    actor.require("register.change")
    if not actor.sees_all:
        raise NotPermitted("What all teams share is changed by a compliance officer; send them what you know.")


def subject_for_change(actor: Actor, subject_type: str, subject_id: UUID) -> Any:
    """The object that is to be spoken about, if `actor` may.

    A team speaks about its own deployments and use cases and about the releases it runs; about everything that all
    teams share (models, parties, licences, the organisation) only somebody who sees the whole register does.
    Raises `NotFound` for what is not in sight, `NotPermitted` for what is shared.
    """
    actor.require("facts.assert")
    kind = _SUBJECTS.get(subject_type)
    if kind is None:
        raise InvalidInput(f"must be one of {', '.join(_SUBJECTS)}", pointer="/subject_type")
    found = kind._default_manager.filter(pk=subject_id).first()
    if found is None or not _in_sight(actor, found):
        raise NotFound(f"There is no such {subject_type.replace('_', ' ')}, or it belongs to a team you are not in.")
    if subject_type == "org":
        actor.require("organisation.change")
    elif subject_type in _SHARED and not actor.sees_all:
        raise NotPermitted("Facts that all teams share are stated by a compliance officer; send them what you know.")
    return found


def may_state(actor: Actor, subject_type: str, field: str) -> bool:
    """Whether a page offers `actor` to speak about a field of a subject in sight; `state_facts` decides again."""
    spec = FIELDS.get(subject_type, {}).get(field)
    if spec is None or not spec.asserted or not actor.may("facts.assert") or not may_assert(actor, spec):
        return False
    if subject_type == "org":
        return actor.may("organisation.change")
    return actor.sees_all or subject_type not in _SHARED


def _in_sight(actor: Actor, found: Any) -> bool:
    if actor.sees_all:
        return True
    if isinstance(found, Deployment | UseCase | Use):
        return found.team_id in actor.team_ids
    if isinstance(found, Release):
        return Use.objects.filter(deployment__release=found, team_id__in=actor.team_ids).exists()
    return True


def state_facts(
    *,
    actor: Actor,
    subject_type: str,
    subject_id: UUID,
    facts: Sequence[FactInput],
    reason: str = "",
    channel: str = "person",
) -> list[Assertion]:
    """Record what somebody says about one subject, and keep the mirrored columns in step. All or nothing."""
    found = subject_for_change(actor, subject_type, subject_id)
    with change(actor, f"{subject_type}.state_facts", reason=reason):
        return write_facts(actor, SubjectRef(subject_type, subject_id), found, facts, channel=channel)


def write_facts(
    actor: Actor, subject: SubjectRef, found: Any, facts: Sequence[FactInput], *, channel: str = "person"
) -> list[Assertion]:
    """Like `state_facts`, for a caller that has checked the subject and opened the change."""
    _check_references(subject.type, facts)
    keep_word_of_columns({subject: {fact.field for fact in facts}}, channel=channel)
    rows = assert_facts(actor=actor, statements=[fact.about(subject, actor) for fact in facts], channel=channel)
    mirror(subject, found, {fact.field for fact in facts})
    return rows


def _check_references(subject_type: str, facts: Sequence[FactInput]) -> None:
    if subject_type == "release":
        _check_licences(facts)
    for fact in facts:
        column, _ = _MIRRORED.get(subject_type, {}).get(fact.field, ("", None))
        if fact.value is None or not column.endswith("_id"):
            continue
        known = Party.objects if column in ("operator_id", "developer_id") else User.objects
        try:
            exists = known.filter(pk=UUID(str(fact.value))).exists()
        except ValueError:
            exists = False
        if not exists:
            raise InvalidInput("there is nobody with this identifier", pointer=f"/{fact.field}")


def _check_licences(facts: Sequence[FactInput]) -> None:
    for fact in facts:
        if fact.field == CONCLUDED and fact.value is not None and not Licence.objects.filter(key=fact.value).exists():
            raise InvalidInput("there is no licence of this key", pointer=f"/{CONCLUDED}")
        if fact.field == DECLARED and isinstance(fact.value, str) and len(fact.value) > MAX_DECLARED:
            message = filled("must have at most %(most)d characters", most=MAX_DECLARED)
            raise InvalidInput(message, pointer=f"/{DECLARED}")


def keep_word_of_columns(fields: Mapping[SubjectRef, set[str]], *, channel: str) -> None:
    """Make statements of what the row of a model says by itself, before somebody else speaks about the same fields.

    A model is entered with a developer, a kind and an access; that word has a source and a day, and is not lost to
    whoever speaks later. Statements of `channel` supersede what their own channel said, so of it nothing is kept.
    """
    mine = {one.id: names & _MIRRORED["model"].keys() for one, names in fields.items() if one.type == "model"}
    wanted = {key: names for key, names in mine.items() if names}
    if not wanted:
        return
    spoken = set(
        Assertion.objects.filter(subject_type="model", subject_id__in=wanted, field__in=_MIRRORED["model"])
        .order_by()
        .values_list("subject_id", "field")
    )
    found: dict[str, list[Statement]] = {}
    for model in Model.objects.filter(id__in=wanted).exclude(state__in=(State.UNKNOWN, State.DISPUTED)):
        for name in sorted(wanted[model.id]):
            column, nothing = _MIRRORED["model"][name]
            value = getattr(model, column)
            if value != nothing and (model.id, name) not in spoken and model.channel != channel:
                found.setdefault(model.channel, []).append(_word(model, name, str(value)))
    for of, statements in found.items():
        assert_facts(actor=Actor.system("register"), statements=statements, channel=of)


def _word(model: Model, field: str, value: str) -> Statement:
    source = SourceRef(model.source_label, model.source_url)
    day = model.as_of or model.created_at.date()
    return Statement(
        subject=SubjectRef("model", model.id), field=field, value=value, state=model.state, source=source, as_of=day
    )


def mirror(subject: SubjectRef, found: Any, fields: set[str]) -> None:
    """Bring the columns that mirror `fields` of one subject in step with its facts."""
    if subject.type == "release" and fields & _LICENCES:
        mirror_licences([found])
        return
    if not _mirrored(subject, fields):
        return
    _bring_in_step(found, _mirrored(subject, fields), current_facts([subject])[subject])


def mirror_many(fields: Mapping[SubjectRef, set[str]]) -> None:
    """Like `mirror` for many subjects of an import: a few queries for all, and one for each row that changes."""
    licensed = {subject.id for subject, names in fields.items() if subject.type == "release" and names & _LICENCES}
    mirror_licences(Release.objects.filter(id__in=licensed))
    subjects = {subject: entries for subject, names in fields.items() if (entries := _mirrored(subject, names))}
    resolved = current_facts(subjects) if subjects else {}
    for kind in dict.fromkeys(subject.type for subject in subjects):
        rows = _SUBJECTS[kind]._default_manager.in_bulk([one.id for one in subjects if one.type == kind])
        for subject, entries in subjects.items():
            if subject.type == kind and subject.id in rows:
                _bring_in_step(rows[subject.id], entries, resolved[subject])


def _mirrored(subject: SubjectRef, fields: set[str]) -> dict[str, tuple[str, Any]]:
    return {name: entry for name, entry in _MIRRORED.get(subject.type, {}).items() if name in fields}


def _bring_in_step(found: Any, mirrored: Mapping[str, tuple[str, Any]], facts: Mapping[str, Fact]) -> None:
    changed = []
    for name, (column, otherwise) in mirrored.items():
        fact = facts.get(name)
        if name == "developer" and fact and fact.state == State.DISPUTED:
            continue  # whoever was named first goes on being screened until somebody decides
        value = fact.value if fact and fact.known else otherwise
        if column == "next_review" and isinstance(value, str):
            value = dt.date.fromisoformat(value)
        elif column.endswith("_id") and value is not None:
            value = UUID(str(value))
        if getattr(found, column) != value:
            setattr(found, column, value)
            changed.append(column.removesuffix("_id"))
    if changed:
        found.save(update_fields=changed)
