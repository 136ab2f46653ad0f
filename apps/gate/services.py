"""Writes of the gate: projects and decisions."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.core.canonical import digest
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now, today
from apps.core.errors import Conflict, DuplicateFound, InvalidInput, filled
from apps.core.text import clean_text
from apps.gate.judging import DATA_CLASSES, Answer, answer_to
from apps.gate.models import GateDecision, KnownResult, Project
from apps.gate.requests import DecisionRequest, read_request
from apps.gate.selectors import alternatives, project_by_name
from apps.policy.models import PolicyVersion
from apps.policy.publishing import policy_in_force

ANSWER_HOLDS = dt.timedelta(hours=24)
"""How long a decision may be relied on when no fact changes by itself before."""


def create_project(
    *, actor: Actor, name: str, team: Team, description: str = "", default_branch: str = "main"
) -> Project:
    """Enter a project whose jobs may ask the gate. Raises `DuplicateFound` for a name that is taken."""
    actor.require("gate.manage", team_id=team.id)
    name = clean_text(name, pointer="/name", max_length=120).lower()
    if not all((character.isalnum() and character.isascii()) or character in "-_" for character in name):
        raise InvalidInput("must consist of letters, digits, hyphens and underscores", pointer="/name")
    existing = Project.objects.filter(name=name).first()
    if existing:
        message = filled("A project “%(name)s” exists already.", name=name)
        raise DuplicateFound(message, existing=str(existing.id), pointer="/name")
    with change(actor, "project.create"):
        project = Project(
            name=name,
            team=team,
            description=clean_text(description, pointer="/description", max_length=1000, required=False),
            default_branch=clean_text(default_branch, pointer="/default_branch", max_length=200),
        )
        project.save()
    return project


def decide(*, actor: Actor, body: Any, idempotency_key: str = "") -> GateDecision:
    """Answer a CI job: may these models be used by this project? Always at once, never with a ticket to poll.

    The same idempotency key with the same body gets the same decision, with another body `Conflict`.
    Raises `InvalidInput` with pointers, `NotFound` for a project that is not in sight, `NotPermitted` without the
    right.
    """
    actor.require("gate.decide")
    request = read_request(body)
    project = project_by_name(actor, request.project)
    actor.require("gate.decide", team_id=project.team_id)
    idempotency_key = clean_text(idempotency_key, pointer="/Idempotency-Key", max_length=200, required=False)
    with change(actor, "gate.decide"):
        if idempotency_key:
            one_at_a_time(f"gate {project.id} {idempotency_key}")
            earlier = GateDecision.objects.filter(project=project, idempotency_key=idempotency_key).first()
            if earlier:
                return _same(earlier, digest(body))
        return _decide(actor, request, project, body, idempotency_key)


def _same(earlier: GateDecision, body_digest: str) -> GateDecision:
    if earlier.body_digest != body_digest:
        raise Conflict("This idempotency key was used with another body. Use a new key for a new question.")
    return earlier


def _decide(actor: Actor, request: DecisionRequest, project: Project, body: Any, idempotency_key: str) -> GateDecision:
    policy = policy_in_force()
    answer = answer_to(request, project, policy)
    _mark_known(project, answer.results)
    decision = _worst(answer, request.mode)
    _offer_alternatives(answer, decision)
    row = GateDecision(
        project=project,
        decision=decision,
        policy_version=policy,
        facts_digest=digest(sorted(answer.sheet_digests)),
        body_digest=digest(body),
        idempotency_key=idempotency_key,
        requested_by=actor.label,
        ref=request.ref,
        commit=request.commit,
        environment=request.environment,
        valid_until=_valid_until(answer.changes),
        request=body,
        response={},
    )
    row.response = _response(row, policy, answer)
    row.save()
    if request.ref in (f"refs/heads/{project.default_branch}", project.default_branch):
        _remember(project, answer)
    return row


def _response(row: GateDecision, policy: PolicyVersion, answer: Answer) -> dict[str, Any]:
    """The answer as the contract has it."""
    return {
        "decision": row.decision,
        "decision_id": str(row.id),
        "policy": {"version": policy.label, "digest": policy.digest},
        "facts_digest": row.facts_digest,
        "valid_until": row.valid_until.isoformat(),
        "results": answer.results,
        "unregistered": answer.unregistered,
        "waived": answer.waived,
        "expired_waivers": answer.expired_waivers,
        "unused_waivers": answer.unused_waivers,
        "receipt": f"/api/v1/gate/decisions/{row.id}/receipt",
    }


def _worst(answer: Answer, mode: str) -> str:
    """Block, then undecided, then review, then pass; in mode `new` only what is new or can never be waived counts."""
    counted = [one for one in answer.results if mode == "all" or one["new"] or not one["waivable"]]
    found = {result["effect"] for result in counted if result["outcome"] == "finding"}
    unknown = {result["effect"] for result in counted if result["outcome"] == "unknown"}
    if "block" in found:
        return "block"
    if unknown & {"block", "review"} or answer.unregistered:
        return "undecided"
    return "review" if "review" in found else "pass"


def _offer_alternatives(answer: Answer, decision: str) -> None:
    """Name models that may carry what these uses carry; where that is not known, only what may carry everything."""
    if decision not in ("block", "review"):
        return
    ranks = [DATA_CLASSES.index(one) if one else len(DATA_CLASSES) - 1 for one in answer.data_classes]
    offered = alternatives(carrying=DATA_CLASSES[max(ranks, default=0) :], besides=answer.model_ids)
    for result in answer.results:
        result["alternatives"] = offered


def _valid_until(changes: Iterable[dt.date]) -> dt.datetime:
    """A day from now, or the midnight at which a fact changes the outcome by itself."""
    midnights = [timezone.make_aware(dt.datetime.combine(day, dt.time())) for day in changes if day > today()]
    return min([now() + ANSWER_HOLDS, *midnights]).astimezone(dt.UTC).replace(microsecond=0)


def _mark_known(project: Project, results: Sequence[dict[str, Any]]) -> None:
    asked = {result["fingerprint"] for result in results}
    known = set(
        KnownResult.objects.filter(project=project, fingerprint__in=asked).values_list("fingerprint", flat=True)
    )
    for result in results:
        result["new"] = result["fingerprint"] not in known


def _remember(project: Project, answer: Answer) -> None:
    """What the default branch contains is the baseline; what is gone from there is new again when it comes back."""
    present = {result["fingerprint"] for result in answer.results}
    KnownResult.objects.filter(project=project, fingerprint__in=answer.possible - present).delete()
    KnownResult.objects.bulk_create(
        [KnownResult(project=project, fingerprint=one) for one in sorted(present)], ignore_conflicts=True
    )
