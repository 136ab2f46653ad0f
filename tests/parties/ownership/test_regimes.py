"""The regimes' own tests, by the examples of their authorities in our words, and by what tells them apart."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.parties.ownership import REGIMES, Outcome
from tests.parties.ownership.making import holding, outcome, run

OWNED, CONTROLLED, REVIEW, BELOW, UNKNOWN = Outcome

FAQ_399 = [
    ("two blocked owners of a quarter each", {"X>A": 25, "Y>A": 25}, "A", OWNED),
    ("a quarter and somewhat less", {"X>A": 25, "Y>A": "24.999", "P>A": "50.001"}, "A", BELOW),
]
FAQ_401 = [
    ("half of a half", {"X>A": 50, "A>B": 50}, "B", OWNED),
    ("two halves hold a quarter each", {"X>A": 50, "X>B": 50, "A>C": 25, "B>C": 25}, "C", OWNED),
    ("a tenth directly and four tenths through a half", {"X>A": 50, "X>B": 10, "A>B": 40}, "B", OWNED),
    (
        "a quarter through a half, and a quarter through one that is not half held",
        {"X>A": 50, "X>B": 25, "P>B": 75, "A>C": 25, "B>C": 25, "P>C": 50},
        "C",
        BELOW,
    ),
    ("a quarter of both owners", {"X>A": 25, "P>A": 75, "X>B": 25, "P>B": 75, "A>C": 50, "B>C": 50}, "C", BELOW),
]


@pytest.mark.parametrize(("stakes", "party", "says"), [row[1:] for row in FAQ_399], ids=[row[0] for row in FAQ_399])
def test_holdings_of_all_blocked_persons_are_added(stakes: Any, party: str, says: Outcome) -> None:
    """OFAC FAQ 399."""
    assert outcome(party, stakes, "XY", ends="P") == says


@pytest.mark.parametrize(("stakes", "party", "says"), [row[1:] for row in FAQ_401], ids=[row[0] for row in FAQ_401])
def test_whoever_is_half_held_counts_whole_and_nobody_else_counts(stakes: Any, party: str, says: Outcome) -> None:
    """OFAC FAQ 401."""
    assert outcome(party, stakes, "X", ends="P") == says


def test_percentages_are_never_multiplied() -> None:
    assert run({"X>A": 60, "A>B": 60, "B>C": 60}, "X").share("C").percent == 60


def test_ownership_through_one_who_is_not_half_held_counts_nothing() -> None:
    share = run({"X>A": 49, "P>A": 51, "A>B": 100}, "X", ends="P").share("B")
    assert (share.percent, share.outcome) == (0, BELOW)


@pytest.mark.parametrize(("percent", "regimes"), [(50, {"OFAC", "EU", "BIS-AFFILIATES", "DSP"}), (50.001, {*REGIMES})])
def test_half_is_enough_everywhere_but_in_the_uk(percent: float, regimes: set[str]) -> None:
    stakes = {"X>A": percent, "P>A": 100 - percent}
    assert {key for key in REGIMES if outcome("A", stakes, "X", regime=key, ends="P") == OWNED} == regimes


def test_the_eu_adds_up_and_the_uk_asks_whether_they_act_together() -> None:
    stakes = {"X>A": 30, "Y>A": 30, "P>A": 40}
    assert outcome("A", stakes, "XY", regime="EU", ends="P") == OWNED
    share = run(stakes, "XY", regime="UK", ends="P").share("A")
    assert (share.outcome, share.percent, share.together) == (REVIEW, 30, 60)
    acting = run(stakes, "XY", regime="UK", ends="P", together=[frozenset("XY")]).share("A")
    assert (acting.outcome, acting.percent) == (OWNED, 60)


def test_one_owner_is_followed_through_its_own_companies_in_the_uk() -> None:
    stakes = {"X>A": 51, "P>A": 49, "A>C": 30, "X>C": 21, "P>C": 49}
    assert outcome("C", stakes, "X", regime="UK", ends="P") == OWNED
    half = {**stakes, "X>A": 50, "P>A": 50}
    assert outcome("C", half, "X", regime="UK", ends="P") == BELOW


def test_before_july_2024_the_eu_asked_for_more_than_half() -> None:
    stakes = {"X>A": 50, "P>A": 50}
    assert outcome("A", stakes, "X", regime="EU", ends="P", on=dt.date(2024, 7, 2)) == BELOW
    assert outcome("A", stakes, "X", regime="EU", ends="P", on=dt.date(2024, 7, 3)) == OWNED


@pytest.mark.parametrize("basis", ["board_appointment", "contract_vie", "golden_share", "de_facto"])
@pytest.mark.parametrize(("regime", "says"), [("EU", CONTROLLED), ("UK", CONTROLLED), ("OFAC", BELOW), ("DSP", BELOW)])
def test_control_counts_in_the_eu_and_in_the_uk_alone(basis: str, regime: str, says: Outcome) -> None:
    stakes = [holding("X>A", basis=basis), holding("P>A", 100)]
    assert outcome("A", stakes, "X", regime=regime, ends="P") == says


def test_what_a_controlled_company_owns_is_controlled_too_and_not_owned() -> None:
    stakes = [holding("X>A", basis="contract_vie"), holding("P>A", 100), holding("A>B", 100)]
    share = run(stakes, "X", regime="EU", ends="P").share("B")
    assert (share.outcome, share.percent) == (CONTROLLED, 0)
    assert [(edge.owner, edge.owned) for edge in share.path] == [("A", "B"), ("X", "A")]


@pytest.mark.parametrize(("regime", "says"), [("EU", CONTROLLED), ("UK", OWNED), ("OFAC", BELOW)])
def test_most_of_the_votes_without_the_shares(regime: str, says: Outcome) -> None:
    stakes = [holding("X>A", 10, votes=Decimal(51)), holding("P>A", 90, votes=Decimal(49))]
    assert outcome("A", stakes, "X", regime=regime, ends="P") == says


def test_the_affiliates_rule_knows_the_days_of_its_suspension() -> None:
    rule = REGIMES["BIS-AFFILIATES"]
    days = ["2025-09-28", "2025-09-29", "2025-11-09", "2025-11-10", "2026-11-09", "2026-11-10", "2030-01-01"]
    assert [rule.applies(dt.date.fromisoformat(day)) for day in days] == [False, True, True, False, False, True, True]
    assert all(REGIMES[key].applies(dt.date(2026, 1, 1)) for key in ("OFAC", "EU", "UK", "DSP"))


def test_every_regime_names_its_lists_its_source_and_its_date() -> None:
    for regime in REGIMES.values():
        assert regime.lists
        assert regime.source
        assert dt.date(2026, 1, 1) <= regime.as_of <= dt.date(2026, 12, 31)
