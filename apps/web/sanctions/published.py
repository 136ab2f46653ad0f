"""Published lists: how fresh they are, who stands on them, what a new version changes, where they come from."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.imports.lists import refreshing, sources
from apps.imports.lists.keeping import kept
from apps.imports.lists.uploading import receive_list
from apps.imports.tasks import refresh_list
from apps.sanctions import selectors as measures
from apps.sanctions.lists import selectors
from apps.sanctions.lists.standing import standing_of
from apps.sanctions.lists.switching import accept as accept_version
from apps.sanctions.models import EffectClass, ListSource, ListVersion
from apps.sanctions.speaking import KINDS
from apps.web.forms import attempt
from apps.web.imports.showing import said
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page
from apps.web.sanctions.forms import NewSourceForm, ReasonForm, SourceForm, UploadForm
from apps.web.sanctions.showing import refusals_of, says, shown, with_old_wordings, with_standings


@page()
def lists(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every list with its legal effect and how fresh it is."""
    actor.require("register.read")
    return list_page(
        request,
        "sanctions/lists.html",
        measures.lists(),
        orders=(Order("key", ("key",)),),
        filters=(Filter("effect", gettext_lazy("Legal effect"), EffectClass.choices, "effect_class"),),
        search=("key", "title", "authority_en", "authority_de"),
        decorate=with_standings,
        context={
            "alarms": [shown(standing) for standing in selectors.alarms()],
            "goes_out": refreshing.may_go_out(),
            "may_configure": actor.may("lists.configure"),
        },
    )


@page()
def published(request: HttpRequest, actor: Actor, list_key: str) -> HttpResponse:
    """One list: what being on it means, where it comes from, and its entries in use."""
    actor.require("register.read")
    one = selectors.list_by_key(list_key)
    return list_page(
        request,
        "sanctions/list.html",
        selectors.entries_in_use().filter(list_key=one.key),
        orders=(Order("name", ("name",)), Order("reference", ("reference",))),
        filters=(Filter("kind", gettext_lazy("Kind"), KINDS),),
        search=selectors.named,
        context={"one": one, "standings": [shown(standing) for standing in selectors.standings().get(one.key, ())]},
    )


@page()
def entry(request: HttpRequest, actor: Actor, listed_id: UUID) -> HttpResponse:
    """One entry: all that it says, and what being on its list means."""
    actor.require("register.read")
    one = selectors.entry_by_id(listed_id)
    context = {
        "entry": one,
        "list": selectors.list_by_key(one.list_key),
        "says": says(one),
        "wordings": [other for other in selectors.wordings_of(one) if other.id != one.id],
        "ended": one.until if one.until and one.until.used_from else None,
    }
    return render(request, "sanctions/entry.html", context)


@page()
def source(request: HttpRequest, actor: Actor, source_key: str) -> HttpResponse:
    """Where lists come from: how it stands, and its versions."""
    actor.require("register.read")
    one = selectors.source_by_key(source_key)
    return list_page(
        request,
        "sanctions/source.html",
        selectors.versions_of(one),
        orders=(Order("number", ("-number",)),),
        filters=(Filter("state", gettext_lazy("State"), ListVersion.State.choices),),
        context={
            "source": one,
            "standing": shown(standing_of(one)),
            "reading": one.versions.filter(state=ListVersion.State.STAGED).first(),
            "may_refresh": bool(actor.may("lists.manage") and one.url and refreshing.may_go_out()),
            "may_manage": actor.may("lists.manage"),
            "may_configure": actor.may("lists.configure"),
            "goes_out": refreshing.may_go_out(),
        },
    )


@page("POST")
def refresh(request: HttpRequest, actor: Actor, source_key: str) -> HttpResponse:
    """Ask for a source to be fetched now."""
    actor.require("lists.manage")
    one = selectors.source_by_key(source_key)
    refresh_list.delay_on_commit(one.key)
    messages.success(request, _("The list is being fetched. What comes of it shows here in a minute or two."))
    return HttpResponseRedirect(reverse("list-source", args=[one.key]))


