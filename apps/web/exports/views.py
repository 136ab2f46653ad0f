"""Exports: ask for one, watch it being made, download it; and how complete the record of a model is."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.core.errors import Conflict, InvalidInput
from apps.exports import selectors, services
from apps.exports.completeness import NOT_COUNTED, SOURCE, VERIFIED, completeness_of
from apps.exports.models import Export
from apps.registry.selectors import model_by_id
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import is_swap, page


class RequestForm(forms.Form):
    """What the form on the page and the buttons on the pages of models and uses send."""

    format = forms.ChoiceField(choices=Export.Format.choices)
    subject_type = forms.ChoiceField(choices=Export.Subject.choices, required=False)
    subject_id = forms.UUIDField(required=False)
    table = forms.ChoiceField(choices=Export.Table.choices, required=False)


@page("GET", "POST")
def exports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every export in sight; a POST asks for a new one."""
    if request.method == "POST":
        return _ask(request, actor)
    return list_page(
        request,
        "exports/exports.html",
        selectors.exports(actor),
        orders=(Order("time", ("-created_at",)),),
        filters=(
            Filter("state", gettext_lazy("State"), Export.State.choices),
            Filter("format", gettext_lazy("Format"), Export.Format.choices),
        ),
        search=("subject_name",),
        context={
            "may_make": actor.may("reports.make"),
            "sees_all": actor.sees_all,
            "may_journal": actor.may("journal.read"),
        },
    )


def _ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = RequestForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("This file cannot be asked for like this. Use the form, or the button of a model or use.")
    asked = form.cleaned_data
    made = services.request_export(
        actor=actor,
        format=asked["format"],
        subject_type=asked["subject_type"] or Export.Subject.REGISTER,
        subject_id=asked["subject_id"],
        table=asked["table"] if asked["format"] == Export.Format.REGISTER else "",
    )
    messages.success(request, _("The file is being made."))
    return HttpResponseRedirect(reverse("export", args=[made.id]))


@page()
def export(request: HttpRequest, actor: Actor, export_id: UUID) -> HttpResponse:
    """One export: its progress while it is made, then the file with its digest."""
    found = selectors.export_by_id(actor, export_id)
    subject_url = reverse(found.subject_type, args=[found.subject_id]) if found.subject_id else ""
    template = "exports/progress.html" if is_swap(request) else "exports/export.html"
    return render(request, template, {"export": found, "pending": found.pending, "subject_url": subject_url})


@page()
def file(request: HttpRequest, actor: Actor, export_id: UUID) -> FileResponse:
    """The file itself."""
    found = selectors.export_by_id(actor, export_id)
    if found.state != Export.State.DONE:
        raise Conflict("This file is not ready. Its page shows how far it is.")
    return FileResponse(
        services.open_file(found),
        as_attachment=True,
        filename=services.file_name(found),
        content_type=services.media_type(found),
    )


@page()
def completeness(request: HttpRequest, actor: Actor, model_id: UUID) -> HttpResponse:
    """Which elements of the G7's “SBOM for AI” are known of a model, and which are missing."""
    actor.require("register.read")
    found = model_by_id(model_id)
    context = {
        "model": found,
        "completeness": completeness_of(found.id),
        "source": SOURCE,
        "verified": VERIFIED,
        "not_counted": NOT_COUNTED,
    }
    template = "exports/completeness_card.html" if is_swap(request) else "exports/completeness.html"
    return render(request, template, context)
