"""Models: what a developer publishes, its releases, lineage and licence, and the uses in sight."""

import datetime as dt
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.facts.catalogue import paths
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.selectors import licences
from apps.parties.selectors import parties
from apps.places.countries import country_name
from apps.policy.exposure import of_model
from apps.policy.sheets.entries import from_columns, from_fact
from apps.registry import selectors, services
from apps.registry.models import LineageEdge, Model
from apps.registry.origins import origin_of
from apps.reviews.selectors import waiting_on_model
from apps.web.facts import Line, sheet_lines
from apps.web.forms import Form, attempt
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import language, page
from apps.web.registry.forms import PastForm
from apps.web.registry.lineage import children_at, lineage_rows, picture
from apps.web.registry.past import releases_at
from apps.web.registry.subject_facts import editable

SHOWN_USES = 200


@page()
def models(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every model; the search looks into names and identifiers."""
    actor.require("register.read")
    return list_page(
        request,
        "registry/models.html",
        selectors.models().select_related("inheritance"),
        orders=(Order("name", ("name",)), Order("entered", ("-created_at",))),
        filters=(
            Filter("access", gettext_lazy("Access"), Model.Access.choices),
            Filter("kind", gettext_lazy("Kind"), Model.Kind.choices),
            Filter(
                "origin",
                gettext_lazy("Origin"),
                [(code, country_name(code, language())) for code in selectors.origin_countries()],
                lambda rows, code: rows.filter(inheritance__countries__contains=[code]),
            ),
            Filter(
                "inherits",
                gettext_lazy("Licence, own or inherited"),
                [(licence.key, licence.name) for licence in licences().order_by("name", "id")],
                lambda rows, key: rows.filter(inheritance__licence_keys__contains=[key]),
            ),
        ),
        search=lambda rows, text: rows.filter(id__in=selectors.models(text).values("id")),
        hidden=("developer",),
        context={"may_change": actor.may("register.change")},
    )


@page()
def model(request: HttpRequest, actor: Actor, model_id: UUID) -> HttpResponse:
    """One model with everything that is known of it, and with what it carries."""
    actor.require("register.read")
    found = selectors.model_by_id(model_id)
    past = PastForm.asked(request)
    moment = past.moment
    lineage = selectors.Lineage.above(model_id, moment)
    uses = selectors.uses(actor).filter(deployment__release__model=found).select_related("verdict")
    context = {
        "model": found,
        "moment": moment,
        "past_form": past,
        "aliases": [alias for alias in found.aliases.all() if moment is None or alias.created_at <= moment],
        "releases": releases_at(found, moment),
        "origin": origin_of(found.id) if moment is None else [],
        "exposed": None if moment else of_model(found),
        "may_see_screening": actor.may("screening.read"),
        "lines": _lines(found, moment) if moment else editable(_lines(found), actor, SubjectRef("model", found.id)),
        "rows": lineage_rows(found, lineage),
        "picture": picture(found, lineage),
        "children": children_at(found, moment),
        "waiting": waiting_on_model(actor, found.id) if actor.may("reviews.read") and not moment else [],
        "uses": uses.order_by("name", "id")[:SHOWN_USES],
        "may_change": actor.may("register.change") and actor.sees_all and not moment,
        "may_report": actor.may("reports.make") and not moment,
        "may_register": actor.may("register.change") and not moment,
    }
    return render(request, "registry/model.html", context)


def _lines(found: Model, moment: dt.datetime | None = None) -> list[Line]:
    """The model's own columns and its stated facts; what is derived for a use is shown there."""
    subject = SubjectRef("model", found.id)
    developer = found.developer
    entries = {
        f"model.{name}": from_columns(getattr(found, name), found) for name in ("name", "family", "kind", "access")
    }
    entries["model.developer"] = from_columns(str(developer.id) if developer else None, found, str(developer or ""))
    entries |= {
        f"model.{name}": from_fact(fact, developer.name if developer and fact.value == str(developer.id) else "")
        for name, fact in current_facts([subject], recorded=moment)[subject].items()
    }
    shown = sheet_lines("model", entries, language())
    return [one for one in shown if one.path in entries or paths()[one.path].asserted]


class LineageForm(Form):
    """An edge to add."""

    relation = forms.ChoiceField(label=gettext_lazy("Relation"), choices=LineageEdge.Relation.choices)
    parent = forms.CharField(
        label=gettext_lazy("Made from"),
        max_length=300,
        help_text=gettext_lazy(
            "Name or hub identifier; a model that is not in the register stays visible by this name."
        ),
    )
    source = forms.CharField(label=gettext_lazy("Source"), max_length=500)
    source_url = forms.CharField(label=gettext_lazy("Address of the source"), max_length=1000, required=False)


@page("GET", "POST")
def add_parent(request: HttpRequest, actor: Actor, model_id: UUID) -> HttpResponse:
    """Record what a model was made from."""
    services.require_shared(actor)
    found = selectors.model_by_id(model_id)
    form = LineageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.add_lineage_edge(
                actor=actor,
                child=found,
                relation=data["relation"],
                parent=selectors.model_by_reference(data["parent"]),
                parent_name=data["parent"],
                source=data["source"],
                source_url=data["source_url"],
            ),
            pointers={"/parent_name": "parent"},
        )
        if made:
            messages.success(request, _("The edge is recorded; uses that rest on it are judged again."))
            return HttpResponseRedirect(reverse("model", args=[model_id]))
    return render(request, "registry/lineage_new.html", {"form": form, "model": found})


