"""The demo company as its file describes it: dates become days, profiles become facts."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from apps.core.clock import today
from apps.core.text import EARLIEST
from apps.registry.services.facts import FactInput

FILE = Path(__file__).with_name("company.yaml")


@cache
def company() -> Mapping[str, Any]:
    """The whole file."""
    found: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def day(when: Any) -> dt.date:
    """`{days: 3}` is three days ago, `{in_days: 3}` and plain `3` are in three days."""
    if isinstance(when, dict):
        return today() + dt.timedelta(days=when["in_days"] if "in_days" in when else -when["days"])
    return today() + dt.timedelta(days=int(when))


def facts(profiles: Iterable[str], own: Mapping[str, Any], source: str, days: int = 30) -> dict[str, FactInput]:
    """The facts of profiles, later ones and `own` last; a field whose value is null is left out: nobody stated it."""
    found: dict[str, FactInput] = {}
    for name in profiles:
        profile = company()["profiles"][name]
        stated = {field: value for field, value in profile.items() if field not in ("source", "days")}
        found |= _inputs(stated, profile["source"], profile["days"])
    found |= _inputs(own, source, days)
    return {field: fact for field, fact in found.items() if fact.value is not None}


def _inputs(stated: Mapping[str, Any], source: str, days: int) -> dict[str, FactInput]:
    as_of = max(EARLIEST, today() - dt.timedelta(days=days))
    return {
        field: FactInput(field=field, value=_value(value), source=source, as_of=as_of)
        for field, value in stated.items()
    }


def _value(value: Any) -> Any:
    moved = isinstance(value, dict) and set(value) in ({"days"}, {"in_days"})
    return day(value).isoformat() if moved else value
