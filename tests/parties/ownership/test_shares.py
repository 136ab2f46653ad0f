"""Circles, days, what is unknown, and what holds for every graph."""

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.parties.ownership import REGIMES, Graph, Holding, Outcome, look_through
from tests.parties.ownership.making import DAY, LEAST, graph, holding, outcome, run

OWNED, CONTROLLED, REVIEW, BELOW, UNKNOWN = Outcome


class TestCircles:
    def test_cross_holdings_with_a_listed_owner_outside(self) -> None:
        stakes = {"X>A": 30, "B>A": 20, "A>B": 60, "P>A": 50, "P>B": 40}
        assert outcome("A", stakes, "X", ends="P") == BELOW
        tested = run({**stakes, "X>A": 50, "P>A": 30}, "X", ends="P")
        assert (tested.share("A").percent, tested.share("B").percent) == (70, 60)

    def test_a_circle_in_which_nobody_outside_has_a_share_proves_nothing(self) -> None:
        stakes = {"A>B": 100, "B>C": 100, "C>A": 100}
        tested = run(stakes, "X", ends="P")
        assert {tested.outcome(party) for party in "ABC"} == {UNKNOWN}
        assert {tested.outcome(party) for party in "AC"} == {UNKNOWN}
        assert {run(stakes, "A").outcome(party) for party in "ABC"} == {OWNED}

    def test_small_cross_holdings_do_not_keep_a_party_from_passing(self) -> None:
        stakes = {"A>B": 10, "B>A": 10, "P>A": 90, "P>B": 90}
        tested = run(stakes, "X", ends="P")
        assert (tested.outcome("A"), tested.outcome("B")) == (BELOW, BELOW)
        assert tested.share("A").unresolved == 0

    def test_what_somebody_holds_of_itself_is_left_out(self) -> None:
        assert run([holding("A>A", 60), holding("P>A", 40)], "A", ends="P").share("A").percent == 0

    def test_the_path_names_each_holding_once(self) -> None:
        path = run({"X>A": 60, "A>B": 60, "B>A": 40}, "X").share("A").path
        assert [(edge.owner, edge.owned) for edge in path] == [("X", "A"), ("B", "A"), ("A", "B")]


class TestDays:
    STAKES = (
        holding("X>A", 60, first=dt.date(2024, 1, 1), last=dt.date(2025, 6, 30)),
        holding("P>A", 60, first=dt.date(2025, 7, 1)),
        holding("P>A", 40),
    )

    @pytest.mark.parametrize(
        ("day", "says"),
        [
            ("2023-12-31", UNKNOWN),
            ("2024-01-01", OWNED),
            ("2025-06-30", OWNED),
            ("2025-07-01", BELOW),
            ("2026-11-25", BELOW),
        ],
    )
    def test_a_stake_counts_from_its_first_to_its_last_day(self, day: str, says: Outcome) -> None:
        assert outcome("A", self.STAKES, "X", ends="P", on=dt.date.fromisoformat(day)) == says

    def test_an_owner_counts_from_the_day_of_its_listing(self) -> None:
        listed = {"X": dt.date(2026, 1, 15)}
        for day, says in ((dt.date(2026, 1, 14), BELOW), (dt.date(2026, 1, 15), OWNED)):
            found = Graph.of([holding("X>A", 100)], on=day, ends="X")
            assert look_through(REGIMES["OFAC"], found, listed, least_resolved=LEAST).outcome("A") == says


