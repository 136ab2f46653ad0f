"""Reads of findings, waivers and tasks."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.core.errors import NotFound
from apps.findings.models import Finding, Task, Waiver
from apps.policy.models import Rule, Severity
from apps.policy.sheets.entries import Entry


def findings(actor: Actor) -> QuerySet[Finding]:
    """The findings on the uses that `actor` may see."""
    actor.require("findings.read")
    found = Finding.objects.select_related("use__team", "use__use_case__owner", "use__deployment__release__model")
    return found if actor.sees_all else found.filter(use__team_id__in=actor.team_ids)


@dataclass(frozen=True)
class Cause:
    """A rule with its open findings: what many rows have in common."""

    rule_code: str
    title_en: str
    title_de: str
    severity: str
    findings: int


def causes(rows: QuerySet[Finding]) -> list[Cause]:
    """The rules behind the open ones of `rows`, the most severe first, then the most frequent. Two queries."""
    grouped = (
        rows.filter(status=Finding.Status.OPEN)
        .order_by()
        .values_list("rule_code", "severity")
        .annotate(findings=Count("id"))
    )
    titles = {code: (en, de) for code, en, de in Rule.objects.values_list("code", "title_en", "title_de")}
    severities = list(Severity.values)
    found = [_cause(code, titles.get(code, (code, code)), severity, number) for code, severity, number in grouped]
    return sorted(found, key=lambda cause: (severities.index(cause.severity), -cause.findings, cause.rule_code))


def _cause(code: str, title: tuple[str, str], severity: str, number: int) -> Cause:
    return Cause(rule_code=code, title_en=title[0], title_de=title[1], severity=severity, findings=number)


def finding_by_id(actor: Actor, finding_id: UUID) -> Finding:
    """One finding with its waivers. Raises `NotFound` for one that is not in sight, too."""
    waivers_first = Prefetch("waivers", Waiver.objects.select_related("requested_by", "decided_by"))
    found = findings(actor).prefetch_related(waivers_first).filter(id=finding_id).first()
    if found is None:
        raise NotFound("There is no such finding, or it belongs to a team you are not in.")
    return found


def waivers(actor: Actor) -> QuerySet[Waiver]:
    """The waivers on the uses that `actor` may see."""
    actor.require("waivers.read")
    found = Waiver.objects.select_related("finding__use__team", "requested_by", "decided_by")
    return found if actor.sees_all else found.filter(finding__use__team_id__in=actor.team_ids)


def waiver_by_id(actor: Actor, waiver_id: UUID) -> Waiver:
    """One waiver, or `NotFound`."""
    found = waivers(actor).filter(id=waiver_id).first()
    if found is None:
        raise NotFound("There is no such waiver, or it belongs to a team you are not in.")
    return found


def tasks(actor: Actor) -> QuerySet[Task]:
    """The requests to complete records that `actor` may see."""
    actor.require("findings.read")
    found = Task.objects.select_related("use__team", "use__use_case__owner")
    return found if actor.sees_all else found.filter(use__team_id__in=actor.team_ids)


def task_by_id(actor: Actor, task_id: UUID) -> Task:
    """One task, or `NotFound`."""
    found = tasks(actor).filter(id=task_id).first()
    if found is None:
        raise NotFound("There is no such task, or it belongs to a team you are not in.")
    return found


def waivers_of_uses(use_ids: Sequence[UUID]) -> dict[UUID, list[Waiver]]:
    """Approved waivers by use, expired ones included. One query. The caller has checked the uses."""
    found: dict[UUID, list[Waiver]] = defaultdict(list)
    for waiver in (
        Waiver.objects.select_related("finding")
        .filter(finding__use_id__in=use_ids, state=Waiver.State.APPROVED)
        .order_by("id")
    ):
        found[waiver.finding.use_id].append(waiver)
    return found


def waiver_entries(
    use_ids: Sequence[UUID], *, on: dt.date, recorded: dt.datetime | None
) -> Mapping[UUID, Mapping[str, Entry]]:
    """What fact sheets hold of the waivers in effect on a day: `exception.*`."""
    found: dict[UUID, list[Waiver]] = defaultdict(list)
    for waiver in _approved(recorded).filter(finding__use_id__in=use_ids, expires_on__gte=on).order_by("id"):
        found[waiver.finding.use_id].append(waiver)
    return {use_id: _entries(rows) for use_id, rows in found.items()}


def _approved(recorded: dt.datetime | None) -> QuerySet[Waiver]:
    """The waivers that are approved, or were at a past moment."""
    rows = Waiver.objects.select_related("finding")
    if recorded is None:
        return rows.filter(state=Waiver.State.APPROVED)
    # Withdrawing is the last that happens to a waiver, so it was in effect until that row was written.
    until = Q(state=Waiver.State.APPROVED) | Q(state=Waiver.State.WITHDRAWN, updated_at__gt=recorded)
    return rows.filter(until, decided_at__lte=recorded)


def _entries(waivers_in_effect: Sequence[Waiver]) -> dict[str, Entry]:
    first = min(waivers_in_effect, key=lambda row: row.expires_on)
    values = {
        "waived_rules": sorted({row.finding.rule_code for row in waivers_in_effect}),
        "expires_on": first.expires_on.isoformat(),
        "requester": str(first.requested_by_id),
        "approver": str(first.decided_by_id),
        "compensating_controls": sorted(
            {control for row in waivers_in_effect for control in row.compensating_controls}
        ),
    }
    common = {
        "state": "verified",
        "source": "Register: waivers",
        "as_of": first.decided_at.date().isoformat() if first.decided_at else None,
        "valid_until": first.expires_on.isoformat(),
    }
    return {f"exception.{field}": {"value": value, **common} for field, value in values.items()}


def overdue(actor: Actor) -> QuerySet[Finding]:
    """Open findings past their day."""
    return findings(actor).filter(status=Finding.Status.OPEN, due_on__lt=today())


def ending_waivers(actor: Actor, within_days: int = 30) -> QuerySet[Waiver]:
    """Waivers in effect that end within some days, the next one first."""
    until = today() + dt.timedelta(days=within_days)
    in_effect = waivers(actor).filter(state=Waiver.State.APPROVED, expires_on__gte=today(), expires_on__lte=until)
    return in_effect.order_by("expires_on", "id")


def waivers_to_decide(actor: Actor) -> QuerySet[Waiver]:
    """Waivers that wait for `actor`: asked for by somebody else, and the right to decide is held."""
    proposed = waivers(actor).filter(state=Waiver.State.PROPOSED, expires_on__gt=today()).order_by("created_at", "id")
    return proposed.exclude(requested_by_id=actor.user_id) if actor.may("waivers.decide") else proposed.none()
