"""The queue of findings by cause, one finding, and the requests to complete records."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.selectors import teams
from apps.audit.selectors import history
from apps.core.clock import today
from apps.facts.catalogue import paths
from apps.findings import selectors
from apps.findings.models import Finding, Task
from apps.policy.models import GateEffect, Severity
from apps.policy.selectors import explain, rule_by_code, verdict_of
from apps.web.facts import line
from apps.web.lists import Filter, Order, choices_of, list_page
from apps.web.pages import language, page

SHOWN_HISTORY = 50


def _due(rows: QuerySet[Finding], value: str) -> QuerySet[Finding]:
    return rows.filter(due_on__lt=today()) if value == "overdue" else rows.filter(due_on__gte=today())


_CLOSED = (
    (Finding.Status.WAIVED.value, Finding.Status.WAIVED.label),
    (Finding.Status.RESOLVED.value, Finding.Status.RESOLVED.label),
    ("any", _("All")),
)


_DONE = ((Task.Status.DONE.value, Task.Status.DONE.label), ("any", _("All")))


def _by_status(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows if value == "any" else rows.filter(status=value)


@page()
def findings(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The queue: causes on the left, the findings of the chosen one, or all, on the right. Open ones unless asked."""
    rows = selectors.findings(actor)
    rule = request.GET.get("rule", "")
    shown = rows.filter(rule_code=rule) if rule else rows
    if not request.GET.get("status"):
        shown = shown.filter(status=Finding.Status.OPEN)
    context = {"causes": selectors.causes(rows), "rule": rule}
    return list_page(
        request,
        "findings/findings.html",
        shown,
        orders=(Order("opened", ("-opened_at",)), Order("use", ("use__name",)), Order("rule", ("rule_code",))),
        filters=(
            Filter("severity", _("Severity"), Severity.choices),
            Filter("gate", _("Gate"), GateEffect.choices),
            Filter("team", _("Team"), choices_of(teams(actor)), "use__team_id"),
            Filter("due", _("Due"), (("overdue", _("Overdue")), ("later", _("Not yet"))), _due),
            Filter("status", _("Status"), _CLOSED, _by_status, empty=Finding.Status.OPEN.label),
        ),
        search=("rule_code", "title_en", "title_de", "use__name"),
        hidden=("rule",),
        context=context,
    )


@page()
def finding(request: HttpRequest, actor: Actor, finding_id: UUID) -> HttpResponse:
    """One finding: the rule's sentence, the facts that decided, what to do, its waivers and its life so far."""
    found = selectors.finding_by_id(actor, finding_id)
    verdict = verdict_of(found.use_id)
    explained = {one.rule.code: one for one in explain(verdict.evaluation)} if verdict else {}
    why = explained.get(found.rule_code)
    lines = [line(path, entry, language()) for path, entry in why.facts] if why else []
    waivers = list(found.waivers.all())
    alive = any(waiver.state == "proposed" or waiver.effective for waiver in waivers)
    may_waive = found.waivable and not alive and found.status != Finding.Status.RESOLVED
    context = {
        "finding": found,
        "rule": rule_by_code(found.rule_code) if why else None,
        "why": why,
        "lines": lines,
        "waivers": waivers,
        "may_waive": may_waive and actor.may("waivers.request", team_id=found.use.team_id),
        "history": history([found.id])[:SHOWN_HISTORY],
    }
    return render(request, "findings/finding.html", context)


@page()
def tasks(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Records to complete: which facts are missing, and how many rules wait for them. Open ones unless asked."""
    rows = selectors.tasks(actor)
    return list_page(
        request,
        "findings/tasks.html",
        rows if request.GET.get("status") else rows.filter(status=Task.Status.OPEN),
        orders=(Order("use", ("use__name",)), Order("asked", ("-created_at",))),
        filters=(
            Filter("status", _("Status"), _DONE, _by_status, empty=Task.Status.OPEN.label),
            Filter("team", _("Team"), choices_of(teams(actor)), "use__team_id"),
        ),
        search=("use__name",),
        decorate=_name_facts,
    )


def _name_facts(rows: object) -> None:
    known = paths()
    for task in rows:  # type: ignore[attr-defined]
        wanted = [(one["path"], len(one["rules"])) for one in task.missing]
        task.wanted = [(known[path].label_in(language()) if path in known else path, count) for path, count in wanted]
