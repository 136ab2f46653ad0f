"""Who holds a party and what it holds; stakes recorded, ended, corrected, taken back."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.parties import selectors, services
from apps.parties.models import Party, Stake
from apps.policy.standing import Standing
from apps.web.facts_forms import Offered
from apps.web.forms import Form, attempt
from apps.web.pages import language, page
from apps.web.parties.forms import CorrectionForm, DayForm, EndForm, ReasonForm, StakeForm
from apps.web.parties.ownership import StakeRow, percent, picture, regime_rows


@page()
def ownership(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """Owners above and holdings below a party on a day, and what each regime makes of it."""
    actor.require("register.read")
    found = selectors.party_alone(party_id)
    asked = DayForm.asked(request)
    day, moment = asked.day, asked.moment
    standing = Standing.of([found.id], on=day, recorded=moment)
    stakes = selectors.stakes_around(standing.ownership, found.id, moment)
    held = [stake for stake in stakes if _is_held(stake, day)]
    rows = [StakeRow(stake, stake.owned_id in standing.ownership.parties) for stake in held]
    context = {
        "party": found,
        "day": day,
        "moment": moment,
        "past": moment is not None or day != today(),
        "day_form": asked,
        "picture": picture(found, rows, standing, _kept(day, moment)),
        "kept": _kept(day, moment),
        "rows": sorted(rows, key=lambda row: not row.above),
        "others": [stake for stake in stakes if not _is_held(stake, day)],
        "all_shown": len(stakes) < selectors.MOST_STAKES,
        "regimes": regime_rows(found, standing),
        "least": percent(standing.least_resolved),
        "may_change": _may_change(actor) and moment is None,
    }
    return render(request, "parties/ownership.html", context)


def _is_held(stake: Stake, day: dt.date) -> bool:
    begun = stake.valid_from is None or stake.valid_from <= day
    return begun and (stake.valid_to is None or day <= stake.valid_to)


def _kept(day: dt.date, moment: dt.datetime | None) -> str:
    asked = {"as_of": day.isoformat()} if day != today() else {}
    if moment:
        asked["recorded"] = moment.isoformat()
    return f"?{urlencode(asked)}" if asked else ""


def _may_change(actor: Actor) -> bool:
    return actor.may("register.change") and actor.sees_all


@page("GET", "POST")
def record(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """Record a stake in a party."""
    services.require_shared_change(actor)
    found = selectors.party_alone(party_id)
    form = StakeForm(Offered(actor, language()), request.POST or None)
    return _change(
        request,
        form,
        found,
        lambda: services.record_stake(actor=actor, owned=found, **form.said()),
        pointers={"/owner_name": "owner"},
        words={
            "title": _("Record a stake"),
            "lead": _("Who holds how much of %(party)s, from which source.") % {"party": found.name},
            "button": _("Record"),
            "done": _("The stake is recorded; uses that rest on it are judged again."),
        },
    )


@page("GET", "POST")
def end(request: HttpRequest, actor: Actor, stake_id: UUID) -> HttpResponse:
    """Say which was the last day of a stake."""
    services.require_shared_change(actor)
    stake = selectors.stake_by_id(stake_id)
    form = EndForm(request.POST or None)
    return _change(
        request,
        form,
        stake.owned,
        lambda: services.end_stake(actor=actor, stake=stake, **form.said()),
        words={
            "title": _("End a stake"),
            "lead": _("%(stake)s: it was held until a day; what was known before stays.") % {"stake": _said(stake)},
            "button": _("End the stake"),
            "done": _("The stake has an end; uses that rest on it are judged again."),
        },
    )


@page("GET", "POST")
def correct(request: HttpRequest, actor: Actor, stake_id: UUID) -> HttpResponse:
    """Put right a stake that was recorded wrongly."""
    services.require_shared_change(actor)
    stake = selectors.stake_by_id(stake_id)
    form = CorrectionForm.of(stake, request.POST or None)
    return _change(
        request,
        form,
        stake.owned,
        lambda: services.correct_stake(actor=actor, stake=stake, **form.said()),
        words={
            "title": _("Correct a stake"),
            "lead": _("%(stake)s was recorded wrongly.") % {"stake": _said(stake)},
            "button": _("Correct"),
            "done": _("The stake is corrected; uses that rest on it are judged again."),
        },
    )


@page("GET", "POST")
def withdraw(request: HttpRequest, actor: Actor, stake_id: UUID) -> HttpResponse:
    """Take back a stake that never was."""
    services.require_shared_change(actor)
    stake = selectors.stake_by_id(stake_id)
    form = ReasonForm(request.POST or None)
    return _change(
        request,
        form,
        stake.owned,
        lambda: services.withdraw_stake(actor=actor, stake=stake, reason=form.cleaned_data["reason"]),
        words={
            "title": _("Withdraw a stake"),
            "lead": _("%(stake)s never was. One that was sold has an end instead.") % {"stake": _said(stake)},
            "button": _("Withdraw"),
            "done": _("The stake is withdrawn; uses that rest on it are judged again."),
            "danger": True,
        },
    )


def _said(stake: Stake) -> str:
    names = {"owner": stake.owner_name, "owned": stake.owned.name, "share": percent(stake.equity_pct)}
    return _("%(owner)s in %(owned)s, %(share)s") % names


def _change(
    request: HttpRequest,
    form: Form,
    party: Party,
    write: Callable[[], Any],
    *,
    words: dict[str, Any],
    pointers: dict[str, str] | None = None,
) -> HttpResponse:
    """A form about a party's ownership, and what follows when it is sent."""
    here = reverse("party-ownership", args=[party.id])
    if request.method == "POST" and form.is_valid() and attempt(form, write, pointers=pointers):
        messages.success(request, words["done"])
        return HttpResponseRedirect(here)
    return render(request, "parties/change.html", {"form": form, "party": party, "back": here, **words})
