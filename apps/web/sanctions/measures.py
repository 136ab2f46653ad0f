"""Measures kept by officers: entered, moved on, corrected; a step taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.sanctions import measures, selectors
from apps.sanctions.models import RestrictionEvent
from apps.web.forms import Form, attempt
from apps.web.pages import page
from apps.web.parties.forms import ReasonForm
from apps.web.sanctions.measure_forms import CorrectMeasureForm, MeasureForm, NewMeasureForm, StatusForm

NAMED = {"/parties": "named", "/others_named": "named"}


@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Enter a measure."""
    actor.require("sanctions.change")
    form = NewMeasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: measures.enter_event(actor=actor, **form.said()),
            pointers=NAMED,
            existing=reverse("restriction-events") + "/{}",
        )
        if made:
            _say(request, _("The measure is recorded; uses that rest on the parties named are judged again."), form)
            return _to(made)
    return _form(
        request,
        form,
        None,
        title=_("Enter a measure"),
        lead=_("What an authority does, announces or has ended, as a source has it."),
        button=_("Record"),
    )


@page("GET", "POST")
def correct(request: HttpRequest, actor: Actor, event_id: UUID) -> HttpResponse:
    """Put right what is recorded of a measure."""
    actor.require("sanctions.change")
    event = selectors.event_by_id(event_id)
    form = CorrectMeasureForm.of(event, request.POST or None)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        said = form.said()
        if attempt(
            form,
            lambda: measures.correct_event(actor=actor, event=event, version=version, **said),
            pointers=NAMED,
        ):
            _say(request, _("The measure is corrected; uses that rest on the parties named are judged again."), form)
            return _to(event)
    return _form(
        request,
        form,
        event,
        title=_("Correct a measure"),
        lead=_("What was recorded wrongly. How it stands is another matter: that is changed by a step."),
        button=_("Correct"),
    )


@page("GET", "POST")
def status(request: HttpRequest, actor: Actor, event_id: UUID) -> HttpResponse:
    """Say how a measure stands since a day."""
    actor.require("sanctions.change")
    event = selectors.event_by_id(event_id)
    form = StatusForm(event, request.POST or None)
    if request.method == "POST" and form.is_valid():
        step = attempt(form, lambda: measures.change_status(actor=actor, event=event, **form.cleaned_data))
        if step:
            messages.success(request, _("The step is recorded; uses that rest on the parties named are judged again."))
            return _to(event)
    return _form(
        request,
        form,
        event,
        title=_("Change the status"),
        lead=_("It is at present: %(status)s. The step is kept with its source.")
        % {"status": event.get_status_display()},
        button=_("Record"),
    )


@page("GET", "POST")
def step_back(request: HttpRequest, actor: Actor, event_id: UUID, step_id: UUID) -> HttpResponse:
    """Take back the last step of a measure."""
    actor.require("sanctions.change")
    event = selectors.event_by_id(event_id)
    step = selectors.step_by_id(event, step_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: measures.take_back_step(actor=actor, step=step, reason=reason)):
            messages.success(request, _("The step is taken back; it stays in the history."))
            return _to(event)
    return _form(
        request,
        form,
        event,
        title=_("Take back a step"),
        lead=_("“%(status)s” never happened. It stays in the history as taken back.")
        % {"status": step.get_status_display()},
        button=_("Take back"),
        danger=True,
    )


def _say(request: HttpRequest, done: str, form: MeasureForm) -> None:
    messages.success(request, done)
    others = form.cleaned_data["named"][1]
    if others:
        messages.info(request, _("Kept by name, as no party of the register: %(names)s") % {"names": "; ".join(others)})


def _to(event: RestrictionEvent) -> HttpResponse:
    return HttpResponseRedirect(reverse("restriction-event", args=[event.id]))


def _form(request: HttpRequest, form: Form, event: RestrictionEvent | None, **words: Any) -> HttpResponse:
    back = reverse("restriction-event", args=[event.id]) if event else reverse("restriction-events")
    context = {"form": form, "event": event, "back": back, **words}
    return render(request, "sanctions/event_form.html", context, status=422 if form.errors else 200)
