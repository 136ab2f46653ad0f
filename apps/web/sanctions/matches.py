"""The queue of matches, one match side by side with the entry, and its judgement by one or two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.core.errors import InvalidInput
from apps.registry.exposure import behind_uses, uses_of_parties
from apps.registry.selectors import uses_reading
from apps.sanctions.entries import ListedParty, of_body
from apps.sanctions.models import Judgement, Match, RestrictedPartyList
from apps.sanctions.screening import judging, selectors
from apps.sanctions.screening.asking import Asked, asked_of
from apps.sanctions.selectors import lists
from apps.sanctions.speaking import feature_word, kind_word
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

SHOWN = 20
BANDS = (("probable", gettext_lazy("Probable")), ("possible", gettext_lazy("Possible")))
STATES = (
    ("second", gettext_lazy("Awaits a second person")),
    ("same", gettext_lazy("The same")),
    ("different", gettext_lazy("Another")),
    ("gone", gettext_lazy("Gone")),
)
EXPOSURE = (("uses", gettext_lazy("Parties behind a use")),)


@page()
def matches(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits for a judgement, the nearest first; with a filter, everything else."""
    actor.require("screening.read")
    rows = selectors.matches()
    if not request.GET.get("state"):
        rows = rows.filter(state=Match.State.OPEN)
    by_key = {row.key: row for row in lists()}
    return list_page(
        request,
        "sanctions/matches.html",
        rows,
        orders=(Order("score", ("-score",)), Order("noticed", ("-created_at",))),
        filters=(
            Filter("state", gettext_lazy("State"), STATES, _by_state, gettext_lazy("To be judged")),
            Filter("band", gettext_lazy("Likeness"), BANDS),
            Filter("list", gettext_lazy("List"), [(key, key) for key in sorted(by_key)], "list_key"),
            Filter("exposure", gettext_lazy("Exposure"), EXPOSURE, _with_uses),
        ),
        search=("party__name", "entry__name"),
        decorate=lambda found: _decorate(found, by_key),
    )


def _by_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "second":
        waiting = Judgement.objects.filter(match=OuterRef("id"), state=Judgement.State.PROPOSED)
        return rows.filter(Exists(waiting))
    return rows.filter(state=value)


