"""Who counts as an owner under a regime: the listed, and whoever they own or control far enough. No database."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.parties.ownership.regimes import Measure, Regime
from apps.parties.ownership.stakes import WHOLE, Edge, Graph, Key

HALF = WHOLE // 2


@dataclass
class Reach:
    """Who counts as an owner, with what they hold. Grown from some listed parties."""

    regime: Regime
    graph: Graph
    control: bool
    """Whether control makes a party count as well."""
    held: dict[Measure, dict[Key, int]] = field(default_factory=dict)
    rank: dict[Key, int] = field(default_factory=dict)
    """By counting party the order in which it joined: it rests on those who joined before it alone."""
    met: set[Key] = field(default_factory=set)
    """The parties that meet the test through what is held of them, listed or not."""

    @classmethod
    def of(cls, regime: Regime, graph: Graph, listed: Iterable[Key], *, control: bool = False) -> "Reach":
        """Grow the set from `listed` until nothing changes. Every holding is looked at once."""
        reach = cls(regime, graph, control, {"equity": defaultdict(int), "votes": defaultdict(int)})
        queue: deque[Key] = deque()
        for party in listed:
            reach._join(party, queue)
        while queue:
            for edge in graph.below.get(queue.popleft(), ()):
                if reach._add(edge):
                    reach.met.add(edge.owned)
                    reach._join(edge.owned, queue)
        return reach

    def _join(self, party: Key, queue: deque[Key]) -> None:
        if party not in self.rank:
            self.rank[party] = len(self.rank)
            queue.append(party)

    def _add(self, edge: Edge) -> bool:
        """Add a holding of one who counts; whether its party counts from now on."""
        equity, votes = self.held["equity"], self.held["votes"]
        equity[edge.owned] += edge.equity
        votes[edge.owned] += edge.votes
        if self.regime.reaches(self.share(edge.owned), self.graph.day):
            return True
        if not self.control:
            return False
        return bool(edge.control & self.regime.control) or votes[edge.owned] > HALF

    def share(self, party: Key) -> int:
        """What those who count hold of a party, in thousandths, at most all of it."""
        return min(WHOLE, max(self.held[measure].get(party, 0) for measure in self.regime.measures))

    def path(self, party: Key) -> list[Edge]:
        """The holdings by which the party is held, and those by which their owners came to count."""
        found: list[Edge] = []
        seen = {party}
        queue = deque([party])
        while queue:
            at = queue.popleft()
            before = len(self.rank) if at == party else self.rank[at]
            counting = [edge for edge in self.graph.above.get(at, ()) if self._counted(edge, before)]
            for edge in sorted(counting, key=lambda edge: (-edge.equity, -edge.votes, str(edge.owner))):
                found.append(edge)
                if edge.owner not in seen:
                    seen.add(edge.owner)
                    queue.append(edge.owner)
        return found

    def _counted(self, edge: Edge, before: int) -> bool:
        rank = self.rank.get(edge.owner)
        if rank is None or rank >= before:
            return False
        return bool(any(edge.share(measure) for measure in self.regime.measures) or edge.control)
