"""The timeline of a party: measures, lists and confirmed matches in one line of time."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.core.clock import now
from apps.parties import selectors
from apps.sanctions.measures.timeline import timeline_of
from apps.web.forms import Form
from apps.web.pages import page
from apps.web.registry.forms import MomentField


class KnownForm(Form):
    """By what was known when."""

    recorded = MomentField(label=_("As known on"), required=False)

    def clean_recorded(self) -> object:
        """A moment that has been."""
        moment = self.cleaned_data["recorded"]
        if moment and moment > now():
            raise forms.ValidationError(_("must not lie in the future"))
        return moment


@page()
def timeline(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """What happened to a party and those that stand for it, the newest first; now or as known at a moment."""
    actor.require("register.read")
    found = selectors.party_alone(party_id)
    form = KnownForm(request.GET if request.GET.get("recorded") else None, auto_id="id_known_%s")
    moment = form.cleaned_data["recorded"] if form.is_valid() else None
    family = selectors.family_of(found)
    context = {
        "party": found,
        "form": form,
        "moment": moment,
        "points": timeline_of(family, recorded=moment, matches=actor.may("screening.read")),
        "with_matches": actor.may("screening.read"),
    }
    return render(request, "parties/timeline.html", context)