class TestUnknown:
    @pytest.mark.parametrize(
        ("stakes", "says", "unresolved"),
        [
            ({"P>A": 100}, BELOW, 0),
            ({"P>A": 75}, BELOW, 25),
            ({"P>A": "74.999"}, UNKNOWN, "25.001"),
            ({"~>A": 100}, BELOW, 0),
            ({"?>A": 100}, UNKNOWN, 100),
            ({"P>A": 80, "?>A": None}, BELOW, 20),
            ({"P>A": 50, "C>A": 50}, UNKNOWN, 50),
            ({"P>A": 50, "C>A": 50, "P>C": 80}, BELOW, 0),
            ({"X>A": 30, "P>A": 50}, UNKNOWN, 20),
            ({"X>A": 30, "P>A": "50.001"}, BELOW, "19.999"),
            ({"X>A": None, "P>A": 40}, UNKNOWN, 60),
            ({"X>A": 50}, OWNED, 50),
        ],
    )
    def test_nothing_passes_on_what_is_not_known(self, stakes: Any, says: Outcome, unresolved: Any) -> None:
        share = run(stakes, "X", ends="P").share("A")
        assert (share.outcome, share.unresolved) == (says, Decimal(str(unresolved)))

    def test_a_party_without_any_owner_on_record_is_unknown_and_a_person_is_not(self) -> None:
        tested = run({}, "AP", ends="P")
        assert (tested.outcome("A"), tested.outcome("P"), tested.outcome("Z")) == (UNKNOWN, BELOW, UNKNOWN)

    def test_a_disputed_holding_neither_counts_nor_clears(self) -> None:
        stakes = [holding("X>A", 60, counts=False), holding("P>A", 40)]
        share = run(stakes, "X", ends="P").share("A")
        assert (share.outcome, share.percent, share.unresolved) == (UNKNOWN, 0, 60)

    @pytest.mark.parametrize(("owner", "counts"), [("?", True), ("X", False), ("C", True)])
    def test_a_say_of_somebody_unknown_leaves_control_open(self, owner: str, counts: bool) -> None:
        stakes = [holding(f"{owner}>A", basis="contract_vie", counts=counts), holding("P>A", 100)]
        assert outcome("A", stakes, "X", regime="EU", ends="P") == UNKNOWN
        assert outcome("A", stakes, "X", regime="OFAC", ends="P") == BELOW

    def test_a_say_of_somebody_free_is_no_matter(self) -> None:
        stakes = [holding("P>A", 100, basis="golden_share")]
        assert outcome("A", stakes, "X", regime="EU", ends="P") == BELOW


class TestRows:
    def test_rows_of_one_owner_are_added_and_channels_are_compared(self) -> None:
        rows = [holding("X>A", 20), holding("X>A", 15), holding("X>A", 36, channel="knowledge")]
        assert run(rows, "X").share("A").percent == 36
        assert run([*rows, holding("X>A", 5)], "X").share("A").percent == 40

    def test_votes_are_as_the_shares_unless_a_row_says_otherwise(self) -> None:
        assert run([holding("X>A", 51)], "X", regime="UK").outcome("A") == OWNED
        rows = [holding("X>A", 30), holding("X>A", basis="votes", votes=Decimal(40))]
        assert run(rows, "X", regime="UK").share("A").percent == 40

    def test_the_share_is_never_more_than_all_of_it(self) -> None:
        assert run({"X>A": 80, "Y>A": 70}, "XY").share("A").percent == 100


edges = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([1, 10, 25, 40, 49.999, 50, 50.001, 60, 100])),
    max_size=30,
)
some_listed = st.sets(st.integers(0, 7), max_size=3)
regimes = st.sampled_from(sorted(REGIMES))
GOOD = {BELOW: 0, UNKNOWN: 1, REVIEW: 2, CONTROLLED: 3, OWNED: 4}


def holdings(rows: Sequence[tuple[int, int, float]]) -> list[Holding]:
    return [Holding(owner=owner, owned=owned, equity=Decimal(str(share))) for owner, owned, share in rows]


def found_by(rows: Sequence[Holding], listed: set[int], regime: str) -> Any:
    found = Graph.of(rows, on=DAY, ends=[0, 1], parties=range(8))
    return look_through(REGIMES[regime], found, listed, least_resolved=LEAST)


