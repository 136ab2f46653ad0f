"""What authorities have done."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.sanctions import selectors
from apps.sanctions.measures import NEXT
from apps.sanctions.models import EffectClass, RestrictionEvent
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page


@page()
def events(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every measure."""
    actor.require("register.read")
    return list_page(
        request,
        "sanctions/events.html",
        selectors.events(),
        orders=(Order("authority", ("authority",)), Order("recorded", ("-created_at",))),
        filters=(
            Filter("status", _("Status"), RestrictionEvent.Status.choices),
            Filter("effect", _("Legal effect"), EffectClass.choices, "effect_class"),
        ),
        search=selectors.matching_events,
        context={"may_change": actor.may("sanctions.change")},
    )


@page()
def event(request: HttpRequest, actor: Actor, event_id: UUID) -> HttpResponse:
    """One measure with all that is known of it, and how it came to stand like this."""
    actor.require("register.read")
    found = selectors.event_by_id(event_id)
    steps = sorted(found.steps.all(), key=lambda step: step.id, reverse=True)
    standing = [step for step in steps if step.taken_back_at is None]
    may_change = actor.may("sanctions.change")
    can_go_back = may_change and len(standing) > 1 and standing[0].channel == "person"
    context = {
        "event": found,
        "steps": steps,
        "next": NEXT[found.status],
        "may_change": may_change,
        "back": standing[0] if can_go_back else None,
    }
    return render(request, "sanctions/event.html", context)
