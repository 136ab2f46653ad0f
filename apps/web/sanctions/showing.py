"""Lists and their entries in the words of the page."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from apps.sanctions.entries import of_body
from apps.sanctions.lists import guards, selectors
from apps.sanctions.lists.standing import ALARMS, Standing
from apps.sanctions.models import Entry, ListVersion, RestrictedPartyList
from apps.sanctions.speaking import LABELS, values_of
from apps.web.imports.showing import said


@dataclass(frozen=True)
class ShownStanding:
    """How a source stands, in words."""

    of: Standing
    age: str
    alarm: str
    reason: str

    @property
    def tone(self) -> str:
        """How grave it is."""
        return "red" if self.of.alarm == "old" else "orange"


def shown(standing: Standing) -> ShownStanding:
    """A standing in words."""
    alarm = ALARMS.get(standing.alarm, "")
    return ShownStanding(
        of=standing,
        age=age_in_words(standing.age),
        alarm=gettext(alarm) if alarm else "",
        reason=said(standing.source.failure) if standing.source.failure else "",
    )


def age_in_words(age: dt.timedelta | None) -> str:
    """Hours up to two days, then days."""
    if age is None:
        return "–"
    hours = int(age.total_seconds() // 3600)
    if not hours:
        return gettext("less than an hour")
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}


def with_standings(rows: Sequence[RestrictedPartyList]) -> None:
    """Put to each list how its sources stand: those in use, or where there is none of them, all."""
    standings = selectors.standings()
    for row in rows:
        found = standings.get(row.key, [])
        in_use = [one for one in found if one.version]
        row.standings = [shown(one) for one in in_use or found]  # type: ignore[attr-defined]


def refusals_of(version: ListVersion) -> list[tuple[str, str]]:
    """Why guards refused a version: what in general, and with its figures."""
    return [(gettext(guards.TITLES.get(one["guard"], "")), said(one)) for one in version.refusals]


@dataclass(frozen=True)
class Said:
    """One thing that an entry says."""

    label: Any
    values: Sequence[str]


def says(entry: Entry) -> list[Said]:
    """All that an entry says, one line for each thing."""
    party = of_body(entry.body)
    found = {name: values_of(party, name) for name in LABELS}
    return [Said(LABELS[name], values) for name, values in found.items() if values]


@dataclass(frozen=True)
class Difference:
    """What an entry says otherwise than before."""

    label: Any
    old: Sequence[str]
    new: Sequence[str]


def differences(old: Entry, new: Entry) -> list[Difference]:
    """What is said now and was not, and was said and is not."""
    before, after = of_body(old.body), of_body(new.body)
    found = []
    for name, label in LABELS.items():
        was, now = values_of(before, name), values_of(after, name)
        if was != now:
            found.append(Difference(label, _without(was, now), _without(now, was)))
    return found


def _without(values: Iterable[str], others: Sequence[str]) -> list[str]:
    return [value for value in values if value not in others]


def with_old_wordings(version: ListVersion) -> Callable[[Sequence[Any]], None]:
    """Put to each change of a version what is different."""

    def decorate(rows: Sequence[Any]) -> None:
        old = selectors.old_wordings(version, rows)
        for row in rows:
            before = old.get((row.list_key, row.reference)) if row.change == "changed" else None
            row.differences = differences(before, row) if before else []

    return decorate
