"""Approvals are compared with what is now, and reopened by what changed, in the transaction that judges the uses."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now, today
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.registry.models import Use
from apps.registry.services.facts import FactInput, write_facts
from apps.reviews.approved import states_of
from apps.reviews.comparing import Difference, Item, differences
from apps.reviews.models import WAITING, ApprovalSnapshot, Change, Reopening, Review

State = Mapping[str, Mapping[str, Item]]


def note_changes(use_ids: Iterable[UUID], **_: Any) -> None:
    """Compare the approvals of uses with what is now: open what changed, close what is as it was again.

    A use that has no approval on record is left alone, unless the day of one is stated: then what it rests on is
    remembered from now on. A constant number of queries while nothing changed; the same change twice is one.
    """
    ids = list(use_ids)
    held = _snapshots(ids)
    stated = _stated_approvals(ids, held)
    wanted = [*held, *(use_id for use_id in stated if use_id not in held)]
    if not wanted:
        return
    with transaction.atomic():
        uses = {use.id: use for use in locked(wanted)}
        states = states_of(uses.values())
        waiting = _waiting(uses)
        held = _snapshots(uses)
        for use_id, use in uses.items():
            if use_id in stated and not waiting[use_id]:
                remember(use, states[use_id], basis=ApprovalSnapshot.Basis.STATED, approved_on=stated[use_id])
            elif use_id in held:
                _compare(use, held[use_id], states[use_id], waiting[use_id])


def locked(use_ids: Iterable[UUID]) -> list[Use]:
    """Uses, for as long as this transaction lasts: whoever compares or settles one is alone with it, as a judge is."""
    rows = Use.objects.select_related(*PARTS).select_for_update(of=("self",), no_key=True)
    return list(rows.filter(id__in=list(use_ids)).order_by("id"))


def _snapshots(use_ids: Iterable[UUID]) -> dict[UUID, ApprovalSnapshot]:
    rows = ApprovalSnapshot.objects.filter(use_id__in=list(use_ids), superseded_at__isnull=True)
    return {row.use_id: row for row in rows}


PARTS = ("use_case", "deployment__release__model__developer")


def _stated_approvals(ids: Sequence[UUID], held: Mapping[UUID, ApprovalSnapshot]) -> dict[UUID, dt.date]:
    """The uses whose use case states a day of approval that is newer than the one on record."""
    cases = dict(Use.objects.filter(id__in=ids).values_list("id", "use_case_id"))
    facts = current_facts({SubjectRef("use_case", case) for case in cases.values()}, fields=("approved_on",))
    found = {}
    for use_id, case in cases.items():
        fact = facts[SubjectRef("use_case", case)].get("approved_on")
        if fact is None or not fact.known:
            continue
        day = dt.date.fromisoformat(str(fact.value))
        if use_id not in held or held[use_id].approved_on < day:
            found[use_id] = day
    return found


def _waiting(use_ids: Iterable[UUID]) -> dict[UUID, list[Reopening]]:
    found: dict[UUID, list[Reopening]] = defaultdict(list)
    for row in Reopening.objects.select_related("change").filter(use_id__in=list(use_ids), state__in=WAITING):
        found[row.use_id].append(row)
    return found


def remember(
    use: Use,
    state: State,
    *,
    basis: str,
    approved_on: dt.date,
    review_before: dt.date | None = None,
) -> ApprovalSnapshot:
    """Put down what an approval rests on; the snapshot before it is superseded."""
    text, actor = text_of(use, state), Actor.system("review")
    with change(actor, "review.note_changes"):
        moment = now()
        for old in ApprovalSnapshot.objects.select_for_update().filter(use=use, superseded_at__isnull=True):
            old.superseded_at = moment
            old.save(update_fields=["superseded_at"])
        snapshot = ApprovalSnapshot(
            use=use,
            basis=basis,
            approved_on=approved_on,
            taken_at=moment,
            state={kind: dict(items) for kind, items in state.items()},
            approved_text=text,
            present_text=text,
            review_before=review_before,
        )
        snapshot.save()
    return snapshot


def text_of(use: Use, state: State, approved: State | None = None) -> dict[str, Any]:
    """A licence text of a use's own model, one that was not approved before others; empty if none is known."""
    key = str(use.deployment.release.model_id)
    texts = _texts_in(state, key)
    had = {text["wording"] for text in _texts_in(approved or {}, key)}
    shown = next((text for text in texts if approved and text["wording"] not in had), texts[0] if texts else None)
    return {name: shown[name] for name in ("sha256", "wording", "source", "as_of")} if shown else {}


