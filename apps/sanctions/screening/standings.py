"""How parties stand against the lists now, for whoever concludes from it: fact sheets, share tests, exposure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.sanctions.models import Band, Match, PartyStanding, Screening, ScreeningRun
from apps.sanctions.screening.versions import covered

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Standings:
    """The present standing of parties. The past is asked with `selectors.evidence_of`, party by party."""

    by_party: Mapping[UUID, PartyStanding] = field(default_factory=dict)
    """A party that was never compared is absent."""
    runs: Mapping[UUID, ScreeningRun] = field(default_factory=dict)
    """The runs that covered them last, by id."""
    probable: Mapping[UUID, Set[str]] = field(default_factory=dict)
    """By party: the lists on which a probable match awaits a person."""
    lists: Mapping[UUID, Set[str]] = field(default_factory=dict)
    """By run: the lists that were compared with and are young enough to say that nothing was found."""

    @classmethod
    def of(cls, party_ids: Iterable[UUID]) -> "Standings":
        """Read them for some parties. Three queries."""
        by_party = {row.party_id: row for row in PartyStanding.objects.filter(party_id__in=list(party_ids))}
        runs = ScreeningRun.objects.only("lists", "created_at").in_bulk({row.run_id for row in by_party.values()})
        probable: dict[UUID, set[str]] = defaultdict(set)
        waiting = Match.objects.filter(
            party_id__in=[party for party, row in by_party.items() if row.open_matches],
            state=Match.State.OPEN,
            band=Band.PROBABLE,
        )
        for party, key in waiting.order_by().values_list("party_id", "list_key"):
            probable[party].add(key)
        return cls(by_party, runs, dict(probable), {run.id: covered(run.lists) for run in runs.values()})

    def confirmed_on(self, party_id: UUID) -> list[str]:
        """The lists on which a person confirmed a party to be."""
        standing = self.by_party.get(party_id)
        return list(standing.listed_on) if standing else []

    def covered(self, party_id: UUID) -> Set[str]:
        """The lists that a party was compared with and that were young enough."""
        standing = self.by_party.get(party_id)
        return self.lists[standing.run_id] if standing else _NOTHING

    def settled(self, party_id: UUID) -> Set[str]:
        """The lists of which it is known whether a party is on them: compared, and no probable match is open."""
        return self.covered(party_id) - self.probable.get(party_id, _NOTHING)

    def versions(self, party_id: UUID) -> list[dict[str, Any]]:
        """What a party was compared with, as frozen by the run."""
        standing = self.by_party.get(party_id)
        return self.runs[standing.run_id].lists if standing else []

    def unknown(self, party_id: UUID) -> bool:
        """Whether a party was never compared, or with lists that were too old to say that nothing was found."""
        standing = self.by_party.get(party_id)
        return standing is None or standing.result == Screening.Result.UNKNOWN
