"""Writes of the gate: projects and decisions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.core.canonical import digest
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import Conflict, DuplicateFound, InvalidInput
from apps.core.text import clean_text
from apps.gate.judging import Answer, answer_for, resolved_waivers
from apps.gate.models import GateDecision, KnownResult, Project
from apps.gate.requests import DecisionRequest, read_request
from apps.gate.selectors import alternatives, project_by_name
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
        raise DuplicateFound(f"A project “{name}” exists already.", existing=str(existing.id), pointer="/name")
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
    Raises `InvalidInput` with pointers, `NotFound` for a project that is not in sight, `NotPermitted` without the right.
    """
    actor.require("gate.decide")
    request = read_request(body)
    project = project_by_name(actor, request.project)
    actor.require("gate.decide", team_id=project.team_id)
    body_digest = digest(body)
    if idempotency_key:
        idempotency_key = clean_text(idempotency_key, pointer="/Idempotency-Key", max_length=200)
        earlier = GateDecision.objects.filter(project=project, idempotency_key=idempotency_key).first()
        if earlier:
            return _same(earlier, body_digest)
    with transaction.atomic(), change(actor, "gate.decide"):
        return _decide(actor, request, project, body, body_digest, idempotency_key)


def _same(earlier: GateDecision, body_digest: str) -> GateDecision:
    if earlier.body_digest != body_digest:
        raise Conflict("This idempotency key was used with another body. Use a new key for a new question.")
    return earlier


def _decide(
    actor: Actor, request: DecisionRequest, project: Project, body: Any, body_digest: str, idempotency_key: str
) -> GateDecision:
    policy = policy_in_force()
    answers = [answer_for(reference, request, project, policy) for reference in request.models]
    results = [result for answer in answers for result in answer.results]
    _mark_known(project, results)
    decision = _worst(results, answers, request.mode)
    if decision in ("block", "review"):
        offered = alternatives(request.data_class)
        for result in results:
            result["alternatives"] = [name for name in offered if name.casefold() != result["model"].casefold()]
    for result in results:
        del result["always"]
    use_ids = sorted({use_id for answer in answers for use_id in answer.use_ids})
    expired, unused = resolved_waivers(use_ids) if use_ids else ([], [])
    facts_digest = digest(sorted({found for answer in answers for found in answer.sheet_digests}))
    row = GateDecision(
        project=project,
        decision=decision,
        policy_version=policy,
        facts_digest=facts_digest,
        body_digest=body_digest,
        idempotency_key=idempotency_key,
        requested_by=actor.label,
        ref=request.ref,
        commit=request.commit,
        environment=request.environment,
        valid_until=_valid_until(answers),
        request=body,
        response={},
    )
    row.response = {
        "decision": decision,
        "decision_id": str(row.id),
        "policy": {"version": policy.label, "digest": policy.digest},
        "facts_digest": facts_digest,
        "valid_until": row.valid_until.isoformat(),
        "results": results,
        "unregistered": [gap for answer in answers for gap in answer.unregistered],
        "waived": [result for answer in answers for result in answer.waived],
        "expired_waivers": expired,
        "unused_waivers": unused,
        "receipt": f"/api/v1/gate/decisions/{row.id}/receipt",
    }
    row.save()
    if request.ref in ("", f"refs/heads/{project.default_branch}", project.default_branch):
        _remember(project, results)
    return row


def _worst(results: Sequence[Mapping[str, Any]], answers: Sequence[Answer], mode: str) -> str:
    """Block, then undecided, then review, then pass; in mode `new` only what is new or can never be waived counts."""
    counted = [result for result in results if mode == "all" or result["new"] or result["always"]]
    found = {result["effect"] for result in counted if result["outcome"] == "finding"}
    unknown = {result["effect"] for result in counted if result["outcome"] == "unknown"}
    if "block" in found:
        return "block"
    if unknown & {"block", "review"} or any(answer.unregistered for answer in answers):
        return "undecided"
    return "review" if "review" in found else "pass"


def _valid_until(answers: Sequence[Answer]) -> dt.datetime:
    """A day from now, or the midnight at which a fact changes the outcome by itself."""
    changes = [day for answer in answers for day in answer.changes if day and day > today()]
    midnights = [dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) for day in changes]
    return min([now() + ANSWER_HOLDS, *midnights]).replace(microsecond=0)


def _mark_known(project: Project, results: Sequence[dict[str, Any]]) -> None:
    known = set(
        KnownResult.objects.filter(
            project=project, fingerprint__in=[result["fingerprint"] for result in results]
        ).values_list("fingerprint", flat=True)
    )
    for result in results:
        result["new"] = result["fingerprint"] not in known


def _remember(project: Project, results: Sequence[Mapping[str, Any]]) -> None:
    """What the default branch contains is the baseline against which a branch is new."""
    new = {result["fingerprint"] for result in results if result["new"]}
    KnownResult.objects.bulk_create(
        [KnownResult(project=project, fingerprint=one) for one in sorted(new)], ignore_conflicts=True
    )
