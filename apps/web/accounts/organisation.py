"""The organisation's profile: the facts against which every use is judged."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.actors import Actor
from apps.accounts.selectors import organisation
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.web.facts import subject_lines
from apps.web.pages import language, page


@page()
def profile(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every fact of the profile with its source."""
    actor.require("register.read")
    found = organisation()
    subject = SubjectRef("org", found.id)
    lines = subject_lines("org", current_facts([subject])[subject], language())
    context = {"found": found, "lines": lines, "may_change": actor.may("organisation.change")}
    return render(request, "accounts/organisation.html", context)
