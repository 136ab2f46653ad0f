"""Runs of screening, what came of each name in one, and names that somebody wants compared."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.core.errors import InvalidInput
from apps.core.spreadsheets import csv_bytes
from apps.sanctions.models import Screening, ScreeningRun
from apps.sanctions.screening import requests, selectors, tables
from apps.sanctions.selectors import lists
from apps.web.forms import Form, attempt
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page


@page()
def screenings(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every run in sight."""
    return list_page(
        request,
        "sanctions/screenings.html",
        selectors.runs_in_sight(actor),
        orders=(Order("time", ("-created_at",)),),
        filters=(
            Filter("reason", _("Reason"), ScreeningRun.Reason.choices),
            Filter("state", _("State"), ScreeningRun.State.choices),
        ),
        search=("requested_as",),
        context={"may_run": actor.may("screening.run")},
    )


@page()
def screening(request: HttpRequest, actor: Actor, run_id: UUID) -> HttpResponse:
    """One run: the versions it rests on, and the result for each party that has a row of its own."""
    run = selectors.run_by_id(actor, run_id)
    by_key = {row.key: row for row in lists()}
    total = run.screenings.count()

    def decorate(rows: Any) -> None:
        for row in rows:
            row.matches = [(found, by_key.get(found["list"])) for found in row.found]

    return list_page(
        request,
        "sanctions/screening.html",
        selectors.results_of(run),
        orders=(Order("request", ("id",)),),
        filters=(Filter("result", _("Result"), Screening.Result.choices),),
        search=("asked__name",),
        decorate=decorate,
        context={"run": run, "total": total, "percent": round(100 * run.parties / total) if total else 0},
    )


@page()
def table(request: HttpRequest, actor: Actor, run_id: UUID) -> HttpResponse:
    """The results of a run as CSV, those without a match included."""
    run = selectors.run_by_id(actor, run_id)
    answer = HttpResponse(csv_bytes(tables.results(run)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="screening-{run.created_at:%Y-%m-%d}-{str(run.id)[-6:]}.csv"'
    return answer


class NamesForm(Form):
    """Names to compare: typed, or in a table."""

    names = forms.CharField(
        label=_("Names"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("One name a line; after a semicolon its country as a code of two letters."),
    )
    file = forms.FileField(
        label=_("Or a CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"class": "drop", "accept": ".csv,text/csv"}),
        help_text=_(
            "With the column name; country, aliases (separated by |) and kind (organisation, person) may follow."
        ),
    )


@page("GET", "POST")
def ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Compare names that need not be in the register."""
    actor.require("screening.run")
    is_sent = request.method == "POST"
    form = NamesForm(request.POST, request.FILES) if is_sent else NamesForm()
    if is_sent and form.is_valid():
        run = attempt(form, lambda: _asked(actor, form), pointers={"/parties": "names"})
        if run is not None:
            return HttpResponseRedirect(reverse("screening", args=[run.id]))
    return render(request, "sanctions/ask.html", {"form": form}, status=422 if form.errors else 200)


def _asked(actor: Actor, form: NamesForm) -> ScreeningRun:
    file = form.cleaned_data["file"]
    if file and form.plain("names"):
        raise InvalidInput("Give names or a file, not both.", pointer="/file")
    rows = tables.read(file.read()) if file else tables.typed(form.plain("names"))
    return requests.request_screening(actor=actor, asked=requests.read_names(rows, "/file" if file else "/names"))
