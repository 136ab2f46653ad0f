"""Waivers: ask for one, decide on one; never both by the same person."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.core.errors import InvalidInput
from apps.findings import selectors, services
from apps.findings.models import Waiver
from apps.policy.evaluation import judge_use
from apps.web.forms import Form, attempt
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

DECISIONS = {
    "approve": services.approve_waiver,
    "refuse": services.refuse_waiver,
    "withdraw": services.withdraw_waiver,
}


class WaiverForm(Form):
    """What a waiver needs."""

    reason = forms.CharField(
        label=gettext_lazy("Why the finding can be accepted for a while"), max_length=5000, widget=forms.Textarea()
    )
    controls = forms.CharField(
        label=gettext_lazy("What is done instead"),
        max_length=5000,
        widget=forms.Textarea(),
        help_text=gettext_lazy("Compensating controls, one a line."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(),
        help_text=gettext_lazy("The last day; at most 366 days from today."),
    )


@page("GET", "POST")
def propose(request: HttpRequest, actor: Actor, finding_id: UUID) -> HttpResponse:
    """Ask that a finding be accepted until a day."""
    finding = selectors.finding_by_id(actor, finding_id)
    actor.require("waivers.request", team_id=finding.use.team_id)
    form = WaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        controls = [line.strip() for line in data["controls"].splitlines() if line.strip()]
        made = attempt(
            form,
            lambda: services.propose_waiver(
                actor=actor,
                finding=finding,
                reason=data["reason"],
                compensating_controls=controls,
                expires_on=data["expires_on"],
            ),
            pointers={"/compensating_controls": "controls"},
            existing=reverse("waivers") + "/{}",
        )
        if made:
            messages.success(request, _("The waiver is asked for. Somebody else decides."))
            return HttpResponseRedirect(reverse("waiver", args=[made.id]))
    return render(request, "findings/waiver_new.html", {"form": form, "finding": finding})


@page()
def waivers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every waiver in sight."""
    return list_page(
        request,
        "findings/waivers.html",
        selectors.waivers(actor),
        orders=(Order("asked", ("-created_at",)), Order("until", ("expires_on",))),
        filters=(Filter("state", gettext_lazy("State"), Waiver.State.choices),),
        search=("finding__rule_code", "finding__use__name", "reason"),
    )


class DecisionForm(Form):
    """A decision and its reason."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=5000, widget=forms.Textarea())


@page("GET", "POST")
def waiver(request: HttpRequest, actor: Actor, waiver_id: UUID) -> HttpResponse:
    """One waiver; whoever may decides on it."""
    found = selectors.waiver_by_id(actor, waiver_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decide = DECISIONS.get(request.POST.get("decision", ""))
        if decide is None:
            raise InvalidInput("Choose one of the buttons below the reason.")
        made = attempt(form, lambda: decide(actor=actor, waiver=found, reason=form.cleaned_data["reason"]))
        if made:
            judge_use(actor=Actor.system("waiver"), use_id=made.finding.use_id)
            messages.success(request, _("The waiver is %(state)s.") % {"state": made.get_state_display().lower()})
            return HttpResponseRedirect(request.path)
    own = found.requested_by_id == actor.user_id
    decides, proposed = actor.may("waivers.decide"), found.state == Waiver.State.PROPOSED
    alive = found.state in (Waiver.State.PROPOSED, Waiver.State.APPROVED)
    context = {"waiver": found, "form": form, "may_decide": decides and proposed and not own}
    context |= {"may_withdraw": alive and (own or decides), "own": own and proposed}
    return render(request, "findings/waiver.html", context)
