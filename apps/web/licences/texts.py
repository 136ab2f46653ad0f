"""Texts of licences: what was brought, what it was recognised as, and how two texts differ."""

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
from apps.core.clock import today
from apps.licences import selectors
from apps.licences.differences import compare
from apps.licences.models import Licence, LicenceText
from apps.licences.services import store_text
from apps.licences.wording import LARGEST
from apps.registry.models import Release
from apps.registry.selectors import models_by_release, release_by_id, releases_under
from apps.registry.services.texts import record_release_text, settle_text
from apps.web.forms import Form, attempt
from apps.web.licences.terms_compared import changed_terms
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

SHOWN_RELEASES = 200


def may_settle(actor: Actor) -> bool:
    """Whether a page offers to say what a text is; the service decides again."""
    return actor.may("facts.assert") and actor.sees_all


@page()
def texts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every text that was brought."""
    actor.require("register.read")
    return _list(request, actor, selectors.texts(), None)


@page()
def texts_of(request: HttpRequest, actor: Actor, licence_id: UUID) -> HttpResponse:
    """The texts of one licence, and those that may be of it."""
    actor.require("register.read")
    licence = selectors.licence_by_id(licence_id)
    return _list(request, actor, selectors.texts_of(licence), licence)


def _list(request: HttpRequest, actor: Actor, rows: Any, licence: Licence | None) -> HttpResponse:
    return list_page(
        request,
        "licences/texts.html",
        rows,
        orders=(Order("brought", ("-created_at",)),),
        filters=(Filter("state", gettext_lazy("State"), LicenceText.State.choices),),
        search=selectors.search_texts,
        context={"licence": licence, "may_bring": actor.may("facts.assert")},
    )


class TextForm(Form):
    """A text: a file, or pasted."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("Plain text of at most 1 MiB; its checksum is that of these very bytes."),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or the text itself"),
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea(),
        strip=False,
        help_text=gettext_lazy("A pasted text is recognised by its words, hardly ever by its checksum."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it was seen"),
        max_length=500,
        help_text=gettext_lazy("For example: LICENSE of the repository, read on the page of the licensor."),
    )
    url = forms.URLField(label=gettext_lazy("Address"), required=False, max_length=1000, assume_scheme="https")
    as_of = forms.DateField(label=gettext_lazy("Seen on"), widget=forms.DateInput())
    release = forms.ChoiceField(
        label=gettext_lazy("It came with the release"),
        required=False,
        help_text=gettext_lazy("The licence of a release hangs on the text that came with it."),
    )
    own = forms.BooleanField(
        label=gettext_lazy("The licensor's own text reads like this now"),
        required=False,
        help_text=gettext_lazy("Every approved use under the licence is compared with it."),
    )

    def content(self) -> bytes:
        """What was sent: the bytes of the file, else the pasted text in UTF-8."""
        sent = self.cleaned_data.get("file")
        return bytes(sent.read()) if sent else str(self.cleaned_data.get("pasted") or "").encode()


@page("GET", "POST")
def bring(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Bring a text; the address may name the licence or the release that it is about."""
    actor.require("facts.assert")
    licence = _asked(request, "licence", selectors.licence_by_id)
    release = _asked(request, "release", release_by_id)
    form = TextForm(request.POST or None, request.FILES or None, initial={"as_of": today()})
    choices = _releases(actor, licence, release)
    form.fields["release"].choices = [("", "–"), *choices]  # type: ignore[attr-defined]
    form.initial["release"] = str(release.id) if release else ""
    if not licence or not may_settle(actor):
        del form.fields["own"]
    if not choices:
        del form.fields["release"]
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _bring(actor, form, licence), pointers={"/content": "file"})
        if made:
            messages.success(request, _("The text is kept."))
            return HttpResponseRedirect(reverse("licence-text", args=[made.id]))
    return render(request, "licences/text_new.html", {"form": form, "licence": licence, "release": release})


def _bring(actor: Actor, form: TextForm, licence: Licence | None) -> LicenceText:
    data = form.cleaned_data
    said = {"content": form.content(), "source": data["source"], "url": data["url"], "as_of": data["as_of"]}
    if data.get("release"):
        return record_release_text(actor=actor, release=release_by_id(UUID(data["release"])), **said)
    return store_text(actor=actor, licence=licence if data.get("own") else None, **said)


def _asked(request: HttpRequest, name: str, find: Any) -> Any:
    try:
        return find(UUID(request.GET[name])) if request.GET.get(name) else None
    except ValueError:
        return None


def _releases(actor: Actor, licence: Licence | None, release: Release | None) -> list[tuple[str, str]]:
    rows = [release] if release else list(releases_under(licence.id)[:SHOWN_RELEASES]) if licence else []
    return [(str(row.id), str(row)) for row in rows]


@page()
def text(request: HttpRequest, actor: Actor, text_id: UUID) -> HttpResponse:
    """One text: what it was recognised as, where it was seen, and the text itself."""
    actor.require("register.read")
    found = selectors.text_by_id(text_id)
    candidates = [_candidate(one) for one in found.candidates]
    licences = {row.key: row for row in Licence.objects.filter(key__in=[one["licence"] for one in candidates])}
    for one in candidates:
        one["row"] = licences.get(one["licence"])
    sightings = list(found.sightings.all())
    context = {
        "text": found,
        "candidates": candidates,
        "sightings": sightings,
        "releases": models_by_release([one.release_id for one in sightings if one.release_id]),
        "others": _comparable(found),
        "may_settle": may_settle(actor) and not (found.state == LicenceText.State.RECOGNISED and found.licence_id),
        "all_licences": selectors.licences(),
    }
    return render(request, "licences/text.html", context)


def _candidate(one: dict[str, Any]) -> dict[str, Any]:
    licence = one["licences"][0] if one["licences"] else ""
    return {**one, "licence": licence, "percent": round(one["score"] * 100, 1)}


def _comparable(found: LicenceText) -> list[LicenceText]:
    """The texts here that it may be compared with: of the same licence, or of one that it is like, or seen with it."""
    keys = {key for one in found.candidates for key in one["licences"]} | (
        {found.licence.key} if found.licence else set()
    )
    return list(selectors.comparable(found, keys)[:20])


@page("POST")
def settle(request: HttpRequest, actor: Actor, text_id: UUID) -> HttpResponse:
    """Say of which licence a text is, or that it is none of the known ones."""
    found = selectors.text_by_id(text_id)
    chosen = request.POST.get("licence", "")
    licence = Licence.objects.filter(key=chosen).first() if chosen else None
    settle_text(actor=actor, text=found, licence=licence, note=request.POST.get("note", ""))
    messages.success(request, _("It is put down what this text is."))
    return HttpResponseRedirect(reverse("licence-text", args=[found.id]))


@page()
def difference(request: HttpRequest, actor: Actor, text_id: UUID, other_id: UUID) -> HttpResponse:
    """How a text differs from an earlier one."""
    actor.require("register.read")
    before, after = selectors.text_by_id(other_id), selectors.text_by_id(text_id)
    context = {
        "before": before,
        "after": after,
        "found": compare(before.text, after.text),
        "terms": changed_terms(before.licence, after.licence),
    }
    return render(request, "licences/difference.html", context)
