"""Reads of reviews: done and due."""

import datetime as dt

from django.db.models import F, QuerySet

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.registry.models import Use
from apps.registry.selectors import uses
from apps.reviews.models import Review


def reviews(actor: Actor) -> QuerySet[Review]:
    """The completed reviews of the uses that `actor` may see, newest first."""
    actor.require("reviews.read")
    found = Review.objects.select_related("use__team", "reviewer")
    return found if actor.sees_all else found.filter(use__team_id__in=actor.team_ids)


def due_reviews(actor: Actor, *, within_days: int = 30, on: dt.date | None = None) -> QuerySet[Use]:
    """Uses whose review is overdue or falls due within some days, the oldest first. Without a date: not among them."""
    until = (on or today()) + dt.timedelta(days=within_days)
    return (
        uses(actor)
        .exclude(status=Use.Status.RETIRED)
        .filter(use_case__next_review__lte=until)
        .order_by(F("use_case__next_review"), "name", "id")
    )
