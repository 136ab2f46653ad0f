"""Findings that were accepted for a time, asked for or decided."""

from typing import Any

from apps.findings.models import Waiver
from apps.findings.selectors import waivers as waivers_in_sight
from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import day


def waivers(scope: Scope) -> list[dict[str, Any]]:
    """Every waiver on a use in sight, newest first."""
    rows = waivers_in_sight(scope.reader).filter(
        finding__use_id__in=list(scope.use_numbers), created_at__lte=scope.as_of
    )
    return [_waiver(scope, row) for row in rows.order_by("-created_at", "-id")]


def _waiver(scope: Scope, row: Waiver) -> dict[str, Any]:
    return {
        "rule": row.finding.rule_code,
        "use": scope.use_numbers[row.finding.use_id],
        "state": row.state,
        "in_effect": row.state == Waiver.State.APPROVED and row.expires_on >= scope.as_of.date(),
        "reason": row.reason,
        "compensating_controls": [str(control) for control in row.compensating_controls],
        "expires_on": day(row.expires_on),
        "requested_by": row.requested_by.name,
        "requested_on": day(row.created_at.date()),
        "decided_by": row.decided_by.name if row.decided_by else "",
        "decided_on": day(row.decided_at.date()) if row.decided_at else None,
        "decision_reason": row.decision_reason,
    }
