"""Bring a file into the register: send it, look at what it would do, apply it, take it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from apps.accounts.actors import Actor
from apps.core.errors import InvalidInput
from apps.imports import reporting, selectors, services
from apps.imports.hub_card.fetching import is_on
from apps.imports.models import Import, ImportRow
from apps.imports.register.template import FORMATS, MEDIA_TYPES
from apps.imports.register.template import template as make_template
from apps.sanctions.lists.selectors import entries_read
from apps.web.audit.wording import subject_word
from apps.web.forms import attempt
from apps.web.imports.forms import HubForm, UploadForm, kind_choices
from apps.web.imports.showing import decorate, place_in_words, said
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import language, page


@page()
def imports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every file that was sent."""
    return list_page(
        request,
        "imports/imports.html",
        selectors.imports(actor),
        orders=(Order("time", ("-created_at",)),),
        filters=(
            Filter("kind", gettext_lazy("Kind"), Import.Kind.choices),
            Filter("state", gettext_lazy("State"), Import.State.choices),
        ),
        search=("file_name",),
        context={"may_import": actor.may("imports.run")},
    )


@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Send a file. It is previewed first: nothing is written before somebody has looked."""
    actor.require("imports.run")
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        made = attempt(
            form,
            lambda: services.receive_import(
                actor=actor, content=file.read(), file_name=file.name, kind=form.plain("kind"), dry_run=True
            ),
        )
        if made is not None:
            return HttpResponseRedirect(reverse("import", args=[made.id]))
    context = {"form": form, "hub_form": HubForm() if is_on() else None}
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


@page("GET", "POST")
def fetch(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Fetch a model card from the hub by the identifier of its repository; it is previewed like a file."""
    actor.require("imports.run")
    is_sent = request.method == "POST"
    form = HubForm(request.POST) if is_sent else HubForm()
    if is_sent and form.is_valid():
        made = attempt(
            form,
            lambda: services.receive_from_hub(
                actor=actor, identifier=form.cleaned_data["identifier"], revision=form.plain("revision"), dry_run=True
            ),
        )
        if made is not None:
            return HttpResponseRedirect(reverse("import", args=[made.id]))
    context = {"form": form, "is_on": is_on()}
    return render(request, "imports/fetch.html", context, status=422 if form.errors else 200)


@page()
def template(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The empty register, `?format=xlsx` or `csv`."""
    actor.require("imports.run")
    wanted = request.GET.get("format", "xlsx")
    if wanted not in FORMATS:
        raise InvalidInput("must be csv or xlsx", pointer="/format")
    return _file(make_template(wanted, language()), MEDIA_TYPES[wanted], f"weighbridge-register.{wanted}")


@page()
def detail(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """One import: how far it is, what it comes to, and what became of every entry."""
    one = selectors.import_by_id(actor, import_id)
    return list_page(
        request,
        "imports/import.html",
        selectors.rows_of(actor, import_id),
        orders=(Order("number", ("number",)),),
        filters=(Filter("outcome", gettext_lazy("Outcome"), ImportRow.Outcome.choices),),
        search=("title", "locator"),
        decorate=decorate(one),
        context={**_standing(one, actor), "same": selectors.same_content(one)},
    )


def what(one: Import) -> str:
    """Kind and format, once where one names the other."""
    kind = str(one.get_kind_display())
    with override("en"):  # formats are stored as they are called everywhere
        plain = str(one.get_kind_display())
    if one.format == plain:
        return kind
    return one.format if one.format.startswith(plain) else " · ".join(filter(None, (kind, one.format)))


def _read_so_far(one: Import) -> int:
    """Entries of a published list that have been read; other files say themselves how far they are."""
    return entries_read(one.source) if one.kind == Import.Kind.LIST and one.pending else 0


def _standing(one: Import, actor: Actor) -> dict[str, object]:
    may = actor.may("imports.run")
    is_list = one.kind == Import.Kind.LIST
    failed_halfway = one.state == Import.State.FAILED and one.step == Import.Step.APPLY and not is_list
    return {
        "one": one,
        "what": what(one),
        "failure": said({"message": one.reason}) if one.state == Import.State.FAILED else "",
        "problems": [(place_in_words(error["pointer"]), said(error)) for error in one.errors],
        "kept": [{**kept, "type": subject_word(kept["type"]), "why": subject_word(kept["why"])} for kept in one.kept],
        "may_apply": may and (one.state == Import.State.PREVIEWED or failed_halfway),
        "may_undo": may and one.written and not one.pending,
        "may_again": may and not one.pending and not is_list,
        "is_list": is_list,
        "read_so_far": _read_so_far(one),
        "kinds": [(value, label) for value, label in kind_choices() if value != one.kind],
        "counts": [
            (value, label, getattr(one, value)) for value, label in ImportRow.Outcome.choices if getattr(one, value)
        ],
    }


@page()
def progress(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """How far it is. At the end the whole page is fetched anew, since there is more to see then."""
    one = selectors.import_by_id(actor, import_id)
    response = render(request, "imports/progress.html", {"one": one, "read_so_far": _read_so_far(one)})
    if not one.pending:
        response["HX-Refresh"] = "true"
    return response


@page()
def quarantine(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """The entries in quarantine with their reasons, to be mended and sent again."""
    one = selectors.import_by_id(actor, import_id)
    content = reporting.quarantine_csv(selectors.rows_of(actor, import_id), said)
    return _file(content, MEDIA_TYPES["csv"], f"quarantine-{one.created_at:%Y-%m-%d}.csv")


@page("POST")
def apply(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Bring what was previewed into the register, or go on after a failure."""
    one = selectors.import_by_id(actor, import_id)
    services.apply_import(actor=actor, one=one)
    messages.success(request, _("The import has begun."))
    return HttpResponseRedirect(reverse("import", args=[import_id]))


@page("POST")
def undo(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Take back everything that the import wrote."""
    one = selectors.import_by_id(actor, import_id)
    services.undo_import(actor=actor, one=one, reason=request.POST.get("reason", ""))
    messages.success(request, _("The import is being undone."))
    return HttpResponseRedirect(reverse("import", args=[import_id]))


@page("POST")
def again(request: HttpRequest, actor: Actor, import_id: UUID) -> HttpResponse:
    """Look at the same file as another kind."""
    one = selectors.import_by_id(actor, import_id)
    made = services.import_again(actor=actor, one=one, kind=request.POST.get("kind", ""))
    return HttpResponseRedirect(reverse("import", args=[made.id]))


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