def _with_uses(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(behind_uses("party_id"))


def _decorate(rows: Sequence[Any], by_key: dict[str, RestrictedPartyList]) -> None:
    uses = uses_of_parties(row.party_id for row in rows)
    for row in rows:
        row.list = by_key.get(row.list_key)
        row.uses = uses.get(row.party_id, 0)


@dataclass(frozen=True)
class Side:
    """One thing that both sides may say, in words; what neither says is left out."""

    label: Any
    ours: Sequence[str]
    theirs: Sequence[str]


@page()
def match(request: HttpRequest, actor: Actor, match_id: UUID) -> HttpResponse:
    """One match: both sides, why they are near, what being on the list means, and what was judged."""
    actor.require("screening.read")
    return _show(request, actor, selectors.match_by_id(match_id), {})


def _show(request: HttpRequest, actor: Actor, found: Match, form: dict[str, Any], status: int = 200) -> HttpResponse:
    judgements = list(found.judgements.all())
    waiting = next((row for row in judgements if row.state == Judgement.State.PROPOSED), None)
    asked = asked_of([found.party_id])[found.party_id]
    may_judge = actor.user_id is not None and actor.may("sanctions.change")
    context = {
        "match": found,
        "list": RestrictedPartyList.objects.filter(key=found.list_key).first(),
        "sides": _sides(asked, of_body(found.entry.body)),
        "entry": of_body(found.entry.body),
        "features": [(feature_word(row["code"]), row) for row in found.features],
        "uses": uses_reading(actor, "party", [found.party_id]).order_by("name", "id")[:SHOWN],
        "judgements": judgements,
        "waiting": waiting,
        "may_judge": may_judge and found.state == Match.State.OPEN and waiting is None,
        "may_decide": waiting is not None
        and actor.may("sanctions.decide")
        and actor.user_id not in (None, waiting.proposed_by_id),
        "may_reopen": may_judge and found.state in (Match.State.SAME, Match.State.DIFFERENT),
        "grounds": [(value, label, judging.GROUNDS[value]) for value, label in Judgement.Outcome.choices],
        "alike": judging.alike(found).count() if found.state == Match.State.OPEN else 0,
        "two_for": [value for value in Judgement.Outcome.values if judging.needs_second_person(found, value)],
        "form": form,
    }
    return render(request, "sanctions/match.html", context, status=status)


def _sides(asked: Asked, entry: ListedParty) -> list[Side]:
    rows = (
        Side(_("Names"), (asked.name, *asked.aliases), [name.text for name in entry.names]),
        Side(_("Kind"), (kind_word(asked.kind),), (kind_word(entry.kind),)),
        Side(_("Countries"), asked.countries, entry.countries),
        Side(_("Register numbers"), _numbers(asked.identifiers), _numbers(entry.identifiers)),
        Side(_("Addresses"), (), entry.addresses),
        Side(_("Dates of birth"), (), entry.birth_dates),
        Side(_("Programmes"), (), entry.programmes),
        Side(_("Listed on"), (), (entry.listed_on.isoformat(),) if entry.listed_on else ()),
        Side(_("Acts"), (), entry.acts),
        Side(_("Licence requirement"), (), (entry.licence_requirement,) if entry.licence_requirement else ()),
        Side(_("Remarks"), (), (entry.remarks,) if entry.remarks else ()),
    )
    return [row for row in rows if row.ours or row.theirs]


def _numbers(identifiers: Sequence[Any]) -> list[str]:
    return [" ".join(filter(None, (row.kind, row.value, row.country))) for row in identifiers]


@page("POST")
def judge(request: HttpRequest, actor: Actor, match_id: UUID) -> HttpResponse:
    """Say that it is the same or another one, then go on to the next that waits."""
    found = selectors.match_by_id(match_id)
    outcome, _sep, ground = request.POST.get("judgement", "").partition(":")
    values = {name: request.POST.get(name, "") for name in ("comment", "evidence")}
    try:
        made = judging.judge(
            actor=actor,
            match=found,
            outcome=outcome,
            ground=ground,
            alike=bool(request.POST.get("alike")),
            **values,
        )
    except InvalidInput as error:
        form = {**values, "judgement": request.POST.get("judgement", ""), "error": error.message}
        if not outcome:
            form["error"] = _("Choose a judgement.")
        return _show(request, actor, found, form, 422)
    two = made.state == Judgement.State.PROPOSED
    messages.success(request, _("It awaits a second person.") if two else _("It is judged."))
    return HttpResponseRedirect(_next(found))


def _next(done: Match) -> str:
    """The next match that waits and that nobody has proposed to judge, else the queue."""
    waiting = Judgement.objects.filter(match=OuterRef("id"), state=Judgement.State.PROPOSED)
    rows = Match.objects.filter(~Exists(waiting), state=Match.State.OPEN).exclude(id=done.id)
    following = rows.order_by("-score", "id").first()
    return reverse("match", args=[following.id]) if following else reverse("matches")


@page("POST")
def decide(request: HttpRequest, actor: Actor, match_id: UUID) -> HttpResponse:
    """The second person agrees or does not."""
    found = selectors.match_by_id(match_id)
    judging.decide(
        actor=actor,
        judgement=judging.waiting_judgement(actor, found),
        agree=request.POST.get("way") == "agree",
        comment=request.POST.get("comment", ""),
    )
    messages.success(request, _("It is decided."))
    return HttpResponseRedirect(reverse("match", args=[found.id]))


@page("POST")
def reopen(request: HttpRequest, actor: Actor, match_id: UUID) -> HttpResponse:
    """Take a judgement back."""
    found = selectors.match_by_id(match_id)
    judging.reopen(actor=actor, match=found, reason=request.POST.get("reason", ""))
    messages.success(request, _("The match is open again."))
    return HttpResponseRedirect(reverse("match", args=[found.id]))
