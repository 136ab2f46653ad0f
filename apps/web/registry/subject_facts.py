"""One fact of one subject, stated or corrected from the subject's own page: organisation, party, model, licence, …"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.errors import NotFound, NotPermitted
from apps.facts.catalogue import FIELDS
from apps.facts.selectors import assertions_at
from apps.facts.subjects import SubjectRef
from apps.registry.services.facts import may_state, state_facts, subject_for_change
from apps.web.facts import Line
from apps.web.facts_forms import Offered
from apps.web.forms import attempt
from apps.web.pages import language, page
from apps.web.registry.history import said
from apps.web.registry.state_forms import CorrectionForm

PAGES = {
    "org": "organisation",
    "party": "party",
    "model": "model",
    "licence": "licence",
    "deployment": "deployment",
    "use_case": "use-case",
}
"""Type of a subject -> the page on which its facts are shown."""


def editable(lines: Sequence[Line], actor: Actor, subject: SubjectRef) -> list[Line]:
    """The lines, each with the address where it is stated or corrected, for those who may."""
    return [_with_way(one, actor, subject) for one in lines]


def _with_way(line: Line, actor: Actor, subject: SubjectRef) -> Line:
    name = line.path.partition(".")[2]
    if not may_state(actor, subject.type, name):
        return line
    return replace(line, edit_url=reverse("subject-fact", args=[subject.type, subject.id, name]))


@page("GET", "POST")
def fact(request: HttpRequest, actor: Actor, subject_type: str, subject_id: UUID, name: str) -> HttpResponse:
    """State one fact, correct it, or withdraw it; the uses that read it are judged again by the queue."""
    spec = FIELDS[subject_type].get(name) if subject_type in PAGES else None
    found = subject_for_change(actor, subject_type, subject_id)
    if spec is None:
        raise NotFound("There is no such fact of this subject.")
    if not may_state(actor, subject_type, name):
        raise NotPermitted("Your role does not state this fact; send what you know to a compliance officer.")
    subject = SubjectRef(subject_type, subject_id)
    rows = assertions_at([subject]).filter(field=name).order_by("-recorded_at", "-id")
    statements = said(list(rows), language())
    present = next((one.statement.value for one in statements if one.statement.value is not None), None)
    form = CorrectionForm(spec, Offered(actor, language()), request.POST or None, present=present)
    back = _back(subject)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: state_facts(
                actor=actor,
                subject_type=subject_type,
                subject_id=subject_id,
                facts=[form.fact()],
                reason=form.plain("reason"),
            ),
        )
        if done:
            messages.success(request, _("Recorded. The uses that rest on it are judged again in a moment."))
            return HttpResponseRedirect(back)
    context = {"subject": str(found), "back": back, "form": form, "statements": statements}
    context |= {"label": spec.label_in(language()), "meaning": spec.meaning_in(language())}
    return render(request, "registry/subject_fact.html", context)


def _back(subject: SubjectRef) -> str:
    return reverse(PAGES[subject.type], args=[] if subject.type == "org" else [subject.id])
