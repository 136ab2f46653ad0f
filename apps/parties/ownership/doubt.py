"""Of whom it cannot be said that they do not count as owners. No database, no Django."""

from collections import deque
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field

from apps.parties.ownership.reach import Reach
from apps.parties.ownership.regimes import Measure, Regime
from apps.parties.ownership.stakes import WHOLE, Edge, Graph, Key


@dataclass
class Doubt:
    """The parties that cannot be called free, and how much of each is not resolved.

    A party is in doubt when it would count if all that nobody is known to hold belonged to somebody listed; and when
    too little of it is resolved, that is, traced to the listed, to persons, to states, to a free float or to parties
    that are not in doubt. The second set shrinks from everybody: a circle that nobody outside has a share in stays.
    """

    regime: Regime
    graph: Graph
    counting: Set[Key]
    """The listed and whoever they are known to own or control."""
    perhaps: Set[Key]
    """Parties of whom it is not known whether they are listed themselves: as owners they stay in doubt."""
    possible: Set[Key]
    """Who would be reached in the worst case."""
    least_resolved: int
    """Thousandths of a percent."""
    open: set[Key]
    unknown: dict[Measure, dict[Key, int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        regime: Regime,
        graph: Graph,
        listed: Set[Key],
        *,
        counting: Set[Key],
        perhaps: Set[Key],
        least_resolved: int,
    ) -> "Doubt":
        """Begin with everybody of whom owners are to be known; whoever is free lets others become so."""
        seeds = [*listed, *perhaps, graph.NOBODY_KNOWS_WHO]
        worst = Reach.of(regime, graph.worst, seeds, control=bool(regime.control))
        doubt = cls(
            regime, graph, counting, perhaps - counting, worst.met, least_resolved, set(graph.parties) - graph.ends
        )
        doubt._begin()
        queue = deque(party for party in doubt.open if doubt._is_free(party))
        doubt.open.difference_update(queue)
        while queue:
            for party in doubt._freed_by(queue.popleft()):
                doubt.open.discard(party)
                queue.append(party)
        return doubt

    def unresolved(self, party: Key) -> int:
        """Thousandths of a percent; the larger figure where shares and votes differ."""
        if party in self.graph.ends:
            return 0
        return min(WHOLE, max(unknown.get(party, WHOLE) for unknown in self.unknown.values()))

    def _begin(self) -> None:
        measures: tuple[Measure, ...] = ("equity", "votes") if self.regime.control else self.regime.measures
        self.unknown = {measure: dict(self.graph.unheld[measure]) for measure in measures}
        for edge in self.graph.edges:
            if edge.owner not in self.counting and (edge.owner in self.open or edge.owner in self.perhaps):
                self._add(edge, 1)

    def _add(self, edge: Edge, sign: int) -> None:
        for measure, unknown in self.unknown.items():
            unknown[edge.owned] += sign * edge.share(measure)

    def _is_free(self, party: Key) -> bool:
        return party not in self.possible and WHOLE - self.unresolved(party) >= self.least_resolved

    def _freed_by(self, owner: Key) -> Iterator[Key]:
        """The parties that are free once `owner` is."""
        stays = owner in self.counting or owner in self.perhaps
        below: Iterable[Edge] = () if stays else self.graph.below.get(owner, ())
        for edge in below:
            self._add(edge, -1)
            if edge.owned in self.open and self._is_free(edge.owned):
                yield edge.owned
