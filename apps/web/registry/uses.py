"""The register of uses and the page of one use."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.selectors import teams
from apps.core.errors import Conflict
from apps.findings.models import Finding
from apps.findings.selectors import findings, waivers
from apps.policy.evaluation import judge_use
from apps.policy.models import Decision
from apps.policy.selectors import UNKNOWN_ENTRY, verdict_of
from apps.policy.sheets import gather_sheets
from apps.registry import services
from apps.registry.models import Environment, HostingMode, Use
from apps.registry.selectors import use_by_id, uses
from apps.reviews.selectors import waiting_on
from apps.web.facts import line
from apps.web.forms import attempt
from apps.web.lists import Filter, Order, choices_of, list_page
from apps.web.pages import language, page
from apps.web.registry.forms import AsOfForm, ClaimForm, RetireForm
from apps.web.registry.judging import in_words, judge_again
from apps.web.registry.parts import ALL, PARTS, Scope
from apps.web.registry.subjects import Subjects
from apps.web.registry.verdicts import Shown, shown

ORDERS = (Order("name", ("name",)), Order("changed", ("-updated_at",)))
WHERE = ("deployment.hosting_mode", "deployment.operator", "deployment.region", "deployment.environment")
"""Facts that the head of the page says in words."""
NO_TEAM, NOT_JUDGED = "none", "none"


def _by_team(rows: QuerySet[Use], value: str) -> QuerySet[Use]:
    return rows.filter(team__isnull=True) if value == NO_TEAM else rows.filter(team_id=value)


def _by_decision(rows: QuerySet[Use], value: str) -> QuerySet[Use]:
    return rows.filter(verdict__isnull=True) if value == NOT_JUDGED else rows.filter(verdict__decision=value)


def _filters(actor: Actor) -> Sequence[Filter]:
    nobody = [(NO_TEAM, gettext_lazy("No team"))] if actor.sees_all else []
    return (
        Filter("team", gettext_lazy("Team"), [*choices_of(teams(actor)), *nobody], _by_team),
        Filter(
            "decision",
            gettext_lazy("Verdict"),
            [*Decision.choices, (NOT_JUDGED, gettext_lazy("Not judged yet"))],
            _by_decision,
        ),
        Filter("environment", gettext_lazy("Environment"), Environment.choices, "deployment__environment"),
        Filter("hosting_mode", gettext_lazy("Hosting"), HostingMode.choices, "deployment__hosting_mode"),
        Filter("status", gettext_lazy("Status"), Use.Status.choices),
        Filter(
            "observed_only",
            gettext_lazy("Entries"),
            [("false", gettext_lazy("Registered by somebody")), ("true", gettext_lazy("Shadow entries"))],
            "deployment__observed_only",
        ),
    )


@page()
def listing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The register: every use in sight."""
    return list_page(
        request,
        "registry/uses.html",
        uses(actor).select_related("verdict"),
        orders=ORDERS,
        filters=_filters(actor),
        search=("name", "use_case__name", "deployment__release__model__name"),
        context={"may_register": actor.may("register.change")},
    )


@page()
def detail(request: HttpRequest, actor: Actor, use_id: UUID) -> HttpResponse:
    """One use: its verdict, and below it everything the verdict rests on."""
    use = use_by_id(actor, use_id)
    as_of = AsOfForm(use, request.GET if "as_of" in request.GET else None)
    evaluation = as_of.evaluation() if as_of.is_bound else None
    moment = as_of.moment if evaluation else None
    current = None if moment else verdict_of(use.id)
    if current:
        evaluation = current.evaluation
    rows = _findings(actor, use)
    subjects = Subjects(actor, use, past=bool(moment))
    verdict = shown(evaluation, rows, language(), subjects.with_way) if evaluation else None
    scope = Scope(actor, use, _facts(use, verdict), rows, language(), subjects, moment)
    chosen = request.GET.get("part", "")
    parts = [part for part in PARTS if chosen in (part.key, ALL)] or [PARTS[0]]
    context: dict[str, Any] = {
        "use": use,
        "verdict": verdict,
        "where": [line(path, scope.facts.get(path, UNKNOWN_ENTRY), scope.language) for path in WHERE],
        "current": current,
        "as_of_form": AsOfForm(use, moment=moment) if moment else as_of,
        "moment": moment,
        "waiting": waiting_on(actor, use) if not moment and actor.may("reviews.read") else [],
        "parts": parts,
        "tabs": PARTS,
        "part": parts[0].key if len(parts) == 1 else ALL,
        "kept": f"&{urlencode({'as_of': moment.isoformat()})}" if moment else "",
        "may": _permissions(actor, use) if not moment else {},
    }
    for part in parts:
        context |= part.gather(scope)
    return render(request, "registry/use.html", context)


