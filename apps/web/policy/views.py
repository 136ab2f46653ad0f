"""The policy in force: packs with their rules, parameters, published versions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.facts.catalogue import paths
from apps.findings.selectors import findings
from apps.policy import selectors
from apps.policy.engine.content import rule_from_json
from apps.policy.publishing import policy_in_force
from apps.web.lists import Order, list_page
from apps.web.pages import language, page

SHOWN_USES = 50


@page()
def packs(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every pack with its rules."""
    actor.require("policy.read")
    return render(request, "policy/packs.html", {"packs": selectors.packs(), "policy": policy_in_force()})


@page()
def rule(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One rule: what it asks, why, what it reads, its examples, and the uses in sight on which it found something."""
    actor.require("policy.read")
    found = selectors.rule_by_code(code)
    content = rule_from_json(found.content)
    known = paths()
    reads = [(path, known[path].label_in(language()), known[path].meaning_in(language())) for path in content.reads]
    open_findings = findings(actor).filter(rule_code=found.code).exclude(status="resolved").order_by("use__name", "id")
    context = {"rule": found, "content": content, "reads": reads, "on_unknown": _handling(content.on_unknown)}
    return render(request, "policy/rule.html", {**context, "findings": open_findings[:SHOWN_USES]})


def _handling(on_unknown: str) -> str:
    return {
        "finding": _("A missing fact counts like a finding."),
        "task": _("A missing fact is asked for; until then the outcome is unknown, never a pass."),
        "ignore": _("A missing fact leaves the outcome unknown and asks for nothing."),
    }[on_unknown]


@page()
def parameters(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every list and threshold that rules read."""
    actor.require("policy.read")
    return list_page(
        request,
        "policy/parameters.html",
        selectors.parameters(),
        orders=(Order("name", ("name",)),),
        search=("name", "content__meaning__en", "content__meaning__de"),
    )


@page()
def versions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every published version."""
    actor.require("policy.read")
    return list_page(
        request, "policy/versions.html", selectors.policy_versions(), orders=(Order("number", ("-number",)),)
    )