def _texts_in(state: State, key: str) -> Sequence[Item]:
    item = state.get("licence-text", {}).get(key)
    return item["texts"] if item else ()


def _compare(use: Use, snapshot: ApprovalSnapshot, state: State, waiting: Sequence[Reopening]) -> None:
    found = {one.identity: one for one in differences(snapshot.state, state)}
    known = {row.change.identity for row in waiting}
    new = [one for identity, one in found.items() if identity not in known]
    gone = [row for row in waiting if row.change.identity not in found]
    text = text_of(use, state, snapshot.state)
    if not new and not gone and snapshot.present_text == text:
        return
    actor = Actor.system("review")
    with change(actor, "review.note_changes"):
        for row in gone:
            row.state, row.settled_at = Reopening.State.GONE, now()
            row.save(update_fields=["state", "settled_at"])
        for one in new:
            _open(use, one)
        snapshot.present_text = text
        if new and not snapshot.review_before:
            snapshot.review_before = _ask_for_review(use, new)
        elif gone and not found:
            restore_review(use, snapshot)
        snapshot.save(update_fields=["present_text", "review_before"])


def _open(use: Use, one: Difference) -> None:
    item = one.after or one.before or {}
    row, _made = Change.objects.get_or_create(
        identity=one.identity,
        defaults={
            "kind": one.kind,
            "key": one.key,
            "about": one.about[:500],
            "before": one.before,
            "after": one.after,
            "seen_at": now(),
            "row_version": 1,
            **_sourcing(item),
        },
    )
    again = Reopening.objects.filter(change=row, use=use).first() or Reopening(change=row, use=use)
    again.state, again.opened_at, again.reason = Reopening.State.OPEN, now(), ""
    again.proposed_by = again.settled_by = again.settled_at = None
    again.save()


def _sourcing(item: Item) -> dict[str, Any]:
    """Where the present side was seen; of several texts, the last."""
    seen = item["texts"][-1] if item.get("texts") else item
    day = seen.get("as_of")
    return {
        "source_label": str(seen.get("source", ""))[:500],
        "source_url": seen.get("url", ""),
        "as_of": dt.date.fromisoformat(day) if day else None,
    }


def _ask_for_review(use: Use, new: Sequence[Difference]) -> dt.date | None:
    """Have the use reviewed from today on; the day that was planned before, where it is a later one."""
    planned = use.use_case.next_review
    if planned is not None and planned <= today():
        return None
    kinds = ", ".join(dict.fromkeys(str(Change.Kind(one.kind).label) for one in new))
    set_review(use, today(), source=f"Changed since the approval: {kinds}")
    return planned


def restore_review(use: Use, snapshot: ApprovalSnapshot) -> None:
    """Nothing waits any longer: the review is due when it was planned, if that day is still to come."""
    planned, snapshot.review_before = snapshot.review_before, None
    if planned and planned > today():
        set_review(use, planned, source="Planned before a change that is settled")


def set_review(use: Use, day: dt.date, *, source: str) -> None:
    """State the day of the next review, as a completed review does."""
    write_facts(
        Actor.system("review"),
        SubjectRef("use_case", use.use_case_id),
        use.use_case,
        [FactInput(field="next_review", value=day.isoformat(), state="verified", source=source)],
    )


def remember_review(review: Review) -> ApprovalSnapshot:
    """Put down what a use rests on that a review has confirmed."""
    use = Use.objects.select_related(*PARTS).get(id=review.use_id)
    state = states_of([use])[use.id]
    return remember(use, state, basis=ApprovalSnapshot.Basis.REVIEW, approved_on=review.reviewed_at.date())
