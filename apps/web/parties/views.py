"""Parties: who stands behind a model, who owns whom, which lists and measures name them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.parties import selectors, services
from apps.parties.models import Party, PartyName
from apps.policy.exposure import of_party
from apps.registry.selectors import models, uses_reading
from apps.sanctions.selectors import events_of, listings_of, lists
from apps.web.facts import Line, subject_lines
from apps.web.forms import Form, attempt
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import language, page
from apps.web.registry.subject_facts import editable

SHOWN = 100


@page()
def parties(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every party."""
    actor.require("register.read")
    return list_page(
        request,
        "parties/parties.html",
        selectors.parties(),
        orders=(Order("name", ("name",)),),
        filters=(Filter("kind", gettext_lazy("Kind"), Party.Kind.choices),),
        search=lambda rows, text: rows.filter(id__in=selectors.parties(text).values("id")),
        context={"may_change": actor.may("register.change")},
    )


class PartyForm(Form):
    """A new party."""

    name = forms.CharField(label=gettext_lazy("Registered name"), max_length=300)
    native_name = forms.CharField(label=gettext_lazy("Name in its own script"), max_length=300, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Party.Kind.choices, initial=Party.Kind.COMPANY)


@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Enter a party."""
    actor.require("register.change")
    form = PartyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, lambda: services.create_party(actor=actor, **form.cleaned_data), existing=reverse("parties") + "/{}"
        )
        if made:
            messages.success(request, _("%(name)s is entered.") % {"name": made.name})
            return HttpResponseRedirect(reverse("party", args=[made.id]))
    return render(request, "parties/party_new.html", {"form": form})


@page()
def party(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """One party: names, facts, owners, listings, measures, models and the uses in sight that touch it."""
    actor.require("register.read")
    found = selectors.party_by_id(party_id)
    family = selectors.family_of(found)
    subject = SubjectRef("party", found.id)
    listings = [row for rows in listings_of(family).values() for row in rows]
    events = {event.id: event for rows in events_of(family).values() for event in rows}
    by_key = {row.key: row for row in lists()}
    lines = subject_lines("party", current_facts([subject])[subject], language())
    context = {
        "party": found,
        "head": _head(found, lines),
        "lines": editable(lines, actor, subject),
        "may_change": actor.may("register.change") and actor.sees_all,
        "exposed": of_party(found),
        "listings": [(row, by_key.get(row.list_key)) for row in sorted(listings, key=lambda row: row.list_key)],
        "events": list(events.values()),
        "models": models().filter(developer_id__in=family).order_by("name", "id")[:SHOWN],
        "may_see_screening": actor.may("screening.read"),
        "uses": uses_reading(actor, "party", [found.id]).order_by("name", "id")[:SHOWN],
    }
    return render(request, "parties/party.html", context)


HEAD = ("hq_country", "incorporation_country", "principal_place_of_business", "id_code")
"""The facts that the head of a party's page shows; one that nobody knows is left to the table below."""


def _head(found: Party, lines: Sequence[Line]) -> Mapping[str, Any]:
    """What tells a party apart at a glance: countries, identifier, names in native script."""
    known = {line.path.partition(".")[2]: line for line in lines if line.text}
    pairs = [(known[name].label, known[name].text) for name in HEAD if name in known]
    if pairs and "id_code" in known and "id_type" in known:
        pairs[-1] = (known["id_type"].text, known["id_code"].text)
    native = [name for name in found.names.all() if name.kind == PartyName.Kind.NATIVE]
    return {"pairs": pairs, "native": native}