@page("GET", "POST")
def upload(request: HttpRequest, actor: Actor, source_key: str) -> HttpResponse:
    """Send a list's file, for an installation without network or a source without address."""
    actor.require("lists.manage")
    one = selectors.source_by_key(source_key)
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        made = attempt(
            form,
            lambda: receive_list(
                actor=actor, source_key=one.key, content=file, file_name=file.name, format=form.plain("format")
            ),
        )
        if made is not None:
            return HttpResponseRedirect(reverse("import", args=[made.id]))
    context = {"form": form, "source": one}
    return render(request, "sanctions/list_upload.html", context, status=422 if form.errors else 200)


@page("GET", "POST")
def change(request: HttpRequest, actor: Actor, source_key: str) -> HttpResponse:
    """Set where a source is fetched from, how often, and what it may lose."""
    actor.require("lists.configure")
    one = selectors.source_by_key(source_key)
    is_sent = request.method == "POST"
    form = SourceForm(request.POST) if is_sent else SourceForm(initial=vars(one))
    if is_sent and form.is_valid():
        saved = attempt(form, lambda: sources.change_source(actor=actor, source=one, **form.cleaned_data))
        if saved is not None:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("list-source", args=[one.key]))
    return _source_form(request, form, one)


@page("GET", "POST")
def new_source(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Enter a source that the product does not bring."""
    actor.require("lists.configure")
    is_sent = request.method == "POST"
    form = NewSourceForm(request.POST) if is_sent else NewSourceForm()
    if is_sent and form.is_valid():
        made = attempt(form, lambda: sources.create_source(actor=actor, **form.cleaned_data))
        if made is not None:
            return HttpResponseRedirect(reverse("list-source", args=[made.key]))
    return _source_form(request, form, None)


def _source_form(request: HttpRequest, form: SourceForm, one: ListSource | None) -> HttpResponse:
    context = {"form": form, "source": one}
    return render(request, "sanctions/source_form.html", context, status=422 if form.errors else 200)


@page()
def version(request: HttpRequest, actor: Actor, list_version_id: UUID) -> HttpResponse:
    """One version: what it changes with old and new, what could not be read, and why guards refused it."""
    actor.require("register.read")
    return _version(request, actor, selectors.version_by_id(list_version_id), ReasonForm())


@page("GET", "POST")
def accept(request: HttpRequest, actor: Actor, list_version_id: UUID) -> HttpResponse:
    """Take a refused version into use with a reason."""
    actor.require("lists.manage")
    one = selectors.version_by_id(list_version_id)
    is_sent = request.method == "POST"
    form = ReasonForm(request.POST) if is_sent else ReasonForm()
    if is_sent and form.is_valid():
        reason = form.cleaned_data["reason"]
        accepted = attempt(form, lambda: accept_version(actor=actor, version=one, reason=reason))
        if accepted is not None:
            messages.success(request, _("This version is in use now."))
            return HttpResponseRedirect(reverse("list-version", args=[one.id]))
    context = {"form": form, "version": one, "refusals": refusals_of(one)}
    return render(request, "sanctions/list_accept.html", context, status=422 if form.errors else 200)


def _version(request: HttpRequest, actor: Actor, one: ListVersion, form: ReasonForm) -> HttpResponse:
    context: dict[str, Any] = {
        "version": one,
        "form": form,
        "refusals": refusals_of(one),
        "rejected": [(row["row"], said(dict(row))) for row in one.rejected],
        "notes": [(row["row"], said(dict(row))) for row in one.notes],
        "may_accept": actor.may("lists.manage") and one.state == ListVersion.State.REFUSED,
    }
    return list_page(
        request,
        "sanctions/version.html",
        selectors.changes_of(one),
        orders=(Order("name", ("list_key", "name")),),
        filters=(Filter("change", gettext_lazy("Change"), selectors.CHANGES),),
        search=selectors.named,
        decorate=with_old_wordings(one),
        context=context,
    )


@page()
def version_file(request: HttpRequest, actor: Actor, list_version_id: UUID) -> HttpResponseBase:
    """The file of a version as it came."""
    actor.require("register.read")
    one = selectors.version_by_id(list_version_id)
    name = f"{one.source.key}-{one.number}"
    return FileResponse(kept(one.sha256), as_attachment=True, filename=name, content_type="application/octet-stream")
