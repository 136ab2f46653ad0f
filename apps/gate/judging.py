"""One reference against the register: which uses it means, and what their verdicts say to this job."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.findings.models import Finding, Waiver
from apps.findings.selectors import waivers_of_uses
from apps.gate.models import Project
from apps.gate.requests import DecisionRequest, ModelReference
from apps.policy.engine.judge import Judgement, Verdict, judge
from apps.policy.evaluation import judge_uses
from apps.policy.models import CurrentVerdict, DueUse, PolicyVersion
from apps.policy.publishing import compiled, content_of
from apps.policy.selectors import UNKNOWN_ENTRY
from apps.policy.sheets.entries import Entry, is_known
from apps.policy.sheets.gathering import known_values
from apps.registry.models import Use
from apps.registry.selectors import model_by_reference

DATA_CLASSES = ("public", "internal", "confidential", "restricted")


@dataclass
class Answer:
    """What one reference contributes to a decision."""

    results: list[dict[str, Any]] = field(default_factory=list)
    waived: list[dict[str, Any]] = field(default_factory=list)
    unregistered: list[dict[str, Any]] = field(default_factory=list)
    use_ids: list[UUID] = field(default_factory=list)
    sheet_digests: list[str] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)


def answer_for(reference: ModelReference, request: DecisionRequest, project: Project, policy: PolicyVersion) -> Answer:
    """Everything the gate has to say about one reference."""
    answer = Answer()
    found = _uses(reference, request, project, answer)
    if not found:
        return answer
    _judge_stale(found)
    rows = CurrentVerdict.objects.select_related("evaluation__sheet").filter(use__in=found)
    verdicts = {row.use_id: row for row in rows}
    waivers = waivers_of_uses([use.id for use in found])
    for use in found:
        row = verdicts.get(use.id)
        if row is None:
            answer.unregistered.append(_gap(reference, "This use has not been judged yet. Ask again in a minute."))
            continue
        facts = with_declared(row.evaluation.sheet.content["facts"], request)
        judgement = judge(known_values(facts), compiled(policy), today())
        answer.use_ids.append(use.id)
        answer.sheet_digests.append(row.sheet_digest)
        answer.changes.append(row.next_change_on)
        _collect(answer, reference, use, judgement, facts, policy, project, waivers.get(use.id, []))
    return answer


def _gap(reference: ModelReference, fix: str, use: Use | None = None) -> dict[str, Any]:
    place = reference.locations[0] if reference.locations else None
    return {
        "model": reference.id,
        "revision": reference.revision or None,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "fix": fix,
        "url": f"{settings.BASE_URL}/uses/new?model={reference.id}"
        if use is None
        else f"{settings.BASE_URL}/uses/{use.id}",
    }


def _uses(reference: ModelReference, request: DecisionRequest, project: Project, answer: Answer) -> list[Use]:
    """The team's uses that the reference means; when there is none, `answer.unregistered` says why."""
    model = model_by_reference(reference.id)
    if model is None:
        answer.unregistered.append(
            _gap(reference, "No model of this name is in the register. Register it and its use.")
        )
        return []
    uses = list(
        Use.objects.select_related("deployment__release", "deployment__operator", "use_case")
        .filter(team_id=project.team_id, deployment__release__model=model)
        .exclude(status=Use.Status.RETIRED)
        .order_by("id")
    )
    narrowed: list[tuple[str, list[Use]]] = [(f"{model.name} has no use of the team {project.team.name}", uses)]
    if request.use_case:
        wanted = request.use_case.casefold()
        uses = [use for use in uses if wanted in (use.use_case.name.casefold(), str(use.use_case_id), str(use.id))]
        narrowed.append((f"no use of {model.name} serves the use case “{request.use_case}”", uses))
    if request.environment:
        uses = [use for use in uses if use.deployment.environment == request.environment]
        narrowed.append((f"{model.name} is not registered for the environment {request.environment}", uses))
    if reference.operator:
        uses = [use for use in uses if _is_operator(use, reference.operator)]
        narrowed.append((f"{model.name} is not registered with the operator “{reference.operator}”", uses))
    if reference.revision:
        uses = [use for use in uses if use.deployment.release.revision.casefold() == reference.revision.casefold()]
        narrowed.append((f"the revision {reference.revision} of {model.name} is not registered", uses))
    reason = next((text for text, left in narrowed if not left), None)
    if reason:
        answer.unregistered.append(_gap(reference, f"Register the use: {reason}."))
    return uses


def _is_operator(use: Use, name: str) -> bool:
    operator = use.deployment.operator
    return operator is not None and name.casefold() in (operator.name.casefold(), (operator.key or "").casefold())


