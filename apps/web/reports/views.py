"""Documents: ask for one, watch it being made, read it."""

import json
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
from apps.reports import selectors, services
from apps.reports.models import Report
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import is_swap, language, page
from apps.web.registry.forms import MomentField


class RequestForm(forms.Form):
    """What the buttons on the pages of models, uses and parties send."""

    kind = forms.ChoiceField(choices=Report.Kind.choices, initial=Report.Kind.DOSSIER)
    subject_type = forms.ChoiceField(choices=(("model", "model"), ("use", "use"), ("party", "party")))
    subject_id = forms.UUIDField()
    as_of = MomentField(required=False)
    language = forms.ChoiceField(choices=(("en", "English"), ("de", "Deutsch")), required=False)


@page("GET", "POST")
def reports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every document in sight; a POST asks for a new one."""
    if request.method == "POST":
        return _ask(request, actor)
    return list_page(
        request,
        "reports/reports.html",
        selectors.reports(actor),
        orders=(Order("time", ("-created_at",)),),
        filters=(
            Filter("kind", gettext_lazy("Kind"), Report.Kind.choices),
            Filter("state", gettext_lazy("State"), Report.State.choices),
            Filter("lang", gettext_lazy("Language"), (("en", "English"), ("de", "Deutsch")), "language"),
        ),
        search=("subject_name",),
    )


def _ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = RequestForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(
            "This document cannot be asked for like this. Use the button on the page of what it is about."
        )
    asked = form.cleaned_data
    made = services.request_report(
        actor=actor,
        kind=asked["kind"],
        subject_type=asked["subject_type"],
        subject_id=asked["subject_id"],
        language=asked["language"] or language(),
        as_of=asked["as_of"],
    )
    messages.success(request, _("The document is being made. It is ready in a few seconds."))
    return HttpResponseRedirect(reverse("report", args=[made.id]))


@page()
def report(request: HttpRequest, actor: Actor, report_id: UUID) -> HttpResponse:
    """One document: its progress while it is made, then the file with its digests."""
    found = selectors.report_by_id(actor, report_id)
    pending = found.state in (Report.State.QUEUED, Report.State.RUNNING)
    subject_url = reverse(found.subject_type, args=[found.subject_id])
    template = "reports/progress.html" if is_swap(request) else "reports/report.html"
    return render(request, template, {"report": found, "pending": pending, "subject_url": subject_url})


@page()
def file(request: HttpRequest, actor: Actor, report_id: UUID) -> FileResponse:
    """The document itself, to be read in the browser or kept with `?download`."""
    found = selectors.report_by_id(actor, report_id)
    if found.state != Report.State.DONE:
        raise Conflict("This document is not ready. Its page shows how far it is.")
    return FileResponse(
        services.open_file(found),
        as_attachment="download" in request.GET,
        filename=services.file_name(found),
        content_type="application/pdf",
    )


@page()
def evidence(request: HttpRequest, actor: Actor, report_id: UUID) -> HttpResponse:
    """Everything the document was made from, as JSON."""
    found = selectors.report_by_id(actor, report_id)
    if found.evidence is None:
        raise Conflict("The evidence of this document is being gathered.")
    response = HttpResponse(json.dumps(found.evidence, ensure_ascii=False, indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="evidence-{found.id}.json"'
    return response
