"""Pages about the licence of a model and of a use: declared, concluded, effective, and judged for our profile."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
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
from apps.core.errors import NotFound, NotPermitted
from apps.facts.catalogue import FIELDS
from apps.facts.models import State
from apps.facts.words import in_words as value_in_words
from apps.facts.words import number_in_words
from apps.licences.effective import Bound, Clause, clauses_of
from apps.licences.judging import Reason
from apps.licences.models import Duty, Licence
from apps.licences.selectors import duties_of, licences
from apps.licences.speaking import HOW, ICONS, OUTCOMES, READ, TERMS, TONES, in_words
from apps.licences.terms import UnknownTerms, read_terms
from apps.policy.licences import LicenceView, licence_of_release, licence_of_use
from apps.registry.licensing import CONCLUDED
from apps.registry.models import LineageEdge, Model, Release
from apps.registry.selectors import model_by_id, use_by_id
from apps.registry.services import FactInput, state_facts
from apps.registry.services.facts import may_state
from apps.reviews.selectors import waiting_on, waiting_on_model
from apps.web.forms import Form, attempt
from apps.web.pages import language, page
from apps.web.registry.forms import PastForm
from apps.web.registry.past import releases_at


@dataclass(frozen=True)
class Row:
    """A clause or a reason as a page shows it."""

    outcome: str
    label: Any
    text: str
    clause: str
    quote: str
    source: str
    url: str
    read: Any
    bound: Bound
    how: Any
    path: str
    tone: str = ""
    icon: str = ""


def path_of(bound: Bound) -> str:
    """The way from the model to whoever bears the licence, in words; empty for the model itself."""
    relations = dict(LineageEdge.Relation.choices)
    steps = [f"{relations.get(step.relation, step.relation)} {step.parent}" for step in bound.via]
    return " → ".join(steps)


def _row(text: str, label: Any, bound: Bound, clause: Clause | None, outcome: str = "") -> Row:
    said = clause.said if clause else None
    return Row(
        outcome=outcome,
        label=label,
        text=text,
        clause=said.clause if said else "",
        quote=said.quote if said else "",
        source=said.source if said else "",
        url=said.url if said else "",
        read=READ[said.state] if said else "",
        bound=bound,
        how=HOW[bound.how],
        path=path_of(bound),
        tone=TONES.get(outcome, ""),
        icon=ICONS.get(outcome, ""),
    )


def reason_rows(reasons: tuple[Reason, ...]) -> list[Row]:
    """The reasons of a judgement."""
    return [_row(in_words(one), OUTCOMES[one.outcome], one.bound, one.clause, one.outcome) for one in reasons]


def clause_rows(view: LicenceView) -> list[Row]:
    """Every term that binds in words; a term of one licence once for each place in which it stands."""
    terms = dict(Duty.Term.choices)
    said = duties_of({bound.licence_id for bound in view.effective.bounds if bound.licence_id})
    found: dict[tuple[Any, ...], Row] = {}
    for clause in view.effective.clauses:
        term = TERMS[clause.dimension]
        duty = said.get((clause.bound.licence_id, term))
        key = (clause.bound.order, term, clause.said.clause, clause.said.quote)
        if key not in found:
            text = (duty.text_de if language() == "de" else duty.text_en) if duty else _choice(clause)
            found[key] = _row(text, terms[term], clause.bound, clause)
    return list(found.values())


def _choice(clause: Clause) -> str:
    """A term that no sentence says but whose value is one of a fact's choices: whether commercial use is allowed."""
    spec = FIELDS["licence"].get(clause.dimension)
    if clause.value == "with_conditions":
        return _("Allowed with conditions")
    return value_in_words(spec, clause.value, language()) if spec and isinstance(clause.value, str) else ""


@dataclass(frozen=True)
class Group:
    """The terms of one licence that bind, with whose licence it is and the way it came."""

    bound: Bound
    how: Any
    path: str
    rows: list[Row]


def clause_groups(view: LicenceView) -> list[Group]:
    """The terms that bind, licence by licence, the model's own first."""
    found: dict[tuple[Any, ...], Group] = {}
    for row in clause_rows(view):
        found.setdefault(row.bound.order, Group(row.bound, row.how, row.path, [])).rows.append(row)
    return list(found.values())


def clauses_of_licence(licence: Licence) -> list[Row]:
    """The typed terms of one licence with the place of each; none where nobody has read it."""
    try:
        terms = read_terms(licence.terms) if licence.terms else None
    except UnknownTerms:
        terms = None
    if terms is None:
        return []
    bound = Bound(licence.name, "self", terms, licence.key, licence.name)
    labels = dict(Duty.Term.choices)
    return [_row(_typed(one.value), labels[TERMS[one.dimension]], bound, one) for one in clauses_of(bound, terms)]


def _typed(value: Any) -> str:
    """A typed value as words: its fields that say something."""
    if is_dataclass(value):
        told = {field.name: getattr(value, field.name) for field in fields(value) if field.name != "said"}
        told = {name: one for name, one in told.items() if one not in ("", None, (), False)}
        return "; ".join(f"{name.replace('_', ' ')}: {_typed(one)}" for name, one in told.items()) or "–"
    if isinstance(value, tuple):
        return ", ".join(_typed(one) for one in value) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number_in_words(value)
    return "–" if value is None else str(value).replace("_", " ")


