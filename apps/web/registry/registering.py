"""The guided registration of a use: which model, where it runs, what for. Nothing is kept between the steps but the
form itself: what was typed travels along, so that going back and forth loses nothing."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.text import clean_text
from apps.registry import services
from apps.registry.models import Environment, HostingMode, Model, Release, Use, UseCase
from apps.registry.references import models_by_reference, split_reference
from apps.registry.selectors import candidates, offers_for, use_cases, with_knowledge
from apps.web.facts_forms import Offered
from apps.web.forms import attempt
from apps.web.pages import language, page
from apps.web.registry.judging import in_words, judge_again
from apps.web.registry.known import cards, offered
from apps.web.registry.register_forms import (
    ANOTHER,
    MANY,
    NewModelForm,
    PlaceForm,
    PurposeForm,
    carried,
    identifier,
    stated,
)

STEPS = ("model", "place", "purpose")


@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Register a use, step by step."""
    actor.require("register.change")
    asked = clean_text(request.GET.get("model", ""), pointer="/model", required=False)
    found, revision = _model(asked)
    if found is None:
        return _choose(request, asked)
    steps = Steps(request, actor, found, revision)
    if request.method != "POST":
        return steps.show_place(steps.place(initial=steps.start()))
    return steps.next()


def _model(asked: str) -> tuple[Model | None, str]:
    """The model that `?model=` names by identifier or reference, with a revision inside of it."""
    if not asked:
        return None, ""
    rows = with_knowledge()
    try:
        return rows.filter(id=UUID(asked)).first(), ""
    except ValueError:
        named = models_by_reference([asked])[asked]
    return (rows.filter(id=named.model.id).first() if named.model else None), named.revision


def _choose(request: HttpRequest, asked: str) -> HttpResponse:
    """The first step: models that the text may mean, with what is known of each."""
    query = clean_text(request.GET.get("q", ""), pointer="/q", max_length=300, required=False) or asked
    rows = candidates(split_reference(query).identifier) if query else []
    context = {"query": query, "asked": asked, "cards": cards(rows, language()), "steps": STEPS, "step": "model"}
    return render(request, "registry/register/model.html", context)