class FileForm(Form):
    """A file to record."""

    path = forms.CharField(label=gettext_lazy("Path in the repository"), max_length=500)
    sha256 = forms.CharField(
        label="SHA-256",
        max_length=64,
        help_text=gettext_lazy("64 hexadecimal digits, as sha256sum prints them."),
    )
    size = forms.IntegerField(label=gettext_lazy("Size in bytes"), required=False, min_value=0)
    format = forms.CharField(
        label=gettext_lazy("Format"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Such as safetensors or gguf."),
    )


@page("GET", "POST")
def add_file(request: HttpRequest, actor: Actor, release_id: UUID) -> HttpResponse:
    """Record a file of a release by its checksum."""
    actor.require("register.change")
    release = selectors.release_by_id(release_id)
    form = FileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(form, lambda: services.add_artefact(actor=actor, release=release, **data))
        if made:
            messages.success(request, _("The file is recorded; uses of this release are judged again."))
            return HttpResponseRedirect(reverse("model", args=[release.model_id]))
    return render(request, "registry/file_new.html", {"form": form, "release": release})


class ReleaseForm(Form):
    """A fixed revision to enter."""

    revision = forms.CharField(
        label=gettext_lazy("Revision"),
        max_length=120,
        help_text=gettext_lazy("The commit of the weights, or the date of a snapshot; a name that moves is refused."),
    )
    source = forms.CharField(label=gettext_lazy("Source"), max_length=500, required=False)


@page("GET", "POST")
def add_release(request: HttpRequest, actor: Actor, model_id: UUID) -> HttpResponse:
    """Enter a fixed revision of a model."""
    actor.require("register.change")
    found = selectors.model_by_id(model_id)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: services.add_release(actor=actor, model=found, **form.cleaned_data))
        if made:
            messages.success(request, _("The release is entered."))
            return HttpResponseRedirect(reverse("model", args=[model_id]))
    return render(request, "registry/release_new.html", {"form": form, "model": found})


class ModelForm(Form):
    """A model that the knowledge does not have."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=300)
    developer = forms.ChoiceField(label=gettext_lazy("Developer"), required=False)
    identifier = forms.CharField(
        label=gettext_lazy("Hub identifier"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "On the Hugging Face hub, such as Qwen/Qwen2.5-7B-Instruct. Nothing is read off the name."
        ),
    )


@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Enter a model."""
    actor.require("register.change")
    known = {str(party.id): party for party in parties().order_by("name", "id")}
    form = ModelForm(request.POST or None)
    choices = [("", _("Not known")), *((key, party.name) for key, party in known.items())]
    form.fields["developer"].choices = choices  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        hub = [services.AliasInput("huggingface", data["identifier"])] if data["identifier"] else []
        made = attempt(
            form,
            lambda: services.register_model(
                actor=actor, name=data["name"], developer=known.get(data["developer"]), aliases=hub
            ),
            pointers={"/aliases": "identifier"},
            existing=reverse("models") + "/{}",
        )
        if made:
            messages.success(
                request, _("%(name)s is entered. What else is known is stated with its source.") % {"name": made.name}
            )
            return HttpResponseRedirect(reverse("model", args=[made.id]))
    return render(request, "registry/model_new.html", {"form": form})