class ConcludeForm(Form):
    """Which licence holds, after reading."""

    licence = forms.ChoiceField(label=gettext_lazy("Licence"))
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=500,
        help_text=gettext_lazy("Where the text was read: file, revision, address."),
    )
    note = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=2000, widget=forms.Textarea())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        rows = licences().order_by("name").values_list("key", "name")
        choice: Any = self.fields["licence"]
        choice.choices = [("", ""), *((key, f"{name} ({key})") for key, name in rows)]


def _context(view: LicenceView, actor: Actor) -> dict[str, Any]:
    outcome = view.judgement.outcome
    concluded = licences().filter(key=view.concluded.value).first() if view.concluded.known else None
    return {
        "concluded_name": concluded.name if concluded else "",
        "view": view,
        "outcome": {"label": OUTCOMES[outcome], "tone": TONES[outcome], "icon": ICONS[outcome]},
        "reasons": reason_rows(view.judgement.reasons),
        "groups": clause_groups(view),
        "freed": [bound for bound in view.effective.bounds if bound.released],
        "may_change_profile": actor.may("organisation.change"),
        "profile": profile_lines(view),
    }


def profile_lines(view: LicenceView) -> Mapping[Any, str]:
    """What the judgement took from the profile and the use, in words."""
    profile, use = view.profile, view.circumstances

    def words(values: Any) -> str:
        if values is None:
            return _("unknown")
        return ", ".join(sorted(str(value).replace("_", " ") for value in values)) or _("none")

    def figure(value: Any) -> str:
        return _("unknown") if value is None else number_in_words(value)

    yes_no = {True: _("yes"), False: _("no"), None: _("unknown")}
    return {
        _("Principal place of business"): profile.country or _("unknown"),
        _("Monthly active users"): figure(profile.users),
        _("Annual revenue (USD)"): figure(profile.annual_revenue),
        _("Businesses with own terms"): words(profile.businesses),
        _("How models reach others"): words(profile.distribution),
        _("Outputs train other models"): (profile.outputs_train or _("unknown")).replace("_", " "),
        _("Countries of use"): words(use.countries),
        _("Modalities of the model"): words(use.modalities),
        _("Commercial"): yes_no[use.commercial],
    }


def _release(model: Model, wanted: str) -> Release:
    rows: dict[str, Release] = {str(row.id): row for row in model.releases.all()}
    floating = next((row for row in rows.values() if not row.revision), None)
    found = rows.get(wanted) if wanted else floating or next(iter(rows.values()), None)
    if found is None:
        raise NotFound("There is no such release of this model.")
    found.model = model
    return found


@page("GET", "POST")
def of_model(request: HttpRequest, actor: Actor, model_id: UUID) -> HttpResponse:
    """The licence of a model's release in three layers, judged for our profile, with a form to conclude."""
    actor.require("register.read")
    model = model_by_id(model_id)
    release = _release(model, request.GET.get("release", ""))
    past = PastForm.asked(request)
    may = past.moment is None and may_state(actor, "release", CONCLUDED)
    form = ConcludeForm(request.POST if request.method == "POST" else None) if may else None
    if request.method == "POST":
        if form is None:
            raise NotPermitted("Which licence holds is concluded by a compliance officer; send them what you read.")
        if form.is_valid() and attempt(form, lambda: _conclude(actor, release, form.cleaned_data)):
            messages.success(request, _("Recorded. The uses that rest on it are judged again in a moment."))
            return HttpResponseRedirect(f"{reverse('model-licence', args=[model.id])}?release={release.id}")
    context = _context(licence_of_release(release, recorded=past.moment), actor)
    context |= {"model": model, "form": form, "releases": releases_at(model, past.moment), "release": release}
    context |= {"moment": past.moment, "past_form": past, "here": reverse("model-licence", args=[model.id])}
    context |= {"waiting": waiting_on_model(actor, model.id) if actor.may("reviews.read") and not past.moment else []}
    return render(request, "licences/layers.html", context)


def _conclude(actor: Actor, release: Release, data: Mapping[str, Any]) -> bool:
    fact = FactInput(
        field=CONCLUDED, value=data["licence"], state=State.VERIFIED, source=data["source"], note=data["note"]
    )
    return bool(state_facts(actor=actor, subject_type="release", subject_id=release.id, facts=[fact]))


@page()
def of_use(request: HttpRequest, actor: Actor, use_id: UUID) -> HttpResponse:
    """The licence of the release that a use runs, judged in the use's own circumstances."""
    use = use_by_id(actor, use_id)
    context = _context(licence_of_use(use), actor)
    context |= {"use": use, "model": use.deployment.release.model, "release": use.deployment.release}
    context |= {"waiting": waiting_on(actor, use) if actor.may("reviews.read") else []}
    return render(request, "licences/layers.html", context)
