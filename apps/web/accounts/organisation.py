"""The organisation's profile: the facts against which every use is judged."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.accounts.selectors import organisation
from apps.core.errors import NotPermitted
from apps.facts.catalogue import FIELDS
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.registry.services import state_facts
from apps.registry.services.facts import may_state
from apps.web.facts import Line, subject_lines
from apps.web.facts_forms import Offered
from apps.web.forms import attempt
from apps.web.pages import language, page
from apps.web.registry.state_forms import SourceForm, StatementForm
from apps.web.registry.subject_facts import editable


@page()
def profile(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every fact of the profile with its source."""
    actor.require("register.read")
    found = organisation()
    context = {
        "found": found,
        "lines": editable(_lines(found), actor, SubjectRef("org", found.id)),
        "may_change": bool(_stateable(actor)),
    }
    return render(request, "accounts/organisation.html", context)


def _lines(found: Organisation) -> list[Line]:
    subject = SubjectRef("org", found.id)
    return subject_lines("org", current_facts([subject])[subject], language())


def _stateable(actor: Actor) -> list[str]:
    return [name for name in FIELDS["org"] if may_state(actor, "org", name)]


@page("GET", "POST")
def facts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """State facts of the profile: what is left empty stays as it is."""
    return state_profile(request, actor)


def state_profile(
    request: HttpRequest, actor: Actor, *, only: Sequence[str] = (), back: str = "organisation"
) -> HttpResponse:
    """The form for facts of the organisation, all or `only` some; afterwards one is at the page `back`."""
    actor.require("organisation.change")
    found = organisation()
    names = [name for name in _stateable(actor) if not only or name in only]
    if not names:
        raise NotPermitted("The facts of the profile are stated by a compliance officer.")
    data = request.POST if request.method == "POST" else None
    offered = Offered(actor, language())
    common = SourceForm(offered, data)
    forms = [StatementForm(f"org.{name}", FIELDS["org"][name], offered, data) for name in names]
    if data is not None and all([common.is_valid(), *(form.is_valid() for form in forms)]):
        count = _record(actor, found, common, [form for form in forms if form.given])
        if count:
            said = ngettext(
                "%(count)d fact is recorded; every use is judged again.",
                "%(count)d facts are recorded; every use is judged again.",
                count,
            )
            messages.success(request, said % {"count": count})
            return HttpResponseRedirect(reverse(back))
    now = {line.path: line for line in _lines(found)}
    context = {"common": common, "back": back, "asked": [(form, now[form.path]) for form in forms]}
    context["wrong"] = bool(common.errors) or any(form.errors for form in forms)
    return render(request, "accounts/organisation_facts.html", context)


def _record(actor: Actor, found: Organisation, common: SourceForm, given: Sequence[StatementForm]) -> int:
    """Record what was entered, all or nothing. Returns how many; 0 with a message at the form."""
    if not given:
        common.add_error(None, _("Nothing was entered."))
        return 0
    stated = [form.fact(common) for form in given]
    rows = attempt(common, lambda: state_facts(actor=actor, subject_type="org", subject_id=found.id, facts=stated))
    return len(rows or ())