def _judge_stale(uses: Sequence[Use]) -> None:
    """Nobody is answered from a verdict that is known to be out of date."""
    ids = {use.id for use in uses}
    stale = set(DueUse.objects.filter(use_id__in=ids).values_list("use_id", flat=True))
    stale |= set(
        CurrentVerdict.objects.filter(use_id__in=ids, next_change_on__lte=today()).values_list("use_id", flat=True)
    )
    if len(ids) > CurrentVerdict.objects.filter(use_id__in=ids).count() or stale:
        judge_uses(actor=Actor.system("gate"), use_ids=sorted(ids))


def with_declared(facts: Mapping[str, Entry], request: DecisionRequest) -> Mapping[str, Entry]:
    """The facts of a use with what the job declares: it may say that it carries more than is registered, not less."""
    declared: dict[str, Entry] = {}
    registered = facts.get("use_case.data_class", UNKNOWN_ENTRY)["value"]
    if request.data_class and (
        registered is None or DATA_CLASSES.index(request.data_class) > DATA_CLASSES.index(registered)
    ):
        declared["use_case.data_class"] = _declared(request.data_class)
    categories = facts.get("use_case.data_categories", UNKNOWN_ENTRY)["value"] or []
    more = [category for category in request.data_categories if category not in categories]
    if more:
        declared["use_case.data_categories"] = _declared([*categories, *more])
    return {**facts, **declared} if declared else facts


def _declared(value: Any) -> Entry:
    return {"value": value, "state": "claimed_by_owner", "source": "Declared by the job", "as_of": today().isoformat()}


def _collect(
    answer: Answer,
    reference: ModelReference,
    use: Use,
    judgement: Judgement,
    facts: Mapping[str, Entry],
    policy: PolicyVersion,
    project: Project,
    waivers: Iterable[Waiver],
) -> None:
    rules = {rule.code: rule for rule in content_of(policy).rules}
    waived = {waiver.finding.rule_code: waiver for waiver in waivers if waiver.effective}
    for verdict in judgement.verdicts:
        if not _speaks(verdict):
            continue
        rule = rules[verdict.rule_code]
        result = _result(reference, use, verdict, facts, project)
        result |= {"title": rule.title["en"], "why": rule.statement["en"], "fix": rule.remedy["en"]}
        waiver = waived.get(verdict.rule_code) if rule.waivable else None
        if waiver:
            result["waiver"] = {"id": str(waiver.id), "expires_on": waiver.expires_on.isoformat()}
            answer.waived.append(result)
        else:
            answer.results.append(result | {"always": not rule.waivable})


def _speaks(verdict: Verdict) -> bool:
    if verdict.gate == "none":
        return False
    return verdict.outcome == "finding" or (verdict.outcome == "unknown" and verdict.on_unknown != "ignore")


def _result(
    reference: ModelReference, use: Use, verdict: Verdict, facts: Mapping[str, Entry], project: Project
) -> dict[str, Any]:
    place = reference.locations[0] if reference.locations else None
    key = "|".join((project.name, reference.id.casefold(), str(use.id), verdict.rule_code, verdict.outcome))
    return {
        "model": reference.id,
        "use": str(use.id),
        "rule": verdict.rule_code,
        "version": verdict.rule_version,
        "outcome": verdict.outcome,
        "severity": verdict.severity,
        "effect": verdict.gate,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "facts": [_shown(path, facts.get(path, UNKNOWN_ENTRY)) for path in verdict.read],
        "missing": list(verdict.missing),
        "waiver": None,
        "new": True,
        "fingerprint": hashlib.sha256(key.encode()).hexdigest(),
        "url": f"{settings.BASE_URL}/uses/{use.id}#{verdict.rule_code}",
        "alternatives": [],
    }


def _shown(path: str, entry: Entry) -> dict[str, Any]:
    return {
        "path": path,
        "value": entry["value"] if is_known(entry) else None,
        "state": entry["state"],
        "source": entry["source"],
        "as_of": entry["as_of"],
    }


def resolved_waivers(use_ids: Iterable[UUID]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Waivers that no longer help: expired ones, and ones whose finding is gone."""
    expired: list[dict[str, Any]] = []
    unused: list[dict[str, Any]] = []
    for rows in waivers_of_uses(list(use_ids)).values():
        for waiver in rows:
            shown = {
                "id": str(waiver.id),
                "rule": waiver.finding.rule_code,
                "expires_on": waiver.expires_on.isoformat(),
            }
            if not waiver.effective:
                expired.append(shown)
            elif waiver.finding.status == Finding.Status.RESOLVED:
                unused.append(shown)
    return expired, unused