def _findings(actor: Actor, use: Use) -> list[Finding]:
    """The findings of a use with their waivers; none for a reader who may not read findings."""
    if not actor.may("findings.read"):
        return []
    rows = findings(actor).filter(use_id=use.id)
    return list(rows.prefetch_related(Prefetch("waivers", waivers(actor)))) if actor.may("waivers.read") else list(rows)


def _facts(use: Use, verdict: Shown | None) -> Mapping[str, Any]:
    """The facts that were judged; before the first judgement those recorded by now."""
    if verdict:
        return verdict.facts
    sheets = gather_sheets([use.id])
    return sheets[0].facts if sheets else {}


def _permissions(actor: Actor, use: Use) -> dict[str, bool]:
    """What the page offers; the services decide again."""
    alive = use.status != Use.Status.RETIRED
    change = actor.may("register.change", team_id=use.team_id)
    return {
        "evaluate": alive and actor.may("evaluate.run", team_id=use.team_id),
        "report": actor.may("reports.make"),
        "waive": alive and actor.may("waivers.request", team_id=use.team_id),
        "state": actor.may("facts.assert", team_id=use.team_id),
        "retire": alive and change,
        "claim": alive and use.deployment.observed_only and change,
        "review": alive and actor.may("reviews.complete", team_id=use.team_id),
    }


@page("POST")
def evaluate(request: HttpRequest, actor: Actor, use_id: UUID) -> HttpResponse:
    """Judge the use now."""
    use = use_by_id(actor, use_id)
    actor.require("evaluate.run", team_id=use.team_id)
    if use.status == Use.Status.RETIRED:
        raise Conflict("This use is retired and is judged no more.")
    messages.success(request, in_words(judge_use(actor=actor, use_id=use.id)))
    return HttpResponseRedirect(f"/uses/{use.id}")


@page("GET", "POST")
def claim(request: HttpRequest, actor: Actor, use_id: UUID) -> HttpResponse:
    """Make a team answer for a use that nobody registered."""
    use = use_by_id(actor, use_id)
    actor.require("register.change", team_id=use.team_id)
    form = ClaimForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        team, reason = form.chosen_team(), form.plain("reason")
        done = attempt(form, lambda: services.claim_use(actor=actor, use=use, team=team, reason=reason))
        if done:
            judge_again(use)
            messages.success(request, _("The team %(team)s answers for this use now.") % {"team": team.name})
            return HttpResponseRedirect(f"/uses/{use.id}")
    return render(request, "registry/use_claim.html", {"use": use, "form": form})


@page("GET", "POST")
def retire(request: HttpRequest, actor: Actor, use_id: UUID) -> HttpResponse:
    """End a use, after a question."""
    use = use_by_id(actor, use_id)
    actor.require("register.change", team_id=use.team_id)
    if use.status == Use.Status.RETIRED:
        raise Conflict("This use is retired already.")
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.plain("reason")
        if attempt(form, lambda: services.retire_use(actor=actor, use=use, reason=reason)):
            judge_again(use)
            messages.success(request, _("This use is retired. It stays in the register with its history."))
            return HttpResponseRedirect(f"/uses/{use.id}")
    return render(request, "registry/use_retire.html", {"use": use, "form": form})