@page("GET", "POST")
def new_model(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A model that is not in the knowledge base, entered on the way."""
    actor.require("register.change")
    asked = clean_text(request.GET.get("q", ""), pointer="/q", max_length=300, required=False)
    form = NewModelForm(Offered(actor, language()), request.POST or None, asked=asked)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        model = attempt(
            form,
            lambda: services.register_model(
                actor=actor,
                name=entered["name"],
                developer=entered["developer"],
                aliases=entered["identifiers"],
            ),
            pointers={"/aliases": "identifiers"},
            existing="/uses/new?model={}",
        )
        if model:
            entered_now = _("“%(model)s” is in the register now. What is not known of it stays unknown.")
            messages.success(request, entered_now % {"model": model.name})
            return HttpResponseRedirect(f"/uses/new?{urlencode({'model': str(model.id)})}")
    return render(
        request, "registry/register/new_model.html", {"form": form, "query": asked, "steps": STEPS, "step": "model"}
    )


@dataclass
class Steps:
    """The steps after the model is chosen."""

    request: HttpRequest
    actor: Actor
    model: Model
    revision: str

    @cached_property
    def offered(self) -> Offered:
        """What the fields offer."""
        return Offered(self.actor, language())

    @cached_property
    def offers(self) -> list[Any]:
        """Known ways in which the model is offered."""
        return list(offers_for(self.model))

    def start(self) -> dict[str, Any]:
        """What the second step begins with: the floating release, or the revision that the reference named."""
        rows = list(self.model.releases.all())
        named = next((row for row in rows if row.revision == self.revision), None)
        if named:
            return {"release": str(named.id)}
        return {"release": ANOTHER, "revision": self.revision} if self.revision else {}

    def place(self, data: Any = None, initial: Any = None) -> PlaceForm:
        """The form of the second step."""
        return PlaceForm(self.model, self.offers, self.offered, data, initial)

    def purpose(self, place: PlaceForm, data: Any = None, initial: Any = None) -> PurposeForm:
        """The form of the third step; the use cases it offers are those of the chosen team."""
        team = place.chosen_team
        rows = use_cases(self.actor).filter(team=team).order_by("name", "id")[:MANY]
        cases: list[UseCase] = list(rows) if team else []
        return PurposeForm(cases, self.offered, data, initial)

    def next(self) -> HttpResponse:
        """What follows from the button that was pressed."""
        data = self.request.POST
        if data.get("step") == "place":
            return self.show_place(self.place(initial=carried(self.place(), data)))
        place = self.place(data)
        if not place.is_valid():
            return self.show_place(place)
        if data.get("step") != "save":
            known = {"owner": str(self.actor.user_id)} if self.actor.user_id else {}
            blank = self.purpose(place, initial=known)
            return self.show_purpose(place, self.purpose(place, initial={**known, **carried(blank, data)}))
        purpose = self.purpose(place, data)
        if not purpose.is_valid():
            return self.show_purpose(place, purpose)
        return self.save(place, purpose)

    def save(self, place: PlaceForm, purpose: PurposeForm) -> HttpResponse:
        """Register, judge at once, show the use; or the step in which something is wrong, with everything typed."""
        release = self._release(place)
        if release is None:
            return self.show_place(place)
        use = attempt(
            purpose,
            lambda: self._register(release, place, purpose),
            pointers={"/use_case/name": "use_case_name"},
            existing="/uses/{}",
        )
        if use is None:
            return self.show_purpose(place, purpose)
        verdict = judge_again(use)
        messages.success(self.request, _("“%(use)s” is registered.") % {"use": use.name})
        if verdict:
            messages.info(self.request, in_words(verdict))
        return HttpResponseRedirect(f"/uses/{use.id}")

    def _release(self, place: PlaceForm) -> Release | None:
        revision = place.cleaned_data["revision"]
        return place.chosen_release or attempt(
            place, lambda: services.add_release(actor=self.actor, model=self.model, revision=revision)
        )

    def _register(self, release: Release, place: PlaceForm, purpose: PurposeForm) -> Use:
        where, what = place.cleaned_data, purpose.cleaned_data
        return services.register_use(
            actor=self.actor,
            name=what["name"],
            release=release,
            team=place.chosen_team,
            environment=where.get("environment") or Environment.UNKNOWN,
            hosting_mode=where.get("hosting_mode") or HostingMode.UNKNOWN,
            operator_id=identifier(place, "operator"),
            offer=place.chosen_offer,
            use_case=purpose.chosen_case,
            use_case_name=what["use_case_name"],
            deployment_facts=stated(place, without=("environment", "hosting_mode", "operator")),
            use_case_facts=stated(purpose),
            status=what["status"],
        )

    def show_place(self, place: PlaceForm) -> HttpResponse:
        """The second step; what was typed in the third goes along unseen."""
        purpose = PurposeForm([], self.offered)
        context = {
            "form": place,
            "offers": zip(list(place["offer"])[1:], offered(self.offers, language()), strict=True),
            "no_offer": next(iter(place["offer"])),
            "carried": _hidden(purpose, self.request.POST),
        }
        return self._show("place", context)

    def show_purpose(self, place: PlaceForm, purpose: PurposeForm) -> HttpResponse:
        """The third step, with what was typed in the second."""
        return self._show("purpose", {"form": purpose, "carried": _hidden(place, self.request.POST), "place": place})

    def _show(self, step: str, context: dict[str, Any]) -> HttpResponse:
        card = cards([self.model], language())[0]
        shown = {"card": card, "steps": STEPS, "step": step, "address": f"?{urlencode({'model': str(self.model.id)})}"}
        return render(self.request, f"registry/register/{step}.html", {**shown, **context})


def _hidden(form: PlaceForm | PurposeForm, data: Any) -> list[tuple[str, str]]:
    """Every value that was typed for a form, as pairs for hidden fields."""
    names = [form.add_prefix(name) for name in form.fields]
    return [(name, value) for name in names for value in data.getlist(name)]
