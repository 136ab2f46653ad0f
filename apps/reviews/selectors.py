"""Reads of reviews: done and due."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.core.errors import NotFound
from apps.policy.sheets.entries import Entry
from apps.registry.models import Use
from apps.registry.selectors import uses
from apps.reviews.models import WAITING, ApprovalSnapshot, Change, Reopening, Review


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


def reopenings(actor: Actor) -> QuerySet[Reopening]:
    """What changed on approved uses that `actor` may see, newest first; retired uses need nobody."""
    actor.require("reviews.read")
    found = Reopening.objects.select_related(
        "change", "use__team", "use__use_case__owner", "use__deployment__release__model", "proposed_by", "settled_by"
    ).exclude(use__status=Use.Status.RETIRED)
    return found if actor.sees_all else found.filter(use__team_id__in=actor.team_ids)


def changes(actor: Actor) -> QuerySet[Change]:
    """The changes that touch approvals in sight, newest first, with `waiting` and `touched`: their numbers of uses."""
    actor.require("reviews.read")
    seen = Q() if actor.sees_all else Q(reopenings__use__team_id__in=actor.team_ids)
    seen &= ~Q(reopenings__use__status=Use.Status.RETIRED)
    touching = Reopening.objects.filter(change=OuterRef("pk")).exclude(use__status=Use.Status.RETIRED)
    if not actor.sees_all:
        touching = touching.filter(use__team_id__in=actor.team_ids)
    return Change.objects.filter(Exists(touching)).annotate(
        waiting=Count("reopenings", filter=seen & Q(reopenings__state__in=WAITING)),
        touched=Count("reopenings", filter=seen),
    )


def change_by_id(actor: Actor, change_id: UUID) -> Change:
    """One change that touches a use in sight. Raises `NotFound`."""
    found = changes(actor).filter(id=change_id).first()
    if found is None:
        raise NotFound("There is no such change, or it touches no use of your teams.")
    return found


def waiting_on(actor: Actor, use: Use) -> list[Reopening]:
    """What waits to be settled on one use."""
    return list(reopenings(actor).filter(use=use, state__in=WAITING))


def waiting_on_model(actor: Actor, model_id: UUID) -> list[Reopening]:
    """What waits to be settled on the uses of a model in sight."""
    return list(reopenings(actor).filter(use__deployment__release__model_id=model_id, state__in=WAITING)[:20])


def snapshot_of(use: Use) -> ApprovalSnapshot | None:
    """What the approval of a use rests on, as it was remembered; None where none is on record."""
    return ApprovalSnapshot.objects.filter(use=use, superseded_at__isnull=True).first()


def approvals_at(use_ids: Sequence[UUID], recorded: dt.datetime | None = None) -> QuerySet[ApprovalSnapshot]:
    """What approvals rest on now, or rested on at a moment, without what was compared; at most one for each use."""
    rows = ApprovalSnapshot.objects.filter(use_id__in=list(use_ids)).defer("state")
    if recorded is None:
        return rows.filter(superseded_at__isnull=True)
    return rows.filter(taken_at__lte=recorded).filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=recorded))


def approval_entries(
    use_ids: Sequence[UUID], *, on: dt.date, recorded: dt.datetime | None
) -> Mapping[UUID, Mapping[str, Entry]]:
    """What fact sheets hold of approvals: the licence text that was approved beside the present one. One query."""
    rows = approvals_at(use_ids, recorded)
    return {row.use_id: _text_entries(row) for row in rows if row.approved_text and row.present_text}


def _text_entries(snapshot: ApprovalSnapshot) -> dict[str, Entry]:
    present, approved = snapshot.present_text, snapshot.approved_text
    same = present["wording"] == approved["wording"]
    entry: dict[str, Any] = {
        # Two files with the same words are the same text: white space is nobody's concern.
        "value": present["sha256"] if same else approved["sha256"],
        "state": "verified",
        "source": approved["source"],
        "as_of": snapshot.approved_on.isoformat(),
    }
    if same and present["sha256"] != approved["sha256"]:
        entry["note"] = f"The file approved had the SHA-256 {approved['sha256']}; its words are the same."
    return {
        "licence.text_sha256": {
            "value": present["sha256"],
            "state": "inferred",
            "source": present["source"],
            "as_of": present["as_of"],
        },
        "licence.text_sha256_at_approval": entry,
    }
