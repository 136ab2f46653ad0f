"""Small ownership graphs, written as `"X>A": 50`: X holds half of A."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from apps.parties.ownership import REGIMES, Graph, Holding, LookThrough, Outcome, look_through

DAY = dt.date(2026, 11, 25)
LEAST = Decimal(75)


def holding(pair: str, percent: float | str | None = None, **more: Any) -> Holding:
    """One stake; `~>A` is free float of A, `?>A` somebody whom the register does not know."""
    owner, owned = pair.split(">")
    return Holding(
        owned=owned,
        owner=None if owner in "~?" else owner,
        equity=None if percent is None else Decimal(str(percent)),
        free_float=owner == "~",
        **more,
    )


def graph(
    stakes: Mapping[str, float | str | None] | Iterable[Holding],
    *,
    on: dt.date = DAY,
    ends: str = "",
    parties: str = "",
) -> Graph:
    """The graph of some stakes; `ends` and `parties` are letters."""
    rows = [holding(pair, share) for pair, share in stakes.items()] if isinstance(stakes, Mapping) else stakes
    return Graph.of(rows, on=on, ends=ends, parties=parties)


def run(
    stakes: Mapping[str, float | str | None] | Iterable[Holding],
    listed: str,
    *,
    regime: str = "OFAC",
    on: dt.date = DAY,
    ends: str = "",
    together: Iterable[frozenset[str]] = (),
) -> LookThrough:
    """A regime's test of some stakes with the letters of `listed` on its lists."""
    found = graph(stakes, on=on, ends=ends, parties=listed)
    return look_through(REGIMES[regime], found, listed, least_resolved=LEAST, together=together)


def outcome(party: str, *args: Any, **more: Any) -> Outcome:
    """What the test says of one party."""
    return run(*args, **more).outcome(party)
