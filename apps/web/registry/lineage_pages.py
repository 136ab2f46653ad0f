"""The lineage of one model: figure, table, who claims what, suspected parents to judge."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.facts.models import State
from apps.facts.services import may_verify
from apps.registry import selectors, services
from apps.registry.inheritance import contradictions
from apps.registry.models import LineageClaim, LineageEdge, LineageSuggestion, Model
from apps.registry.origins import origin_of
from apps.web.forms import Form, attempt
from apps.web.pages import page
from apps.web.registry.forms import PastForm
from apps.web.registry.lineage import picture

ROWS = 50


@dataclass(frozen=True)
class Relative:
    """One edge of the table with who claims it."""

    edge: LineageEdge
    relation: str
    claims: Sequence[LineageClaim]
    upwards: bool
    contradicted: bool
    uses: int
    """Uses in sight of the model at the far end."""


@page()
def lineage(request: HttpRequest, actor: Actor, model_id: UUID) -> HttpResponse:
    """What a model was made from and what was made from it, now or at a past moment."""
    actor.require("register.read")
    found = selectors.model_alone(model_id)
    past = PastForm.asked(request)
    moment = past.moment
    above = selectors.Lineage.above(model_id, moment)
    upwards = above.ancestors(model_id)
    seen = {edge.id for edge in upwards}
    below = [edge for edge in _made_from(found, moment) if edge.id not in seen]
    used = _used(actor, upwards, below)
    below.sort(key=lambda edge: (not used.get(edge.child_id), edge.relation, edge.child.name, str(edge.id)))
    edges = [*upwards, *below]
    shown = Paginator(edges, ROWS).get_page(request.GET.get("page"))
    kept = f"?{urlencode({'as_of': moment.isoformat()})}" if moment else ""
    may_change = actor.may("register.change") and actor.sees_all and not moment
    context = {
        "model": found,
        "moment": moment,
        "past_form": past,
        "kept": kept,
        "picture": picture(found, above, below, kept),
        "rows": _rows(list(shown.object_list), set(upwards), {edge.id for edge in contradictions(edges)}, used, moment),
        "shown": shown,
        "counted": {"above": len(upwards), "below": len(below), "open": _open(edges)},
        "origin": origin_of(model_id) if moment is None else [],
        "suggestions": _suggestions(found, may_change) if moment is None else [],
        "may_change": may_change,
    }
    return render(request, "registry/lineage.html", context)


def _made_from(found: Model, moment: dt.datetime | None) -> list[LineageEdge]:
    """The edges below a model. What one leads to is mostly the child of another: it is read once."""
    edges = selectors.edges_at(moment, below=[found.id], ends=("child__developer",))
    known = {found.id: found} | {edge.child_id: edge.child for edge in edges}
    for edge in edges:
        if edge.parent_id in known:
            edge.parent = known[edge.parent_id]
    return edges


def _used(actor: Actor, upwards: Sequence[LineageEdge], below: Sequence[LineageEdge]) -> Mapping[UUID, int]:
    ids = {edge.child_id for edge in below} | {edge.parent_id for edge in upwards if edge.parent_id}
    rows = selectors.uses(actor).filter(deployment__release__model_id__in=ids).exclude(status="retired")
    return Counter(rows.order_by().values_list("deployment__release__model_id", flat=True))


def _open(edges: Sequence[LineageEdge]) -> int:
    return sum(edge.parent_id is None for edge in edges)


def _rows(
    edges: Sequence[LineageEdge],
    upwards: set[LineageEdge],
    contradicted: set[UUID],
    used: Mapping[UUID, int],
    moment: dt.datetime | None,
) -> list[Relative]:
    if moment is None:
        prefetch_related_objects(edges, "claims")
    relations, rows = dict(LineageEdge.Relation.choices), []
    for edge in edges:
        claims = edge.claims.all() if moment is None else edge.claimed  # type: ignore[attr-defined]  # by `edges_at`
        far = edge.parent_id if edge in upwards else edge.child_id
        standing = [claim for claim in claims if moment or claim.withdrawn_at is None]
        uses = used.get(far, 0) if far else 0
        relation = str(relations.get(edge.relation, edge.relation))
        rows.append(Relative(edge, relation, standing, edge in upwards, edge.id in contradicted, uses))
    return rows


class DecisionForm(Form):
    """What a person decides about a suspected parent."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("confirm", gettext_lazy("It is a parent")), ("refuse", gettext_lazy("It is none"))],
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("Relation"),
        choices=[("", gettext_lazy("Choose for a parent")), *LineageEdge.Relation.choices],
        required=False,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000)
    verified = forms.BooleanField(label=gettext_lazy("I checked it: record it as verified"), required=False)


def _suggestions(found: Model, may_change: bool) -> list[tuple[LineageSuggestion, bool]]:
    rows = found.suspected_parents.select_related("parent").order_by("-status", "parent_name", "id")
    open_ones = {row.id for row in rows if row.status == LineageSuggestion.Status.OPEN}
    return [(row, may_change and row.id in open_ones) for row in rows]


@page("GET", "POST")
def decide(request: HttpRequest, actor: Actor, suggestion_id: UUID) -> HttpResponse:
    """Confirm or refuse a suspected parent."""
    services.require_shared(actor)
    row = selectors.suggestion_by_id(suggestion_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: _decided(actor, row, data), pointers={}):
            messages.success(request, _("Your decision is recorded."))
            return HttpResponseRedirect(reverse("model-lineage", args=[row.child_id]))
    context = {"form": form, "suggestion": row, "model": row.child, "may_verify": may_verify(actor)}
    return render(request, "registry/lineage_decide.html", context)


def _decided(actor: Actor, row: LineageSuggestion, data: Mapping[str, str]) -> object:
    if data["decision"] == "refuse":
        return services.refuse_suggestion(actor=actor, suggestion=row, reason=data["reason"])
    state = State.VERIFIED if data["verified"] else State.CLAIMED_BY_OWNER
    return services.confirm_suggestion(
        actor=actor, suggestion=row, relation=data["relation"], reason=data["reason"], state=state
    )


class WithdrawForm(Form):
    """Why a claim is taken back."""

    claim = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the journal. An edge that nobody claims any more ends; its history stays."),
    )


@page("GET", "POST")
def withdraw(request: HttpRequest, actor: Actor, model_id: UUID) -> HttpResponse:
    """Take back one claim about an edge of the model's lineage."""
    services.require_shared(actor)
    found = selectors.model_alone(model_id)
    given = request.POST if request.method == "POST" else None
    form = WithdrawForm(given, initial={"claim": request.GET.get("claim", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        ended = attempt(
            form,
            lambda: services.withdraw_lineage_claims(actor=actor, claim_ids=[data["claim"]], reason=data["reason"]),
        )
        if ended is not None:
            messages.success(request, _("The claim is withdrawn; uses that rest on it are judged again."))
            return HttpResponseRedirect(reverse("model-lineage", args=[model_id]))
    return render(request, "registry/lineage_withdraw.html", {"form": form, "model": found})
