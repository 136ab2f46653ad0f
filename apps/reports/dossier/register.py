"""Where the model runs and what for, as far as the reader sees it."""

from typing import Any

from apps.policy.models import DueUse, Severity
from apps.registry.models import Deployment, Use, UseCase
from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import day


def deployments(scope: Scope) -> list[dict[str, Any]]:
    """Every deployment in sight with its hosting facts."""
    used: dict[Any, list[int]] = {}
    for use in scope.uses:
        used.setdefault(use.deployment_id, []).append(scope.use_numbers[use.id])
    return [_deployment(scope, row, used.get(row.id, [])) for row in scope.deployments]


def _deployment(scope: Scope, row: Deployment, used: list[int]) -> dict[str, Any]:
    return {
        "number": scope.deployment_numbers[row.id],
        "id": str(row.id),
        "name": row.name,
        "team": row.team.name if row.team else "",
        "revision": row.release.revision,
        "offer": {"en": row.offer.title_en, "de": row.offer.title_de} if row.offer else None,
        "uses": used,
        "facts": scope.ledger.facts("deployment", scope.facts_of("deployment", row.id), scope.names),
    }


def use_cases(scope: Scope) -> list[dict[str, Any]]:
    """Every use case in sight once, with its data, countries and people."""
    used: dict[Any, list[Use]] = {}
    for use in scope.uses:
        used.setdefault(use.use_case_id, []).append(use)
    return [_use_case(scope, found[0].use_case, found) for found in used.values()]


def _use_case(scope: Scope, row: UseCase, used: list[Use]) -> dict[str, Any]:
    return {
        "number": scope.use_case_numbers[row.id],
        "id": str(row.id),
        "name": row.name,
        "uses": [scope.use_numbers[use.id] for use in used],
        "facts": scope.ledger.facts("use_case", scope.facts_of("use_case", row.id), scope.names),
    }


def uses(scope: Scope) -> list[dict[str, Any]]:
    """Every use in sight with its decision and what the decision rests on."""
    waiting = set(DueUse.objects.filter(use_id__in=list(scope.use_numbers)).values_list("use_id", flat=True))
    return [_use(scope, use, use.id in waiting) for use in scope.uses]


def _use(scope: Scope, use: Use, waiting: bool) -> dict[str, Any]:
    return {
        "number": scope.use_numbers[use.id],
        "id": str(use.id),
        "name": use.name,
        "team": use.team.name if use.team else "",
        "status": use.status,
        "deployment": scope.deployment_numbers.get(use.deployment_id),
        "use_case": scope.use_case_numbers[use.use_case_id],
        "facts_changed_since": waiting,
        "verdict": _verdict(scope, use),
    }


def _verdict(scope: Scope, use: Use) -> dict[str, Any] | None:
    evaluation = scope.evaluations.get(use.id)
    if evaluation is None:
        return None
    outcomes = list(evaluation.outcomes.values())
    severities = [outcome["severity"] for outcome in outcomes if outcome.get("severity")]
    return {
        "decision": evaluation.decision,
        "judged_at": evaluation.created_at.isoformat(timespec="seconds"),
        "judged_on": day(evaluation.on),
        "facts_digest": evaluation.sheet.digest,
        "policy_version": evaluation.policy_version.label,
        "policy_digest": evaluation.policy_version.digest,
        "worst_severity": min(severities, key=Severity.values.index, default=""),
        **{
            name: sum(outcome["outcome"] == name for outcome in outcomes)
            for name in ("finding", "unknown", "pass", "not_applicable")
        },
    }
