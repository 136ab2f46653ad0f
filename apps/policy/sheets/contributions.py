"""Facts that rooms above know of a use (its waivers, for instance): they register here, policy does not know them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from apps.policy.sheets.entries import Entry


class Contributor(Protocol):
    """What a room above knows of uses, judged on a day, as it was recorded at a moment (None: now)."""

    def __call__(
        self, use_ids: Sequence[UUID], *, on: dt.date, recorded: dt.datetime | None
    ) -> Mapping[UUID, Mapping[str, Entry]]: ...


_contributors: list[Contributor] = []


def register(contributor: Contributor) -> None:
    """Have `contributor` asked for entries whenever sheets are made; once is enough."""
    if contributor not in _contributors:
        _contributors.append(contributor)


def gather(use_ids: Iterable[UUID], *, on: dt.date, recorded: dt.datetime | None) -> dict[UUID, dict[str, Entry]]:
    """What every contributor says, by use."""
    ids = list(use_ids)
    found: dict[UUID, dict[str, Entry]] = defaultdict(dict)
    for contributor in _contributors:
        for use_id, entries in contributor(ids, on=on, recorded=recorded).items():
            found[use_id].update(entries)
    return found
