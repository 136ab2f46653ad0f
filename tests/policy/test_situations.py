"""The reference situations: on each, exactly the expected rules find something or do not know."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.facts.catalogue import paths
from apps.policy.engine.judge import CompiledPolicy, Judgement, compile_policy, judge
from apps.policy.engine.packs import load_packs
from tests.policy.judging import EXAMPLES_DAY

FILE = Path(__file__).resolve().parents[2] / "../shared/data/knowledge/situations.yaml"
NAMES = "ABCDEFGHI"
DECISIONS = {
    **dict.fromkeys("ACG", "pass"),
    **dict.fromkeys("BDEF", "block"),
    "H": "review",
    "I": "undecided",
}
SHIPPED = frozenset(rule.code for rule in load_packs().rules)

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the shared reference situations are not on this machine")


@cache
def situations() -> Mapping[str, Mapping[str, Any]]:
    """Every situation by its letter."""
    return {row["situation"].split()[0]: row for row in yaml.safe_load(FILE.read_text(encoding="utf-8"))}


@cache
def policy() -> CompiledPolicy:
    """All packs of the product."""
    content = load_packs()
    return compile_policy(content.with_packs({pack.code for pack in content.packs}))


def judged(row: Mapping[str, Any]) -> Judgement:
    # "unknown" is a state here and not a value: a fact that the sketch calls unknown is absent from the sheet.
    facts = {
        subject: {name: value for name, value in values.items() if value != "unknown"}
        for subject, values in row["facts"].items()
    }
    return judge(facts, policy(), EXAMPLES_DAY)


def expected(row: Mapping[str, Any], *keys: str) -> frozenset[str]:
    return frozenset(code for key in keys for code in row[key]) & SHIPPED


def test_all_nine_are_there_and_speak_of_facts_of_the_catalogue() -> None:
    assert "".join(situations()) == NAMES
    named = {f"{subject}.{name}" for row in situations().values() for subject, values in row["facts"].items()
             for name in values}  # fmt: skip
    assert named <= set(paths())


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_expected_rules_find_something(name: str) -> None:
    row = situations()[name]
    assert judged(row).codes("finding") == expected(row, "findings")


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_expected_rules_do_not_know(name: str) -> None:
    row = situations()[name]
    judgement = judged(row)
    by_handling = {"finding": "unknown_as_finding", "task": "unknown_as_task"}
    for handling, key in by_handling.items():
        found = {v.rule_code for v in judgement.verdicts if v.outcome == "unknown" and v.on_unknown == handling}
        assert found == expected(row, key)
    assert not [verdict for verdict in judgement.verdicts if verdict.error]


@pytest.mark.parametrize(("name", "decision"), list(DECISIONS.items()))
def test_the_decision_follows(name: str, decision: str) -> None:
    assert judged(situations()[name]).decision == decision
