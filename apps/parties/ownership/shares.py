"""How much of a party the listed hold together, by a regime's own test. No database, no Django.

The listed, and whoever they own far enough, each with its whole holding: this set grows until nothing changes, so that
circles of cross-holdings end and the order of the stakes does not matter. A party below the threshold is called so only
when it is in no doubt either (see `doubt`): what is not known never passes.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.parties.ownership.doubt import Doubt
from apps.parties.ownership.reach import Reach
from apps.parties.ownership.regimes import Regime
from apps.parties.ownership.stakes import Edge, Graph, Key


class Outcome(StrEnum):
    """What a share test says of a party, apart from whether it is listed itself."""

    OWNED = "owned"
    CONTROLLED = "controlled"
    REVIEW = "review"
    """Listed owners reach the threshold only together, and the regime adds them up only if they act together."""
    BELOW = "below"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Share:
    """The outcome of one regime's test of one party."""

    regime: str
    outcome: Outcome
    percent: Decimal
    """Held by the listed and those they own; where a regime does not add up, by the one who holds most."""
    together: Decimal
    """Held by all of them, whatever the regime adds up."""
    unresolved: Decimal
    """Held by nobody knows whom, or by parties of whom it is not known whether they count."""
    path: Sequence[Edge] = ()
    """What makes it: every holding that counts, from those of the party itself up to the listed."""


@dataclass(frozen=True)
class LookThrough:
    """One regime's test over a graph, for every party at once."""

    regime: Regime
    graph: Graph
    listed: frozenset[Key]
    owned: Reach
    """By ownership, with the holdings of all listed owners added up."""
    alone: Mapping[Key, tuple[int, Reach]]
    """Where a regime does not add up: by party the largest share of one owner, and that owner's reach."""
    reached: Mapping[Key, Reach]
    """By party that is owned or controlled: the reach that has it."""
    doubt: Doubt

    def outcome(self, party: Key) -> Outcome:
        """What the test says."""
        if self.regime.reaches(self._percent(party), self.graph.day):
            return Outcome.OWNED
        if party in self.reached:
            return Outcome.CONTROLLED
        if self.regime.reaches(self.owned.share(party), self.graph.day):
            return Outcome.REVIEW
        doubtful = party in self.doubt.open or party not in self.graph.parties
        return Outcome.UNKNOWN if doubtful else Outcome.BELOW

    def share(self, party: Key) -> Share:
        """The outcome with its figures and the path that makes it."""
        outcome = self.outcome(party)
        return Share(
            regime=self.regime.key,
            outcome=outcome,
            percent=_percent(self._percent(party)),
            together=_percent(self.owned.share(party)),
            unresolved=_percent(self.doubt.unresolved(party)),
            path=tuple(self._reach(party, outcome).path(party)),
        )

    def _percent(self, party: Key) -> int:
        return self.owned.share(party) if self.regime.aggregate else self.alone.get(party, (0, self.owned))[0]

    def _reach(self, party: Key, outcome: Outcome) -> Reach:
        if outcome == Outcome.CONTROLLED:
            return self.reached[party]
        if outcome == Outcome.OWNED and not self.regime.aggregate:
            return self.alone[party][1]
        return self.owned


def look_through(
    regime: Regime,
    graph: Graph,
    listed: Mapping[Key, dt.date | None] | Iterable[Key],
    *,
    least_resolved: Decimal,
    perhaps: Iterable[Key] = (),
    together: Iterable[frozenset[Key]] = (),
) -> LookThrough:
    """Test every party of `graph`.

    `listed` are the parties on the regime's lists, with the day since when where it is known: on a day before it they
    do not count. `least_resolved` is the percentage of ownership that must be resolved for a party to pass.
    `perhaps` are parties of whom it is not known whether they are on the lists: what they hold is not resolved.
    `together` are groups of listed parties that act together, for a regime that adds up no others.
    """
    since = listed if isinstance(listed, Mapping) else dict.fromkeys(listed)
    begun = frozenset(party for party, first in since.items() if first is None or first <= graph.day)
    owned = Reach.of(regime, graph, begun)
    alone: dict[Key, tuple[int, Reach]] = {}
    reached: dict[Key, Reach] = {}
    if regime.aggregate:
        far = Reach.of(regime, graph, begun, control=True) if regime.control else owned
        reached = dict.fromkeys(far.met, far)
    else:
        groups = [frozenset({party}) for party in begun] + [group & begun for group in together]
        for group in sorted(groups, key=lambda group: sorted(map(str, group))):
            _alone(regime, graph, group, alone, reached)
    counting = begun | owned.met | reached.keys()
    least = int(least_resolved * 1000)
    doubt = Doubt.of(regime, graph, begun, counting=counting, perhaps=frozenset(perhaps), least_resolved=least)
    return LookThrough(regime, graph, begun, owned, alone, reached, doubt)


def _alone(
    regime: Regime, graph: Graph, group: frozenset[Key], alone: dict[Key, tuple[int, Reach]], reached: dict[Key, Reach]
) -> None:
    """What one owner, or a group that acts as one, holds and controls."""
    if not any(party in graph.below for party in group):
        return
    reach = Reach.of(regime, graph, group)
    for party in {*reach.held["equity"], *reach.held["votes"]}:
        share = reach.share(party)
        if share > alone.get(party, (0, reach))[0]:
            alone[party] = (share, reach)
    far = Reach.of(regime, graph, group, control=True)
    for party in far.met:
        reached.setdefault(party, far)


def _percent(thousandths: int) -> Decimal:
    return Decimal(thousandths) / 1000
