"""What CI jobs asked and were told: for the developer whose build just went red."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.selectors import officers, teams
from apps.core.clock import now
from apps.findings.models import Finding
from apps.findings.selectors import findings
from apps.gate import selectors, services
from apps.policy.models import Decision, GateEffect
from apps.policy.publishing import content_of
from apps.registry.models import Environment
from apps.web.facts import line
from apps.web.forms import Form, attempt
from apps.web.lists import Filter, Order, choices_of, list_page
from apps.web.pages import language, page

_ENVIRONMENTS = [choice for choice in Environment.choices if choice[0] != "unknown"]


@page()
def decisions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every decision in sight, newest first."""
    return list_page(
        request,
        "gate/decisions.html",
        selectors.decisions(actor),
        orders=(Order("time", ("-created_at",)),),
        filters=(
            Filter("decision", gettext_lazy("Decision"), Decision.choices),
            Filter("environment", gettext_lazy("Environment"), _ENVIRONMENTS),
            Filter("project", gettext_lazy("Project"), choices_of(selectors.projects(actor)), "project_id"),
        ),
        search=("project__name", "ref", "commit"),
        context={"base_url": settings.BASE_URL},
        decorate=_name_environments,
    )


def _name_environments(rows: Sequence[Any]) -> None:
    words = dict(_ENVIRONMENTS)
    for row in rows:
        row.environment_word = words.get(row.environment, row.environment)


@page()
def decision(request: HttpRequest, actor: Actor, decision_id: UUID) -> HttpResponse:
    """One decision: per model what was found where, why, the fix, what else is allowed."""
    found = selectors.decision_by_id(actor, decision_id)
    rules = {rule.code: rule for rule in content_of(found.policy_version).rules}
    context = {
        "decision": found,
        "answer": found.response,
        "models": _by_model(found.response["results"], rules, _open_findings(actor, found.response["results"])),
        "waived": _by_model(found.response["waived"], rules, {}),
        "expired": found.valid_until < now(),
        "officers": officers(),
    }
    return render(request, "gate/decision.html", context)


def _open_findings(actor: Actor, results: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """What is still open of the results, by use and rule, and whether the reader may ask for a waiver of it."""
    if not actor.may("findings.read"):
        return {}
    rows = findings(actor).filter(use_id__in={row["use"] for row in results}, status=Finding.Status.OPEN)
    return {
        (str(row.use_id), row.rule_code): {
            "finding": row.id,
            "may_waive": row.waivable and actor.may("waivers.request", team_id=row.use.team_id),
        }
        for row in rows
    }


def _by_model(
    results: list[dict[str, Any]], rules: dict[str, Any], still_open: dict[tuple[str, str], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Results by model, each once however many places it was found in, in the words of the page's language."""
    found = []
    for model, rows in groupby(sorted(results, key=lambda row: row["model"]), key=lambda row: row["model"]):
        shown: dict[tuple[Any, Any], dict[str, Any]] = {}
        for row in rows:
            key = row["use"], row["rule"]
            kept = {**row, "places": [], **_words(rules.get(row["rule"]), row), **still_open.get(key, {})}
            one = shown.setdefault(key, kept)
            one["places"] += [_place(place) for place in row["locations"]]
        found.append({"model": model, "results": sorted(shown.values(), key=_weight)})
    return sorted(found, key=lambda group: _weight(group["results"][0]))


def _place(place: dict[str, Any]) -> str:
    return f"{place['path']}:{place['line']}" if place["line"] else str(place["path"])


def _weight(result: dict[str, Any]) -> tuple[int, bool, str]:
    """What stops the build first, what is known before what is not."""
    return list(GateEffect.values).index(result["effect"]), result["outcome"] == "unknown", result["rule"]


def _words(rule: Any, row: dict[str, Any]) -> dict[str, Any]:
    words = language()
    lines = [line(fact["path"], fact, words) for fact in row["facts"]]
    if rule is None:
        return {"lines": lines}
    return {"title": rule.title[words], "why": rule.statement[words], "fix": rule.remedy[words], "lines": lines}


@page()
def projects(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every project in sight."""
    return list_page(
        request,
        "gate/projects.html",
        selectors.projects(actor),
        orders=(Order("name", ("name",)),),
        filters=(Filter("team", gettext_lazy("Team"), choices_of(teams(actor)), "team_id"),),
        search=("name", "description"),
        context={"may_create": actor.may("gate.manage")},
    )


class ProjectForm(Form):
    """A new project."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As jobs send it: letters, digits, hyphens and underscores."),
    )
    team = forms.ChoiceField(label=gettext_lazy("Team that answers for it"))
    default_branch = forms.CharField(
        label=gettext_lazy("Default branch"),
        max_length=200,
        initial="main",
        help_text=gettext_lazy("What it contains is known; a branch that asks with mode “new” is told what it adds."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=1000, required=False, widget=forms.Textarea()
    )


@page("GET", "POST")
def new_project(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Enter a project."""
    actor.require("gate.manage")
    known = {str(team.id): team for team in teams(actor)}
    form = ProjectForm(request.POST or None)
    form.fields["team"].choices = [(key, team.name) for key, team in known.items()]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "team": known[form.cleaned_data["team"]]}
        made = attempt(form, lambda: services.create_project(actor=actor, **data))
        if made:
            messages.success(request, _("The project %(name)s is entered.") % {"name": made.name})
            return HttpResponseRedirect(reverse("projects"))
    return render(request, "gate/project_new.html", {"form": form})
