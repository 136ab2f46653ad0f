"""Unknown is a value: expressions follow Kleene's logic, and what is known stays known when more becomes known."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.policy.engine.judge import CompiledPolicy, compile_policy, judge
from apps.policy.engine.vocabulary import Term
from tests.making import a_rule
from tests.policy.judging import EXAMPLES_DAY, a_content

NAMES = "abcd"
VOCABULARY = {f"f.{name}": Term(f"f.{name}", "boolean") for name in NAMES}
OUTCOMES = {True: "finding", False: "pass", None: "unknown"}
Facts = Mapping[str, bool | None]


@dataclass(frozen=True)
class Node:
    """An expression as a tree: an operator over its parts, or a name."""

    operator: str
    parts: tuple["Node", ...] = ()
    name: str = ""

    def text(self) -> str:
        """The expression as a rule would say it."""
        if not self.parts:
            return {"fact": f"f.{self.name}", "has": f"has(f.{self.name})"}.get(self.operator, self.operator)
        texts = [part.text() for part in self.parts]
        if self.operator == "!":
            return f"!({texts[0]})"
        if self.operator == "?":
            return f"({texts[0]} ? {texts[1]} : {texts[2]})"
        return f"({texts[0]} {self.operator} {texts[1]})"

    def value(self, facts: Facts) -> bool | None:
        """What Kleene's logic says; None is unknown."""
        leaf = {"fact": facts.get(self.name), "has": facts.get(self.name) is not None, "true": True, "false": False}
        if not self.parts:
            return leaf[self.operator]
        values = [part.value(facts) for part in self.parts]
        return getattr(self, f"_{_WORDS[self.operator]}")(values)  # type: ignore[no-any-return]

    @staticmethod
    def _and(values: list[bool | None]) -> bool | None:
        return False if False in values else None if None in values else True

    @staticmethod
    def _or(values: list[bool | None]) -> bool | None:
        return True if True in values else None if None in values else False

    @staticmethod
    def _not(values: list[bool | None]) -> bool | None:
        return None if values[0] is None else not values[0]

    @staticmethod
    def _same(values: list[bool | None]) -> bool | None:
        return None if None in values else values[0] == values[1]

    @staticmethod
    def _choose(values: list[bool | None]) -> bool | None:
        return None if values[0] is None else values[1] if values[0] else values[2]


_WORDS = {"&&": "and", "||": "or", "!": "not", "==": "same", "?": "choose"}
FACT = st.builds(Node, st.just("fact"), st.just(()), st.sampled_from(NAMES))
ASKED = st.builds(Node, st.just("has"), st.just(()), st.sampled_from(NAMES))
CONSTANT = st.builds(Node, st.sampled_from(["true", "false"]))


def trees(*leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        st.one_of(FACT, FACT, FACT, *leaves),
        lambda inner: st.one_of(
            st.builds(Node, st.sampled_from(["&&", "||", "=="]), st.tuples(inner, inner)),
            st.builds(Node, st.just("!"), st.tuples(inner)),
            st.builds(Node, st.just("?"), st.tuples(inner, inner, inner)),
        ),
        max_leaves=8,
    )


FACTS = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in NAMES})


@cache
def compiled(text: str) -> CompiledPolicy:
    return compile_policy(a_content(a_rule("WB-T-001", text)), VOCABULARY)


def outcome(node: Node, facts: Facts) -> str:
    return judge({"f": facts}, compiled(node.text()), EXAMPLES_DAY).verdicts[0].outcome


@settings(max_examples=300)
@given(trees(CONSTANT, ASKED), FACTS)
def test_every_expression_follows_the_logic_of_three_values(node: Node, facts: Facts) -> None:
    assert outcome(node, facts) == OUTCOMES[node.value(facts)]


@settings(max_examples=300)
@given(trees(CONSTANT), FACTS, FACTS)
def test_what_is_known_on_part_of_the_facts_stays_so_on_every_completion(node: Node, facts: Facts, more: Facts) -> None:
    known = outcome(node, facts)
    completed = {name: more[name] if facts[name] is None else facts[name] for name in NAMES}
    if known != "unknown":
        assert outcome(node, completed) == known


@given(trees(CONSTANT, ASKED), FACTS)
def test_an_unknown_names_a_missing_fact_and_a_known_one_none(node: Node, facts: Facts) -> None:
    verdict = judge({"f": facts}, compiled(node.text()), EXAMPLES_DAY).verdicts[0]
    assert bool(verdict.missing) == (verdict.outcome == "unknown")
    assert all(facts[path[2:]] is None for path in verdict.missing)
    assert verdict.error == ""


@given(trees(CONSTANT), FACTS)
def test_stating_every_missing_fact_ends_the_unknown(node: Node, facts: Facts) -> None:
    verdict = judge({"f": facts}, compiled(node.text()), EXAMPLES_DAY).verdicts[0]
    stated = {**facts, **{path[2:]: True for path in verdict.missing}}
    assert outcome(node, stated) != "unknown"


@given(trees(CONSTANT, ASKED), FACTS)
def test_judging_again_gives_the_same_and_leaves_the_sheet_alone(node: Node, facts: Facts) -> None:
    sheet = {"f": dict(facts), "other": {"x": [1]}}
    before = copy.deepcopy(sheet)
    first = judge(sheet, compiled(node.text()), EXAMPLES_DAY)
    assert judge(dict(reversed(sheet.items())), compiled(node.text()), EXAMPLES_DAY) == first
    assert sheet == before


@given(trees(CONSTANT, ASKED), FACTS)
def test_a_fact_that_is_none_and_one_that_is_absent_are_both_unknown(node: Node, facts: Facts) -> None:
    absent = {name: value for name, value in facts.items() if value is not None}
    assert outcome(node, facts) == outcome(node, absent)
