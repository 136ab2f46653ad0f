"""Writes of waivers. Findings themselves follow verdicts: see `keeping.py`."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now, today
from apps.core.errors import Conflict, DuplicateFound, InvalidInput, NotPermitted, filled
from apps.core.text import clean_text
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.findings.models import Finding, Waiver
from apps.findings.selectors import finding_by_id

LONGEST_WAIVER = dt.timedelta(days=366)


class Decide(Protocol):
    """What approving, refusing and withdrawing have in common."""

    def __call__(self, *, actor: Actor, waiver: Waiver, reason: str) -> Waiver: ...


def propose_waiver(
    *,
    actor: Actor,
    finding: Finding,
    reason: str,
    compensating_controls: Sequence[str],
    expires_on: dt.date,
) -> Waiver:
    """Ask that a finding be accepted until a day.

    Raises `Conflict` for a finding that its rule does not let be waived or that is resolved, `DuplicateFound` when a
    waiver of it is asked for or in effect, `InvalidInput` for a missing reason, no control, or a day that is past or
    more than 366 days away.
    """
    finding = finding_by_id(actor, finding.id)
    actor.require("waivers.request", team_id=finding.use.team_id)
    if not finding.waivable:
        raise _not_waivable(finding)
    if finding.status == Finding.Status.RESOLVED:
        raise Conflict("This finding is resolved; there is nothing to waive.")
    reason = clean_text(reason, pointer="/reason", max_length=5000)
    controls = [
        clean_text(control, pointer=f"/compensating_controls/{index}", max_length=500)
        for index, control in enumerate(compensating_controls)
    ]
    if not controls:
        raise InvalidInput("name at least one control that compensates", pointer="/compensating_controls")
    if not today() < expires_on <= today() + LONGEST_WAIVER:
        raise InvalidInput("must lie in the future, at most 366 days from now", pointer="/expires_on")
    with change(actor, "waiver.propose", reason=reason):
        one_at_a_time(f"waivers {finding.id}")
        _make_room(finding)
        waiver = Waiver(
            finding=finding,
            reason=reason,
            compensating_controls=controls,
            expires_on=expires_on,
            requested_by=_person(actor),
        )
        waiver.save()
    return waiver


def _not_waivable(finding: Finding) -> Conflict:
    return Conflict(
        filled("The rule %(code)s cannot be waived. Mend what it found, or end the use.", code=finding.rule_code)
    )


def _decided_already(waiver: Waiver) -> Conflict:
    return Conflict(filled("This waiver is %(state)s already.", state=waiver.get_state_display().lower()))


def _make_room(finding: Finding) -> None:
    """A waiver whose day is past makes room for its successor, decided on or not; the journal keeps both."""
    alive = finding.waivers.filter(state__in=(Waiver.State.PROPOSED, Waiver.State.APPROVED)).first()
    if alive is None:
        return
    if alive.expires_on >= today():
        message = filled("A waiver of this finding is %(state)s already.", state=alive.get_state_display().lower())
        raise DuplicateFound(message, existing=str(alive.id))
    alive.state = Waiver.State.WITHDRAWN
    alive.save(update_fields=["state"])


def approve_waiver(*, actor: Actor, waiver: Waiver, reason: str) -> Waiver:
    """Accept the finding until the waiver's last day; never by whoever asked for it."""
    return _decide(actor, waiver, Waiver.State.APPROVED, reason)


def refuse_waiver(*, actor: Actor, waiver: Waiver, reason: str) -> Waiver:
    """Turn the request down."""
    return _decide(actor, waiver, Waiver.State.REFUSED, reason)


def withdraw_waiver(*, actor: Actor, waiver: Waiver, reason: str) -> Waiver:
    """Take a request back, or end a waiver in effect before its day."""
    if actor.user_id != waiver.requested_by_id and not actor.may("waivers.decide"):
        raise NotPermitted("A waiver is withdrawn by whoever asked for it, or by an approver.")
    reason = clean_text(reason, pointer="/reason", max_length=5000)
    with change(actor, "waiver.withdraw", reason=reason):
        waiver = _locked(waiver)
        if waiver.state not in (Waiver.State.PROPOSED, Waiver.State.APPROVED):
            raise _decided_already(waiver)
        waiver.state = Waiver.State.WITHDRAWN
        waiver.decision_reason = reason
        waiver.save(update_fields=["state", "decision_reason"])
        _mark(waiver)
    return waiver


def _decide(actor: Actor, waiver: Waiver, state: str, reason: str) -> Waiver:
    actor.require("waivers.decide")
    person = _person(actor)
    if person.id == waiver.requested_by_id:
        raise NotPermitted("Nobody decides on a waiver they asked for; another approver must.")
    reason = clean_text(reason, pointer="/reason", max_length=5000)
    with change(actor, f"waiver.{'approve' if state == Waiver.State.APPROVED else 'refuse'}", reason=reason):
        waiver = _locked(waiver)
        if waiver.state != Waiver.State.PROPOSED:
            raise _decided_already(waiver)
        if state == Waiver.State.APPROVED:
            _check_still_waivable(waiver)
        waiver.state, waiver.decided_by = state, person
        waiver.decided_at, waiver.decision_reason = now(), reason
        waiver.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
        _mark(waiver)
    return waiver


def _locked(waiver: Waiver) -> Waiver:
    return Waiver.objects.select_for_update(of=("self",)).select_related("finding__use").get(id=waiver.id)


def _check_still_waivable(waiver: Waiver) -> None:
    if waiver.expires_on < today():
        raise Conflict("The day until which this waiver was asked for is past; ask for a new one.")
    if not waiver.finding.waivable:
        raise _not_waivable(waiver.finding)
    if waiver.finding.status == Finding.Status.RESOLVED:
        raise Conflict("This finding is resolved; there is nothing to waive.")


def _person(actor: Actor) -> User:
    if actor.user_id is None:
        raise NotPermitted("Waivers are asked for and decided by people.")
    return User.objects.get(id=actor.user_id)


def _mark(waiver: Waiver) -> None:
    use = waiver.finding.use
    facts_changed.send(sender=Waiver, subjects={SubjectRef("use_case", use.use_case_id)})
