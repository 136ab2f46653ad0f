"""Reviews: what is due, what was done, and the page on which one is completed."""

import datetime as dt
from collections.abc import Sequence
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
from apps.accounts.selectors import teams
from apps.core.clock import today
from apps.policy.evaluation import judge_use
from apps.policy.selectors import explain, verdict_of
from apps.registry.selectors import use_by_id
from apps.reviews import selectors, services
from apps.reviews.models import Review
from apps.web.forms import Form, attempt
from apps.web.lists import Filter, Order, choices_of, list_page
from apps.web.pages import page

HORIZON = 60
"""Days ahead within which a review is shown as coming."""
USUAL_CYCLE = dt.timedelta(days=182)


@page()
def reviews(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Uses whose review is overdue or comes up, the oldest first."""
    return list_page(
        request,
        "reviews/due.html",
        selectors.due_reviews(actor, within_days=HORIZON).select_related("verdict"),
        orders=(Order("due", ("use_case__next_review",)), Order("use", ("name",))),
        filters=(Filter("team", gettext_lazy("Team"), choices_of(teams(actor)), "team_id"),),
        search=("name",),
        context={"horizon": HORIZON},
        decorate=lambda rows: _mark_own(actor, rows),
    )


def _mark_own(actor: Actor, rows: Sequence[Any]) -> None:
    for use in rows:
        use.may_review = actor.may("reviews.complete", team_id=use.team_id)


@page()
def done(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Completed reviews, newest first."""
    return list_page(
        request,
        "reviews/done.html",
        selectors.reviews(actor),
        orders=(Order("time", ("-reviewed_at",)),),
        filters=(Filter("conclusion", gettext_lazy("Conclusion"), Review.Conclusion.choices),),
        search=("use__name", "reviewer__name"),
    )


class ReviewForm(Form):
    """The outcome of a review."""

    conclusion = forms.ChoiceField(
        label=gettext_lazy("Conclusion"), choices=Review.Conclusion.choices, widget=forms.RadioSelect()
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(),
        help_text=gettext_lazy("Needed when changes are called for: say which."),
    )
    next_review = forms.DateField(label=gettext_lazy("Next review on"), widget=forms.DateInput())


@page("GET", "POST")
def review(request: HttpRequest, actor: Actor, use_id: UUID) -> HttpResponse:
    """Review a use: its verdict and what it lacks stand above the form."""
    use = use_by_id(actor, use_id)
    actor.require("reviews.complete", team_id=use.team_id)
    form = ReviewForm(request.POST or None, initial={"next_review": today() + USUAL_CYCLE})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(form, lambda: services.complete_review(actor=actor, use=use, **data))
        if made:
            judge_use(actor=Actor.system("review"), use_id=use.id)
            messages.success(request, _("The review is recorded."))
            return HttpResponseRedirect(reverse("use", args=[use.id]))
    verdict = verdict_of(use.id)
    open_ones = [one for one in explain(verdict.evaluation) if one.needs_somebody] if verdict else []
    last = selectors.reviews(actor).filter(use=use).first()
    context = {
        "waiting": selectors.waiting_on(actor, use),
        "use": use,
        "form": form,
        "verdict": verdict,
        "open": open_ones,
        "last": last,
    }
    return render(request, "reviews/review.html", context)
