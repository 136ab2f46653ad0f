"""Measures for tests, entered through the services that the product uses."""

import datetime as dt
from typing import Any

from apps.accounts.actors import Actor
from apps.parties.models import Party
from apps.sanctions.measures import change_status, enter_event
from apps.sanctions.models import EventStep, RestrictionEvent
from tests.making import officer

SOURCE: dict[str, Any] = {"source": "Gazette", "source_url": "https://gazette.example/1", "as_of": dt.date(2026, 11, 2)}


def an_event(*parties: Party, actor: Actor | None = None, **more: Any) -> RestrictionEvent:
    """A measure of an authority, pending unless told otherwise."""
    plain: dict[str, Any] = {
        "authority": "Office of Trade",
        "jurisdiction": "US",
        "effect": "procurement_ban",
        "effect_class": "procurement",
        "status": "pending",
        "parties": parties,
        "others_named": () if parties else ("Somebody Ltd",),
        **SOURCE,
    }
    return enter_event(actor=actor or officer(), **{**plain, **more})


def moved(event: RestrictionEvent, status: str, on: dt.date, actor: Actor | None = None, **more: Any) -> EventStep:
    """One step further."""
    return change_status(actor=actor or officer(), event=event, status=status, on=on, **{**SOURCE, **more})
