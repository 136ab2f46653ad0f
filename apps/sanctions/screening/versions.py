"""Which versions of which lists a comparing rests on, and whether they are young enough to say "nothing found"."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.clock import now
from apps.sanctions.models import ListVersion


def versions_in_use(at: dt.datetime | None = None) -> list[dict[str, Any]]:
    """Every version that is in use, frozen for the record, by the key of its source.

    `stale` says that the last good look at the source was longer ago than the source allows.
    """
    at = at or now()
    rows = ListVersion.objects.filter(state=ListVersion.State.IN_USE).select_related("source").order_by("source__key")
    return [_frozen(version, at) for version in rows]


def _frozen(version: ListVersion, at: dt.datetime) -> dict[str, Any]:
    source = version.source
    seen = source.confirmed_at or version.fetched_at
    return {
        "source": source.key,
        "version": version.number,
        "sha256": version.sha256,
        "published_at": version.published_at.isoformat() if version.published_at else None,
        "confirmed_at": seen.isoformat(),
        "lists": dict(sorted(version.counts.items())),
        "stale": seen + dt.timedelta(hours=source.oldest_hours) < at,
    }


def usable(lists: Iterable[Mapping[str, Any]]) -> bool:
    """Whether "nothing found" may be said: there are lists, and none of them is too old."""
    found = list(lists)
    return bool(found) and not any(row["stale"] for row in found)


def covered(lists: Iterable[Mapping[str, Any]]) -> set[str]:
    """The keys of the lists that were compared with and are young enough."""
    return {key for row in lists if not row["stale"] for key in row["lists"]}
