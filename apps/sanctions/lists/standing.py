"""How fresh a list is: from what its source was, when it was last confirmed, and how old it may become."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from apps.core.clock import now
from apps.sanctions.models import ListSource, ListVersion

ALARMS = {
    "old": gettext_noop("Older than allowed: a screening against it is unknown, not clean"),
    "refused": gettext_noop("A newer version was refused"),
    "failing": gettext_noop("The last refresh failed"),
}
"""What may be wrong with a source, gravest first, in words."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One source, or one list of it, at this moment."""

    source: ListSource
    version: ListVersion | None
    """The one in use; None where nothing was ever imported."""
    rows: int
    """Entries in use: of the list, or of all lists of the source."""
    age: dt.timedelta | None
    """Since the version in use was last known to be the one that is published."""
    old: bool
    """Whether that is longer ago than allowed."""
    refused: bool
    failing: bool

    @property
    def usable(self) -> bool:
        """Whether a screening may rest on it."""
        return self.version is not None and not self.old

    @property
    def alarm(self) -> str:
        """The gravest of `ALARMS`, or empty."""
        states = {"old": self.old, "refused": self.refused, "failing": self.failing}
        return next((name for name in ALARMS if states[name]), "")


def standing_of(source: ListSource, list_key: str = "") -> Standing:
    """How a source stands that `selectors.sources` gave: as a whole, or one list of it."""
    version: ListVersion | None = next(iter(source.in_use), None)  # type: ignore[attr-defined]
    counts = version.counts if version else {}
    age = now() - source.confirmed_at if version and source.confirmed_at else None
    return Standing(
        source=source,
        version=version,
        rows=counts.get(list_key, 0) if list_key else sum(counts.values()),
        age=age,
        old=version is not None and (age is None or age > dt.timedelta(hours=source.oldest_hours)),
        refused=source.waits,  # type: ignore[attr-defined]
        failing=bool(source.failure),
    )
