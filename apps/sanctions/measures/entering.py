"""Measures entered from a source, corrected, and whom they name."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import today
from apps.core.errors import DuplicateFound, InvalidInput, StaleVersion
from apps.core.text import clean_text
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party
from apps.sanctions.measures.said import MOST_NAMED, MeasureSaid, differing, said_of
from apps.sanctions.models import EventParty, EventStep, RestrictionEvent

PERSON = "person"
STATEMENT = {"source": "source_label", "source_url": "source_url", "as_of": "as_of", "quality": "state"}
"""What a measure rests on: while nothing is said of that, its state stays too."""


def enter_event(
    *, actor: Actor, status: str, status_note: str = "", parties: Collection[Party] = (), **said: Any
) -> RestrictionEvent:
    """Enter a measure as a source has it; the rest as in `MeasureSaid`. Its status is the first step of its history.

    Raises `InvalidInput` with a pointer, for one that names nobody too.
    """
    actor.require("sanctions.change")
    if status not in RestrictionEvent.Status.values:
        raise InvalidInput(f"must be one of {', '.join(RestrictionEvent.Status.values)}", pointer="/status")
    columns = MeasureSaid(**said).columns(status)
    _check_named(parties, columns["others_named"])
    note = clean_text(status_note, pointer="/status_note", max_length=5000, required=False)
    _check_new(columns)
    with change(actor, "restriction_event.enter"):
        event = RestrictionEvent(**columns, status=status, status_note=note)
        event.save()
        _name(event, parties)
        _first_step(event, actor.label)
        tell(event)
    return event


def correct_event(
    *,
    actor: Actor,
    event: RestrictionEvent,
    reason: str,
    version: int | None = None,
    parties: Collection[Party] | None = None,
    **said: Any,
) -> RestrictionEvent:
    """Put right what is recorded of a measure; what is not given stays, its status too (`change_status`).

    `parties` replaces those of the register that it names. From then on it is kept by people: the knowledge leaves it.
    Raises `StaleVersion` when it is not at `version` any more, `InvalidInput` with a pointer.
    """
    actor.require("sanctions.change")
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "restriction_event.correct", reason=reason):
        event = locked(event.id, version)
        columns = MeasureSaid(**{**said_of(event), **said}).columns(event.status)
        if not said.keys() & STATEMENT.keys():
            columns = {name: value for name, value in columns.items() if name not in STATEMENT.values()}
        named = set(event.parties.all())
        wanted = named if parties is None else set(parties)
        _check_named(wanted, columns["others_named"])
        take_over(event)
        event.channel = PERSON
        for name in (changed := differing(event, columns)):
            setattr(event, name, columns[name])
        event.save(update_fields=[*changed, "channel"])
        EventParty.objects.filter(event=event, party__in=named - wanted).delete()
        _name(event, wanted - named)
        tell(event, (party.id for party in named))
    return event


def name_parties(
    *, actor: Actor, event: RestrictionEvent, parties: Collection[Party], instead_of: str = ""
) -> RestrictionEvent:
    """Say that a measure names further parties of the register; `instead_of` is a name that stood for one so far."""
    actor.require("sanctions.change")
    with change(actor, "restriction_event.name"):
        event = locked(event.id)
        if instead_of and instead_of not in event.others_named:
            raise InvalidInput("is not named by this measure", pointer="/instead_of")
        take_over(event)
        event.channel = PERSON
        event.others_named = [name for name in event.others_named if name != instead_of]
        event.save(update_fields=["others_named", "channel"])
        _name(event, set(parties) - set(event.parties.all()))
        tell(event)
    return event


def locked(event_id: UUID, version: int | None = None) -> RestrictionEvent:
    """The measure, for this transaction alone. Raises `StaleVersion` when it is not at `version` any more."""
    event = RestrictionEvent.objects.select_for_update().get(id=event_id)
    if version is not None and event.row_version != version:
        raise StaleVersion("This was changed since you read it; read it again.")
    return event


def take_over(event: RestrictionEvent) -> None:
    """Keep, before a person changes it, how a measure stood that has no history yet."""
    if not event.steps.exists():
        _first_step(event, "")


def tell(event: RestrictionEvent, before: Iterable[UUID] = ()) -> None:
    """Have judged again what rests on the parties that a measure names or named."""
    named = {*before, *EventParty.objects.filter(event=event).values_list("party_id", flat=True)}
    if named:
        facts_changed.send(sender=RestrictionEvent, subjects={SubjectRef("party", party) for party in named})


def opened_on(event: RestrictionEvent) -> dt.date | None:
    """Since when a measure stands as it does, as far as it says; None where no day is known."""
    status = RestrictionEvent.Status
    if event.status in (status.LIFTED, status.EXPIRED):
        return event.valid_to
    if event.status in (status.IN_FORCE, status.ADVISORY):
        return event.valid_from
    began = event.valid_from
    return began if event.status == status.PENDING and began and began <= today() else None


def _first_step(event: RestrictionEvent, taken_by: str) -> None:
    copied = ("status", "state", "source_label", "source_url", "as_of", "channel", "source_quality")
    columns = {name: getattr(event, name) for name in copied}
    EventStep(event=event, on=opened_on(event), note=event.status_note, taken_by=taken_by, **columns).save()


def _check_new(columns: Mapping[str, Any]) -> None:
    same = {name: columns[name] for name in ("authority", "jurisdiction", "instrument", "effect")}
    found = RestrictionEvent.objects.filter(**same).first() if columns["instrument"] else None
    if found:
        message = "This measure is recorded already; change its status or correct it."
        raise DuplicateFound(message, existing=str(found.id), pointer="/instrument")


def _check_named(parties: Collection[Party], others: Collection[str]) -> None:
    if not parties and not others:
        raise InvalidInput("name at least one party", pointer="/parties")
    if len(parties) > MOST_NAMED:
        raise InvalidInput("names more than 200; enter a list instead", pointer="/parties")


def _name(event: RestrictionEvent, parties: Iterable[Party]) -> None:
    for party in parties:
        EventParty(event=event, party=party).save()
