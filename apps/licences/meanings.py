"""Which licence a key, an SPDX identifier or a tag of the hub means; None where it means none or several."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from apps.licences.models import Licence


@dataclass(frozen=True)
class Meanings:
    """The names of all licences there are, held in memory for many look-ups."""

    by_key: Mapping[str, UUID]
    by_tag: Mapping[str, frozenset[UUID]]
    by_ref: Mapping[str, frozenset[UUID]]

    @classmethod
    def load(cls) -> "Meanings":
        """The names as they are now. One query."""
        rows = list(Licence.objects.order_by().values_list("id", "key", "ref", "hub_tags"))
        return cls(
            {key: licence for licence, key, _, _ in rows},
            _several((tag, licence) for licence, _, _, tags in rows for tag in tags),
            _several((ref, licence) for licence, _, ref, _ in rows),
        )

    def concluded(self, key: str) -> UUID | None:
        """The licence of a key."""
        return self.by_key.get(key)

    def declared(self, text: str) -> UUID | None:
        """The one licence that a tag of the hub (`other/NAME` for a name of its own) or an identifier means.

        A tag goes before an identifier: the hub says what its tags mean, and several wordings share an identifier.
        """
        wanted = text.strip().casefold()
        found = self.by_tag.get(wanted) or self.by_ref.get(wanted) or frozenset()
        return next(iter(found)) if len(found) == 1 else None


def _several(pairs: Iterable[tuple[str, UUID]]) -> dict[str, frozenset[UUID]]:
    found: dict[str, set[UUID]] = defaultdict(set)
    for name, licence in pairs:
        found[name.casefold()].add(licence)
    return {name: frozenset(licences) for name, licences in found.items()}
