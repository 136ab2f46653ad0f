"""What changed in screening: one page, the newest first, by kind and for a week, a month or a quarter."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.core.clock import now
from apps.core.errors import InvalidInput
from apps.sanctions.news import OF_PARTIES, Kind, News, happened
from apps.web.lists import Listing, ShownFilter
from apps.web.pages import is_swap, page

WEEK = "7"
DAYS = (("30", _("Last 30 days")), ("90", _("Last 90 days")))


@page()
def changes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What changed in the last days."""
    actor.require("register.read")
    kinds = [(kind.value, kind.label) for kind in Kind if kind in kinds_for(actor)]
    chosen, days = _asked(request, "kind", kinds), _asked(request, "days", DAYS)
    since = now() - dt.timedelta(days=int(days or WEEK))
    rows, more = happened(since, [chosen] if chosen else kinds_for(actor))
    filters = [
        ShownFilter("kind", _("What changed"), kinds, chosen, _("Everything")),
        ShownFilter("days", _("Time"), DAYS, days, _("Last 7 days")),
    ]
    context: dict[str, Any] = {
        "listing": Listing(
            rows=rows,
            count=len(rows),
            more=more,
            query="",
            searchable=False,
            filters=filters,
            filtered=bool(chosen or days),
            order="",
            descending=True,
            next_url="",
            previous_url="",
        ),
        "since": since,
        "frame": "layouts/part.html" if is_swap(request) else "base.html",
    }
    return render(request, "sanctions/changes.html", context)


def kinds_for(actor: Actor) -> list[str]:
    """What somebody may see of what changed."""
    return [kind.value for kind in Kind if kind not in OF_PARTIES or actor.may("screening.read")]


def this_week(actor: Actor, most: int) -> list[News]:
    """The newest things of the last 7 days."""
    return happened(now() - dt.timedelta(days=int(WEEK)), kinds_for(actor))[0][:most]


def _asked(request: HttpRequest, name: str, choices: Any) -> str:
    value = request.GET.get(name, "")
    if value and value not in {key for key, _label in choices}:
        raise InvalidInput("This filter has no such choice; open the list anew.", pointer=f"/{name}")
    return value
