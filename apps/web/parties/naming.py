"""Names and domains of a party, recorded and removed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.parties import selectors, services
from apps.parties.models import Party
from apps.web.forms import Form, attempt
from apps.web.pages import page
from apps.web.parties.forms import DomainForm, NameForm, ReasonForm


@page("GET", "POST")
def add_name(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """Record a further name."""
    services.require_shared_change(actor)
    found = selectors.party_alone(party_id)
    form = NameForm(request.POST or None)
    return _change(
        request,
        form,
        found,
        lambda: services.add_name(actor=actor, party=found, **form.said()),
        title=_("Add a name"),
        lead=_("A registered name, one in native script, an alias or a brand, each with its source."),
        button=_("Add"),
        done=_("The name is recorded."),
    )


@page("GET", "POST")
def remove_name(request: HttpRequest, actor: Actor, name_id: UUID) -> HttpResponse:
    """Remove a name that is none."""
    services.require_shared_change(actor)
    name = selectors.name_by_id(name_id)
    form = ReasonForm(request.POST or None)
    return _change(
        request,
        form,
        name.party,
        _removal(lambda: services.remove_name(actor=actor, name=name, reason=form.cleaned_data["reason"])),
        title=_("Remove a name"),
        lead=_("“%(name)s” is no name of %(party)s.") % {"name": name.name, "party": name.party.name},
        button=_("Remove"),
        done=_("The name is removed; the journal keeps it."),
        danger=True,
    )


@page("GET", "POST")
def add_domain(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """Record an internet domain."""
    services.require_shared_change(actor)
    found = selectors.party_alone(party_id)
    form = DomainForm(request.POST or None)
    return _change(
        request,
        form,
        found,
        lambda: services.add_domain(actor=actor, party=found, **form.said()),
        title=_("Add a domain"),
        lead=_("Endpoints of deployments are compared with the known domains of their operator."),
        button=_("Add"),
        done=_("The domain is recorded; uses that rest on it are judged again."),
    )


@page("GET", "POST")
def remove_domain(request: HttpRequest, actor: Actor, domain_id: UUID) -> HttpResponse:
    """Remove a domain that is not the party's."""
    services.require_shared_change(actor)
    domain = selectors.domain_by_id(domain_id)
    form = ReasonForm(request.POST or None)
    return _change(
        request,
        form,
        domain.party,
        _removal(lambda: services.remove_domain(actor=actor, domain=domain, reason=form.cleaned_data["reason"])),
        title=_("Remove a domain"),
        lead=_("“%(name)s” is no domain of %(party)s.") % {"name": domain.domain, "party": domain.party.name},
        button=_("Remove"),
        done=_("The domain is removed; the journal keeps it."),
        danger=True,
    )


def _removal(remove: Callable[[], None]) -> Callable[[], bool]:
    def write() -> bool:
        remove()
        return True

    return write


def _change(
    request: HttpRequest, form: Form, party: Party, write: Callable[[], Any], *, done: str, **words: Any
) -> HttpResponse:
    here = reverse("party", args=[party.id])
    if request.method == "POST" and form.is_valid() and attempt(form, write):
        messages.success(request, done)
        return HttpResponseRedirect(here)
    return render(request, "parties/change.html", {"form": form, "party": party, "back": here, **words})
