"""The licensee profile: what licences ask of the organisation, with dates and earlier figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.actors import Actor
from apps.accounts.selectors import organisation
from apps.facts.selectors import current_facts, history_of
from apps.facts.subjects import SubjectRef
from apps.web.accounts.organisation import state_profile
from apps.web.facts import subject_lines
from apps.web.pages import language, page
from apps.web.registry.history import said
from apps.web.registry.subject_facts import editable

FIGURES = ("monthly_active_users", "monthly_revenue_usd", "annual_revenue_usd")
ASKED = (
    *("country", "principal_place_of_business", *FIGURES, "monthly_users_by_month", "licence_businesses"),
    *("model_distribution", "outputs_train_models", "derivatives_named", "marks_shown"),
)
"""Facts of the organisation that licences ask for."""
SHOWN = 30


@page()
def licensee(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The profile with the history of its figures."""
    actor.require("organisation.change")
    found = organisation()
    subject = SubjectRef("org", found.id)
    lines = {line.path: line for line in subject_lines("org", current_facts([subject])[subject], language())}
    shown = editable([lines[f"org.{name}"] for name in ASKED], actor, subject)
    figures = (*FIGURES, "monthly_users_by_month")
    rows = [row for row in history_of(subject)[:200] if row.field in figures and row.superseded_at][:SHOWN]
    context = {"found": found, "lines": shown, "history": said(rows, language())}
    return render(request, "licences/licensee.html", context)


@page("GET", "POST")
def facts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """State several facts of the profile from one source."""
    return state_profile(request, actor, only=ASKED, back="licensee")
