"""How long judging takes."""

from apps.policy.evaluation import judge_uses
from tests.bench.populating import SETUP, Population
from tests.bench.rows import Row, clocked, seconds


def rows(population: Population) -> list[Row]:
    """Every use for the first time, then again without any change."""
    number = len(population.uses)
    found = []
    for what, expected, below in (("first time", number, 30.0), ("nothing changed", 0, 10.0)):
        with clocked() as clock:
            judged = judge_uses(actor=SETUP)
        if judged != expected:
            raise AssertionError(f"{judged} uses were judged instead of {expected}")
        found.append(seconds(f"judging {number:,} uses, {what}", clock, below))
    return found
