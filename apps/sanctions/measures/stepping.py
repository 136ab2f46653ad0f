"""The status of a measure: from announced to in force to lifted, each step with its source and day."""

import datetime as dt
from collections.abc import Mapping

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import Conflict, InvalidInput
from apps.core.text import clean_text
from apps.facts.models import Quality
from apps.sanctions.measures.entering import PERSON, locked, take_over, tell
from apps.sanctions.measures.said import sourced
from apps.sanctions.models import EventStep, RestrictionEvent

_S = RestrictionEvent.Status
_ENDED = (_S.LIFTED, _S.EXPIRED)
NEXT: Mapping[str, tuple[str, ...]] = {
    _S.PENDING: (_S.IN_FORCE, _S.ADVISORY, _S.WITHDRAWN),
    _S.IN_FORCE: (_S.ENJOINED, _S.SUSPENDED, *_ENDED, _S.UNKNOWN),
    _S.ENJOINED: (_S.IN_FORCE, *_ENDED, _S.UNKNOWN),
    _S.SUSPENDED: (_S.IN_FORCE, *_ENDED, _S.UNKNOWN),
    _S.ADVISORY: (*_ENDED,),
    _S.UNKNOWN: (_S.PENDING, _S.IN_FORCE, _S.ENJOINED, _S.SUSPENDED, *_ENDED, _S.WITHDRAWN, _S.ADVISORY),
    _S.LIFTED: (),
    _S.EXPIRED: (),
    _S.WITHDRAWN: (),
}
"""What a measure may become from what it is. One that ended does not come back: a new one is entered."""


def change_status(
    *,
    actor: Actor,
    event: RestrictionEvent,
    status: str,
    on: dt.date,
    source: str,
    source_url: str = "",
    as_of: dt.date,
    quality: str = Quality.PRIMARY,
    note: str = "",
    version: int | None = None,
) -> EventStep:
    """Say how a measure stands since the day `on`, as a source of the day `as_of` has it.

    Raises `Conflict` for a step that its status does not allow, `InvalidInput` for a day ahead or before the last
    step, `StaleVersion` when it is not at `version` any more.
    """
    actor.require("sanctions.change")
    statement = sourced(source, source_url, as_of, quality)
    note = clean_text(note, pointer="/note", max_length=5000, required=False)
    if on > today():
        raise InvalidInput("lies ahead: say it when it has come", pointer="/on")
    with change(actor, "restriction_event.status", reason=note):
        event = locked(event.id, version)
        take_over(event)
        _check(event, status, on)
        step = EventStep(event=event, status=status, on=on, note=note, taken_by=actor.label, **statement)
        step.source_quality = quality
        step.save()
        _set_days(event, status, on)
        _apply(event, step)
        tell(event)
    return step


def take_back_step(*, actor: Actor, step: EventStep, reason: str) -> RestrictionEvent:
    """Take back the last step of a measure, which a person entered and which never happened.

    Raises `Conflict` for any other step.
    """
    actor.require("sanctions.change")
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "restriction_event.step_back", reason=reason):
        event = locked(step.event_id)
        last, *earlier = event.steps.filter(taken_back_at__isnull=True).order_by("-id")
        if last.id != step.id or not earlier or last.channel != PERSON:
            raise Conflict(
                "Only the last step can be taken back, and the first one stays: correct the measure instead."
            )
        last.taken_back_at = now()
        last.save(update_fields=["taken_back_at"])
        if event.status in _ENDED and event.valid_to == last.on:
            event.valid_to = None
        if event.status == _S.IN_FORCE and earlier[0].status == _S.PENDING:
            event.valid_from = None
        _apply(event, earlier[0])
        tell(event)
    return event


def _check(event: RestrictionEvent, status: str, on: dt.date) -> None:
    allowed = NEXT[event.status]
    if status not in allowed:
        raise Conflict(
            f"From {event.status} it may become {', '.join(allowed)}."
            if allowed
            else "A measure that has ended does not change any more; enter a new one."
        )
    last = event.steps.filter(taken_back_at__isnull=True, on__isnull=False).order_by("-id").first()
    if last and last.on and on < last.on:
        raise InvalidInput("must not lie before the step before it", pointer="/on")
    if status in _ENDED and event.valid_from and on < event.valid_from:
        raise InvalidInput("must not lie before the first day", pointer="/on")


def _apply(event: RestrictionEvent, step: EventStep) -> None:
    """Let a measure stand as its last step says, on the word of that step's source."""
    event.status, event.status_note, event.channel = step.status, step.note, PERSON
    event.state, event.source_quality = step.state, step.source_quality
    event.source_label, event.source_url, event.as_of = step.source_label, step.source_url, step.as_of
    event.save()


def _set_days(event: RestrictionEvent, status: str, on: dt.date) -> None:
    """What a step says of the days of its measure: what was announced begins, what was in force ends."""
    if status == _S.IN_FORCE and (event.status == _S.PENDING or event.valid_from is None):
        event.valid_from = on
    if status in _ENDED:
        event.valid_to = on
    elif event.valid_to and event.valid_to <= on:
        event.valid_to = None
