"""Facts that rooms above know of a use (its waivers, for instance): they register here, policy does not know them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from apps.policy.sheets.entries import Entry

Contributor = Callable[[Sequence[UUID]], Mapping[UUID, Mapping[str, Entry]]]
_contributors: list[Contributor] = []


def register(contributor: Contributor) -> None:
    """Have `contributor` asked for entries whenever sheets are made; once is enough."""
    if contributor not in _contributors:
        _contributors.append(contributor)


def gather(use_ids: Iterable[UUID]) -> dict[UUID, dict[str, Entry]]:
    """What every contributor says, by use."""
    ids = list(use_ids)
    found: dict[UUID, dict[str, Entry]] = defaultdict(dict)
    for contributor in _contributors:
        for use_id, entries in contributor(ids).items():
            found[use_id].update(entries)
    return found
