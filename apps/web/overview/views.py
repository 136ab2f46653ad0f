"""The first page, the search at the top, the state of the system."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.actors import Actor
from apps.audit.selectors import entries
from apps.core.clock import now
from apps.core.heartbeats import seen
from apps.core.text import clean_text
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.findings import selectors as findings
from apps.gate.selectors import answered_since
from apps.notices.selectors import failed
from apps.parties.selectors import parties
from apps.policy.publishing import policy_in_force
from apps.policy.selectors import marked, standing
from apps.registry.selectors import models, most_used, uses
from apps.reviews.selectors import due_reviews
from apps.sanctions.lists.selectors import alarms
from apps.sanctions.selectors import events
from apps.web.pages import page
from apps.web.sanctions.news import this_week
from apps.web.sanctions.showing import shown

FOUND = 20
SHOWN = 6
DECISIONS = ("block", "undecided", "review", "pass")


@page()
def overview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits for whoever looks, how the register stands, on whom it rests, what authorities did."""
    actor.require("findings.read")
    by_decision = standing(actor)
    judged = sum(by_decision.values())
    causes = findings.causes(findings.findings(actor))
    developers = most_used(actor, "developer")
    due = due_reviews(actor, within_days=14)
    context = {
        "standing": [(decision, by_decision.get(decision, 0)) for decision in DECISIONS],
        "judged": judged,
        "undecided_share": round(100 * by_decision.get("undecided", 0) / judged) if judged else 0,
        "severities": _by_severity(causes),
        "overdue": findings.overdue(actor).count(),
        "causes": causes[:SHOWN],
        "ending": findings.ending_waivers(actor).count(),
        "to_decide": findings.waivers_to_decide(actor)[:SHOWN],
        "own_reviews": due.filter(use_case__owner_id=actor.user_id)[:SHOWN],
        "due_reviews": due.count(),
        "shadow": uses(actor).filter(deployment__observed_only=True).exclude(status="retired")[:SHOWN],
        "alarms": [shown(standing) for standing in alarms()],
        "developers": developers[:SHOWN],
        "operators": most_used(actor, "operator")[:SHOWN],
        "countries": _countries(developers)[:SHOWN],
        "news": this_week(actor, SHOWN),
        "events": events().order_by("-as_of", "-id")[:SHOWN],
        "gate": [(decision, count) for decision, count in answered_since(actor, now() - dt.timedelta(days=1)).items()],
        "may_register": actor.may("register.change"),
        "changes": entries(actor)[:SHOWN] if actor.may("journal.read") else [],
    }
    return render(request, "overview/overview.html", context)


def _by_severity(causes: Sequence[findings.Cause]) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for cause in causes:
        counted[cause.severity] += cause.findings
    return [(severity, counted[severity]) for severity in ("critical", "high", "medium", "low")]


def _countries(developers: Sequence[tuple[UUID | None, str | None, int]]) -> list[tuple[str, int]]:
    """Uses by the country of the developer's headquarters; an empty code for those of which it is not known."""
    facts = current_facts(SubjectRef("party", key) for key, _name, _uses in developers if key)
    counted: Counter[str] = Counter()
    for key, _name, number in developers:
        fact = facts[SubjectRef("party", key)].get("hq_country") if key else None
        counted[str(fact.value) if fact and fact.known else ""] += number
    return counted.most_common()


@page()
def search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Uses, models and parties that a text names, some of each."""
    actor.require("register.read")
    query = clean_text(request.GET.get("q", ""), pointer="/q", max_length=200, required=False)
    found: dict[str, Any] = (
        {
            "uses": uses(actor).filter(name__icontains=query).order_by("name", "id")[:FOUND],
            "models": models(query).order_by("name", "id")[:FOUND],
            "parties": parties(query).order_by("name", "id")[:FOUND],
        }
        if query
        else {}
    )
    return render(request, "overview/search.html", {"query": query, **found})


@page()
def system(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Whether the parts of the installation are at work, and what waits for them."""
    actor.require("system.read")
    context = {
        "version": settings.VERSION,
        "policy": policy_in_force(),
        "processes": seen(),
        "marked": marked(),
        "failed": failed(actor),
        "alarms": [shown(standing) for standing in alarms()],
        "lists_on": settings.LISTS,
        "mail": settings.EMAIL_LOCAL,
        "queue": "PostgreSQL" if not settings.CELERY_BROKER_URL else settings.CELERY_BROKER_URL.partition(":")[0],
    }
    return render(request, "overview/system.html", context)
