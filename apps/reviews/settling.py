"""Writes that settle a change: the approval is given again, or two people agree that the change is not material."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import Conflict, NotPermitted
from apps.core.text import clean_text
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.registry.models import Use
from apps.reviews.models import WAITING, ApprovalSnapshot, Change, Reopening
from apps.reviews.noticing import locked, remember, restore_review
from apps.reviews.selectors import reopenings

PERMISSION = "reviews.complete"


def approve_again(*, actor: Actor, change_: Change, reason: str, uses: Sequence[Use] | None = None) -> list[Reopening]:
    """Approve uses with the change; what is now is what is approved. All waiting ones in sight unless told which.

    Raises `NotPermitted` for whoever answers for the use as its owner: an approval is given by somebody else.
    """
    reason = clean_text(reason, pointer="/reason", max_length=5000)
    with change(actor, "change.approve", reason=reason):
        rows = _rows(actor, change_, uses, WAITING)
        for row in rows:
            if row.use.use_case.owner_id == actor.user_id:
                raise NotPermitted(gettext_noop("The owner of a use does not approve it; another person must."))
            _settle(row, actor, Reopening.State.APPROVED, reason)
    return rows


def propose_not_material(
    *, actor: Actor, change_: Change, reason: str, uses: Sequence[Use] | None = None
) -> list[Reopening]:
    """Say why a change does not matter to uses; another person has to agree."""
    reason = clean_text(reason, pointer="/reason", max_length=5000)
    with change(actor, "change.propose", reason=reason):
        rows = _rows(actor, change_, uses, (Reopening.State.OPEN,))
        for row in rows:
            row.state, row.reason, row.proposed_by_id = Reopening.State.PROPOSED, reason, actor.user_id
            row.save(update_fields=["state", "reason", "proposed_by"])
    return rows


def agree_not_material(
    *, actor: Actor, change_: Change, reason: str = "", uses: Sequence[Use] | None = None
) -> list[Reopening]:
    """Agree that a change does not matter; never by whoever proposed it."""
    reason = clean_text(reason, pointer="/reason", max_length=5000, required=False)
    with change(actor, "change.agree", reason=reason):
        rows = _rows(actor, change_, uses, (Reopening.State.PROPOSED,))
        for row in rows:
            if row.proposed_by_id == actor.user_id:
                raise NotPermitted(gettext_noop("Nobody agrees with what they proposed; another person must."))
            _settle(row, actor, Reopening.State.NOT_MATERIAL, "\n".join(filter(None, (row.reason, reason))))
    return rows


def refuse_not_material(
    *, actor: Actor, change_: Change, reason: str, uses: Sequence[Use] | None = None
) -> list[Reopening]:
    """Disagree: the change stays open."""
    reason = clean_text(reason, pointer="/reason", max_length=5000)
    with change(actor, "change.refuse", reason=reason):
        rows = _rows(actor, change_, uses, (Reopening.State.PROPOSED,))
        for row in rows:
            row.state, row.reason, row.proposed_by_id = Reopening.State.OPEN, reason, None
            row.save(update_fields=["state", "reason", "proposed_by"])
    return rows


def _rows(actor: Actor, change_: Change, uses: Sequence[Use] | None, states: Sequence[str]) -> list[Reopening]:
    """The reopenings of a change in sight that are in one of some states, locked. Raises `Conflict` for none."""
    if actor.user_id is None:
        raise NotPermitted(gettext_noop("Changes are settled by people."))
    actor.require(PERMISSION)
    found = reopenings(actor).filter(change=change_, state__in=states)
    if uses is not None:
        found = found.filter(use_id__in=[use.id for use in uses])
    locked(found.values_list("use_id", flat=True))
    rows = list(found.order_by("use_id"))
    for row in rows:
        actor.require(PERMISSION, team_id=row.use.team_id)
    if not rows or (uses is not None and len(rows) != len({use.id for use in uses})):
        raise Conflict(gettext_noop("This is settled already, or does not wait for that; open the change anew."))
    return rows


def _settle(row: Reopening, actor: Actor, state: str, reason: str) -> None:
    row.state, row.reason, row.settled_at, row.settled_by_id = state, reason, now(), actor.user_id
    row.save(update_fields=["state", "reason", "settled_at", "settled_by"])
    old = ApprovalSnapshot.objects.get(use=row.use, superseded_at__isnull=True)
    again = state == Reopening.State.APPROVED
    snapshot = remember(
        row.use,
        _with(old.state, row.change),
        basis=ApprovalSnapshot.Basis.AGAIN if again else ApprovalSnapshot.Basis.NOT_MATERIAL,
        approved_on=today() if again else old.approved_on,
        review_before=old.review_before,
    )
    snapshot.present_text = old.present_text
    if not Reopening.objects.filter(use=row.use, state__in=WAITING).exists():
        restore_review(row.use, snapshot)
    snapshot.save(update_fields=["present_text", "review_before"])
    facts_changed.send(sender=Reopening, subjects={SubjectRef("use_case", row.use.use_case_id)})


def _with(state: dict[str, Any], settled: Change) -> dict[str, Any]:
    """What was approved, with what has changed as it is after the change."""
    items = dict(state.get(settled.kind, {}))
    if settled.after is None:
        items.pop(settled.key, None)
    else:
        items[settled.key] = settled.after
    return {**state, settled.kind: items}