@settings(max_examples=150, deadline=None)
@given(edges, some_listed, regimes, st.randoms())
def test_the_order_of_stakes_does_not_matter(rows: Any, listed: set[int], regime: str, chance: random.Random) -> None:
    stakes = holdings(rows)
    shuffled = list(stakes)
    chance.shuffle(shuffled)
    one, other = found_by(stakes, listed, regime), found_by(shuffled, listed, regime)
    for party in range(8):
        first, second = one.share(party), other.share(party)
        assert (first.outcome, first.percent, first.unresolved) == (second.outcome, second.percent, second.unresolved)


@settings(max_examples=150, deadline=None)
@given(edges, st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([1, 30, 50, 70])), some_listed, regimes)
def test_a_further_stake_never_lowers_a_share(rows: Any, more: Any, listed: set[int], regime: str) -> None:
    before, after = (found_by(holdings(found), listed, regime) for found in (rows, [*rows, more]))
    for party in range(8):
        assert after.share(party).percent >= before.share(party).percent
        if before.outcome(party) == OWNED:
            assert after.outcome(party) == OWNED


@settings(max_examples=150, deadline=None)
@given(edges, some_listed, st.integers(0, 7), regimes)
def test_a_further_listing_never_makes_anything_better(rows: Any, listed: set[int], more: int, regime: str) -> None:
    """It may resolve what was unknown, and then a party passes; but whoever could be reached still can."""
    before, after = (found_by(holdings(rows), found, regime) for found in (listed, listed | {more}))
    assert before.doubt.possible <= after.doubt.possible
    for party in range(8):
        assert after.share(party).percent >= before.share(party).percent
        assert after.outcome(party) != BELOW or party not in before.doubt.possible
        assert before.outcome(party) != OWNED or after.outcome(party) == OWNED


@settings(max_examples=150, deadline=None)
@given(edges, some_listed, regimes)
def test_who_counts_is_a_fix_point_and_the_path_leads_to_the_listed(rows: Any, listed: set[int], regime: str) -> None:
    found = found_by(holdings(rows), listed, regime)
    rule = REGIMES[regime]
    for party in range(8):
        share = found.share(party)
        if rule.aggregate:
            counting = set(found.owned.rank)
            held = sum(edge.equity for edge in found.graph.above.get(party, ()) if edge.owner in counting)
            assert share.percent == Decimal(min(held, 100_000)) / 1000
        if share.outcome in (OWNED, CONTROLLED, REVIEW):
            tops = {edge.owner for edge in share.path} - {edge.owned for edge in share.path}
            assert tops <= listed
            assert {edge.owner for edge in share.path} & listed


@settings(max_examples=100, deadline=None)
@given(edges, some_listed, regimes, st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=3))
def test_whatever_becomes_known_a_party_that_passed_is_not_owned(
    rows: Any, listed: set[int], regime: str, unknown: Any
) -> None:
    """What is unresolved today belongs to the listed tomorrow: who passed today stays below even so."""
    known = holdings(rows)
    before = found_by([*known, *(Holding(owner=owner, owned=owned) for owner, owned in unknown)], listed, regime)
    passed = [party for party in range(8) if before.outcome(party) == BELOW]
    rest = {party: before.graph.unheld["equity"].get(party, 0) for party in range(8)}
    worst = [Holding(owner=99, owned=party, equity=Decimal(share) / 1000) for party, share in rest.items() if share]
    after = found_by([*known, *worst], listed | {99}, regime)
    for party in passed:
        assert after.outcome(party) in (BELOW, UNKNOWN)


def test_all_regimes_over_twenty_thousand_parties_take_seconds() -> None:
    chance = random.Random(7)
    stakes = [
        Holding(owner=chance.randrange(20_000), owned=chance.randrange(20_000), equity=Decimal(chance.randint(1, 70)))
        for _ in range(60_000)
    ]
    listed = set(chance.sample(range(20_000), 1000))
    began = process_time()
    found = graph(stakes)
    for regime in REGIMES.values():
        result = look_through(regime, found, listed, least_resolved=LEAST)
        assert OWNED in {result.outcome(party) for party in range(20_000)}
    assert process_time() - began < 15
