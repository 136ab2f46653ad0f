"""Stakes as they are frozen for the share tests: who holds how much of whom on a day. No database, no Django."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from apps.parties.ownership.regimes import DE_FACTO, Measure

Key = Hashable
"""Names a party: its identifier, or in examples a letter."""
WHOLE = 100_000
"""All of it, in thousandths of a percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One stake. `owner` is empty for somebody whom a source names and the register does not know."""

    owned: Key
    owner: Key | None
    equity: Decimal | None = None
    """Percent of the shares; None: not known."""
    votes: Decimal | None = None
    """Percent of the votes; None: not known. Where no row of an owner knows it, votes are taken to be as the shares."""
    basis: str = "equity"
    counts: bool = True
    """Whether its source is believed; what is disputed or unknown belongs to the share that is not resolved."""
    free_float: bool = False
    """Listed shares in many hands: there is nobody to look for behind them."""
    first: dt.date | None = None
    last: dt.date | None = None
    channel: str = "person"
    key: Key = None

    def on(self, day: dt.date) -> bool:
        """Whether it is held on a day; an unknown beginning or end is as long as can be."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def share(self, measure: Measure) -> int | None:
        """The percentage in thousandths; None while not known or not believed."""
        percent = self.votes if measure == "votes" else self.equity
        return None if percent is None or not self.counts else int(percent * 1000)


@dataclass(frozen=True)
class Edge:
    """All that one owner holds of one party on a day."""

    owner: Key
    owned: Key
    equity: int
    votes: int
    control: frozenset[str]
    stakes: tuple[Holding, ...]

    def share(self, measure: Measure) -> int:
        """Thousandths of a percent that are known."""
        return self.equity if measure == "equity" else self.votes


@dataclass(frozen=True)
class Graph:
    """The ownership between parties on a day; cross-holdings may run in circles.

    `ends` are parties of whom there is no owner to look for: natural persons and states that nobody is said to hold.
    """

    NOBODY_KNOWS_WHO: ClassVar = "nobody knows who"
    """The owner of all that is not known, in the worst case."""

    day: dt.date
    edges: Sequence[Edge]
    floating: Mapping[Key, int]
    """By party: the thousandths that are free float, of the shares and of the votes alike."""
    doubtful: Mapping[Key, frozenset[str]]
    """By party: the bases on which somebody unregistered, or nobody for sure, is said to have a say in it."""
    parties: Collection[Key]
    ends: frozenset[Key]

    @classmethod
    def of(
        cls, stakes: Iterable[Holding], *, on: dt.date, ends: Iterable[Key] = (), parties: Iterable[Key] = ()
    ) -> "Graph":
        """The graph of those of `stakes` that are held on a day.

        Several rows of one owner in one party are added, except that different channels speak about the same holding:
        there the larger figure counts. What somebody holds of itself is left out.
        """
        held = [stake for stake in stakes if stake.on(on) and stake.owner != stake.owned]
        by_pair: dict[tuple[Key, Key], list[Holding]] = defaultdict(list)
        known = set(parties)
        for stake in held:
            known.add(stake.owned)
            if stake.owner is not None:
                known.add(stake.owner)
                by_pair[stake.owner, stake.owned].append(stake)
        return cls(
            day=on,
            edges=[_edge(owner, owned, rows) for (owner, owned), rows in by_pair.items()],
            floating=_floating(held),
            doubtful=_doubtful(held),
            parties=known,
            ends=frozenset(ends) - {owned for _, owned in by_pair},
        )

    @cached_property
    def below(self) -> Mapping[Key, Sequence[Edge]]:
        """By party: what it holds."""
        found: dict[Key, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.owner].append(edge)
        return found

    @cached_property
    def above(self) -> Mapping[Key, Sequence[Edge]]:
        """By party: who holds it."""
        found: dict[Key, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.owned].append(edge)
        return found

    @cached_property
    def unheld(self) -> Mapping[Measure, Mapping[Key, int]]:
        """By measure and party: the thousandths that no registered owner and no free float is known to hold."""
        return {"equity": self._unheld("equity"), "votes": self._unheld("votes")}

    @cached_property
    def worst(self) -> "Graph":
        """The same with one owner of all that nobody is known to hold, who has every doubtful say as well."""
        more = [
            Edge(
                owner=self.NOBODY_KNOWS_WHO,
                owned=party,
                equity=equity,
                votes=self.unheld["votes"][party],
                control=self.doubtful.get(party, frozenset()),
                stakes=(),
            )
            for party, equity in self.unheld["equity"].items()
        ]
        return replace(self, edges=[*self.edges, *more])

    def _unheld(self, measure: Measure) -> dict[Key, int]:
        held: dict[Key, int] = defaultdict(int)
        for edge in self.edges:
            held[edge.owned] += edge.share(measure)
        found: dict[Key, int] = {}
        for party in self.parties:
            if party in self.ends:
                continue
            found[party] = max(0, WHOLE - held.get(party, 0) - self.floating.get(party, 0))
        return found


def _edge(owner: Key, owned: Key, rows: Sequence[Holding]) -> Edge:
    equity, votes = _largest(rows, "equity"), _largest(rows, "votes")
    return Edge(
        owner=owner,
        owned=owned,
        equity=equity or 0,
        votes=(equity or 0) if votes is None else votes,
        control=frozenset(row.basis for row in rows if row.counts) & DE_FACTO,
        stakes=tuple(rows),
    )


def _largest(rows: Sequence[Holding], measure: Measure) -> int | None:
    """The sum of the channel that knows of most; None where none knows a figure."""
    by_channel: dict[str, int] = {}
    for row in rows:
        share = row.share(measure)
        if share is not None:
            by_channel[row.channel] = by_channel.get(row.channel, 0) + share
    return min(WHOLE, max(by_channel.values())) if by_channel else None


def _floating(stakes: Iterable[Holding]) -> dict[Key, int]:
    rows: dict[Key, list[Holding]] = defaultdict(list)
    for stake in stakes:
        if stake.owner is None and stake.free_float:
            rows[stake.owned].append(stake)
    return {party: _largest(found, "equity") or 0 for party, found in rows.items()}


def _doubtful(stakes: Iterable[Holding]) -> dict[Key, frozenset[str]]:
    found: dict[Key, set[str]] = defaultdict(set)
    for stake in stakes:
        if stake.basis in DE_FACTO and (stake.owner is None or not stake.counts):
            found[stake.owned].add(stake.basis)
    return {party: frozenset(bases) for party, bases in found.items()}
