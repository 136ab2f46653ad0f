"""What is found among the real lists and what is not: by kind of query, at both bands, on all the labelled queries.

The index is one in memory: the same keys, the same number of candidates and the same scores as in the database.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from heapq import nlargest

import pytest

from apps.sanctions.entries import ListedParty
from apps.sanctions.matching import POSSIBLE, PROBABLE, Query
from apps.sanctions.matching.keys import keys
from apps.sanctions.matching.names import prepare
from apps.sanctions.matching.scoring import compare_names
from apps.sanctions.matching.search import CANDIDATES, SHARE
from tests.sanctions.matching import held_out, real

pytestmark = pytest.mark.skipif(bool(real.missing()), reason=real.missing())
Scores = dict[tuple[str, str], float]
EACH = 60
"""Queries of our own of each kind."""


class _Index:
    """The lists of the labelled queries: about 104,000 names."""

    def __init__(self) -> None:
        self.parties = list(real.entries())
        self.names = [(party, name.text) for party in self.parties for name in party.names]
        self.places: dict[str, list[int]] = defaultdict(list)
        for at, (_, text) in enumerate(self.names):
            for key in keys(prepare(text)):
                self.places[key].append(at)

    def candidates(self, text: str) -> Iterator[tuple[ListedParty, str]]:
        weights: Counter[int] = Counter()
        for key, weight in keys(prepare(text)).items():
            for at in self.places.get(key, ()):
                weights[at] += weight  # type: ignore[assignment]
        nearest = nlargest(CANDIDATES, weights.items(), key=lambda item: (item[1], -item[0]))
        for at, weight in nearest:
            if weight >= SHARE * nearest[0][1]:
                yield self.names[at]

    def scores(self, text: str, hidden: frozenset[str] = frozenset()) -> Scores:
        """The best score of each entry, names in `hidden` left aside."""
        found: Scores = defaultdict(float)
        query, asked = Query(name=text), prepare(text)
        for party, listed in self.candidates(text):
            if listed not in hidden:
                value = compare_names(asked, prepare(listed), query, party.kind, party.countries).value
                key = (party.list_key, party.reference)
                found[key] = max(found[key], value)
        return found


@pytest.fixture(scope="module")
def index() -> _Index:
    return _Index()


def _table(best: dict[str, list[float]]) -> dict[str, tuple[float, float]]:
    """By kind: the share that reaches the probable band, and the possible one."""
    return {
        kind: tuple(sum(value >= least for value in values) / len(values) for least in (PROBABLE, POSSIBLE))  # type: ignore[misc]
        for kind, values in best.items()
    }


def _shares(values: list[float]) -> tuple[float, float]:
    return _table({"all": values})["all"]


def test_recall_and_false_alarms_on_the_labelled_queries(index: _Index) -> None:
    best: dict[str, list[float]] = defaultdict(list)
    for row in real.labelled_queries():
        scores = index.scores(row["query"])
        accepted = [(key, reference) for key, _, reference in (target.partition(":") for target in row["accept"])]
        values = [scores.get(target, 0.0) for target in accepted] if accepted else list(scores.values())
        best[row["kind"]].append(max(values, default=0.0))
    table = _table(best)
    probable, possible = _shares([value for kind in best if not kind.startswith("clean") for value in best[kind]])
    assert probable >= 0.96, table
    assert possible >= 0.98, table
    assert table["clean_org"][0] <= 0.007, table
    assert table["clean_person"][0] == 0, table
    assert table["clean_org"][1] <= 0.03, table
    assert table["clean_person"][1] <= 0.03, table
    assert all(shares[0] >= 0.85 for kind, shares in table.items() if not kind.startswith("clean")), table


def test_names_made_by_ourselves_that_nobody_tuned_to(index: _Index) -> None:
    best: dict[str, list[float]] = defaultdict(list)
    for asked in held_out.made(index.parties, each=EACH, seed=23):
        scores = index.scores(asked.text, asked.hidden)
        own = scores.get((asked.party.list_key, asked.party.reference), 0.0)
        best[asked.kind].append(own if asked.kind in held_out.SAME else max(scores.values(), default=0.0))
    table = _table(best)
    for kind in held_out.SOMEBODY_ELSE:
        assert table[kind][0] <= 0.02, (kind, table)
    for kind in held_out.SAME:  # native names are often translations, which no comparing of letters finds
        assert table[kind][1] >= (0.6 if kind == "native" else 0.85), (kind, table)
