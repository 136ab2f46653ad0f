"""Deployments and use cases: the two halves of uses, each with its facts."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.selectors import names_of, teams
from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.registry import selectors
from apps.registry.models import Environment, HostingMode
from apps.web.facts import subject_lines
from apps.web.lists import Filter, Order, choices_of, list_page
from apps.web.pages import language, page
from apps.web.registry.subject_facts import editable


@page()
def deployments(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Where models run."""
    return list_page(
        request,
        "registry/deployments.html",
        selectors.deployments(actor),
        orders=(Order("name", ("name",)),),
        filters=(
            Filter("environment", _("Environment"), Environment.choices),
            Filter("hosting", _("Way of hosting"), HostingMode.choices, "hosting_mode"),
            Filter("team", _("Team"), choices_of(teams(actor)), "team_id"),
        ),
        search=("name", "release__model__name", "operator__name"),
        context={"may_register": actor.may("register.change")},
    )


@page()
def deployment(request: HttpRequest, actor: Actor, deployment_id: UUID) -> HttpResponse:
    """One deployment with all its facts and the uses on it."""
    found = selectors.deployment_by_id(actor, deployment_id)
    subject = SubjectRef("deployment", found.id)
    names = {str(found.operator_id): found.operator.name} if found.operator else {}
    lines = editable(subject_lines("deployment", current_facts([subject])[subject], language(), names), actor, subject)
    uses = selectors.uses(actor).filter(deployment=found).select_related("verdict").order_by("name", "id")
    return render(request, "registry/deployment.html", {"deployment": found, "lines": lines, "uses": uses})


@page()
def use_cases(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What models are used for."""
    return list_page(
        request,
        "registry/use_cases.html",
        selectors.use_cases(actor),
        orders=(Order("name", ("name",)),),
        filters=(Filter("team", _("Team"), choices_of(teams(actor)), "team_id"),),
        search=("name", "owner__name"),
        context={"may_register": actor.may("register.change")},
    )


@page()
def use_case(request: HttpRequest, actor: Actor, use_case_id: UUID) -> HttpResponse:
    """One use case with all its facts and its uses."""
    found = selectors.use_case_by_id(actor, use_case_id)
    subject = SubjectRef("use_case", found.id)
    facts = current_facts([subject])[subject]
    lines = editable(subject_lines("use_case", facts, language(), _names(facts)), actor, subject)
    uses = selectors.uses(actor).filter(use_case=found).select_related("verdict").order_by("name", "id")
    return render(request, "registry/use_case.html", {"use_case": found, "lines": lines, "uses": uses})


def _names(facts: Mapping[str, Fact]) -> dict[str, str]:
    wanted = [facts[name].value for name in ("owner", "deputy", "approver") if name in facts and facts[name].known]
    return {str(key): name for key, name in names_of(UUID(str(value)) for value in wanted).items()}
