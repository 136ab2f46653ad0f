"""Writes of reviews."""

import datetime as dt

from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import Conflict, InvalidInput, NotPermitted
from apps.core.text import clean_text
from apps.facts.subjects import SubjectRef
from apps.policy.selectors import verdict_of
from apps.registry.models import Use
from apps.registry.selectors import use_by_id
from apps.registry.services.facts import FactInput, write_facts
from apps.reviews.models import WAITING, Reopening, Review
from apps.reviews.noticing import note_changes, remember_review

LONGEST_CYCLE = dt.timedelta(days=3 * 366)


def complete_review(*, actor: Actor, use: Use, conclusion: str, next_review: dt.date, note: str = "") -> Review:
    """Record that somebody reviewed a use, with the verdict they saw, and when it is to be reviewed next.

    Raises `InvalidInput` for a next review that is not in the future or more than three years away, and when changes
    are called for without a word about which; `NotFound` for a use that is not in sight, `Conflict` for a retired one.
    """
    use = use_by_id(actor, use.id)
    actor.require("reviews.complete", team_id=use.team_id)
    if use.status == Use.Status.RETIRED:
        raise Conflict("This use is retired; there is nothing to review.")
    if actor.user_id is None:
        raise NotPermitted("Reviews are completed by people.")
    if conclusion not in Review.Conclusion.values:
        raise InvalidInput(f"must be one of {', '.join(Review.Conclusion.values)}", pointer="/conclusion")
    needed = conclusion != Review.Conclusion.CONFIRMED
    note = clean_text(note, pointer="/note", max_length=5000, required=needed)
    if not today() < next_review <= today() + LONGEST_CYCLE:
        raise InvalidInput("must lie in the future, at most three years from now", pointer="/next_review")
    if conclusion == Review.Conclusion.CONFIRMED:
        note_changes([use.id])
        if Reopening.objects.filter(use=use, state__in=WAITING).exists():
            raise Conflict(
                gettext_noop("Something changed since the approval; settle the changes first, then confirm the use.")
            )
    verdict = verdict_of(use.id)
    with change(actor, "review.complete", reason=note):
        review = Review(
            use=use,
            reviewer_id=actor.user_id,
            reviewed_at=now(),
            conclusion=conclusion,
            note=note,
            next_review=next_review,
            evaluation=verdict.evaluation if verdict else None,
            decision=verdict.decision if verdict else "",
        )
        review.save()
        if conclusion == Review.Conclusion.CONFIRMED:
            remember_review(review)
        source = f"Review of {today().isoformat()} by {actor.label}"
        write_facts(
            Actor.system("review"),
            SubjectRef("use_case", use.use_case_id),
            use.use_case,
            [FactInput(field="next_review", value=next_review.isoformat(), state="verified", source=source)],
        )
    return review
