"""The first page and the search at the top."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.actors import Actor
from apps.core.text import clean_text
from apps.parties.selectors import parties
from apps.registry.selectors import models, uses
from apps.web.pages import page

FOUND = 20


@page()
def overview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits, and how the register stands."""
    return render(request, "overview/overview.html")


@page()
def search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Uses, models and parties that a text names, some of each."""
    actor.require("register.read")
    query = clean_text(request.GET.get("q", ""), pointer="/q", max_length=200, required=False)
    found = (
        {
            "uses": uses(actor).filter(name__icontains=query).order_by("name", "id")[:FOUND],
            "models": models(query).order_by("name", "id")[:FOUND],
            "parties": parties(query).order_by("name", "id")[:FOUND],
        }
        if query
        else {}
    )
    return render(request, "overview/search.html", {"query": query, **found})
