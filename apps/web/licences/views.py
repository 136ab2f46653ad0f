"""Licences with their terms, each with the text it was read in."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.licences import selectors
from apps.licences.models import Licence
from apps.registry.selectors import models_under
from apps.web.facts import subject_lines
from apps.web.licences.layers import clauses_of_licence
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import language, page
from apps.web.registry.subject_facts import editable

SHOWN_MODELS = 100


@page()
def licences(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every licence."""
    actor.require("register.read")
    return list_page(
        request,
        "licences/licences.html",
        selectors.licences(),
        orders=(Order("name", ("name",)), Order("ref", ("ref",))),
        filters=(Filter("category", _("Category"), Licence.Category.choices),),
        search=("name", "ref"),
    )


@page()
def licence(request: HttpRequest, actor: Actor, licence_id: UUID) -> HttpResponse:
    """One licence: terms, duties, the text, the models under it."""
    actor.require("register.read")
    found = selectors.licence_by_id(licence_id)
    subject = SubjectRef("licence", found.id)
    lines = editable(subject_lines("licence", current_facts([subject])[subject], language()), actor, subject)
    models = models_under(found.id)[:SHOWN_MODELS]
    return render(
        request,
        "licences/licence.html",
        {"licence": found, "lines": lines, "models": models, "clauses": clauses_of_licence(found)},
    )
