"""Verdicts and decisions: the worst wins, unknown is never a pass, a verdict says when it turns by itself."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.policy.engine.content import Escalation
from apps.policy.engine.judge import PolicyProblems, Verdict, compile_policy, decide, judge
from apps.policy.engine.vocabulary import Term
from tests.making import a_rule
from tests.policy.judging import EXAMPLES_DAY, a_compiled, a_content, a_pack, sheet, verdict_on


def a_verdict(outcome: str, gate: str = "block", on_unknown: str = "task") -> Verdict:
    plain: dict[str, Any] = {"outcome": outcome, "gate": gate, "on_unknown": on_unknown}
    return Verdict("WB-T-001", 1, severity="low", missing=(), read=(), next_change_at=None, **plain)


@pytest.mark.parametrize(
    ("outcome", "gate", "on_unknown", "decision", "effect"),
    [
        ("finding", "block", "task", "block", "block"),
        ("finding", "review", "task", "review", "review"),
        ("finding", "warn", "task", "pass", "warn"),
        ("finding", "none", "task", "pass", "none"),
        ("finding", "block", "ignore", "block", "block"),
        ("unknown", "block", "finding", "undecided", "block"),
        ("unknown", "block", "task", "undecided", "none"),
        ("unknown", "review", "finding", "undecided", "review"),
        ("unknown", "review", "task", "undecided", "none"),
        ("unknown", "warn", "finding", "pass", "warn"),
        ("unknown", "none", "finding", "pass", "none"),
        ("unknown", "block", "ignore", "pass", "none"),
        ("unknown", "review", "ignore", "pass", "none"),
        ("pass", "block", "finding", "pass", "none"),
        ("not_applicable", "block", "finding", "pass", "none"),
    ],
)
def test_what_one_verdict_asks_for(outcome: str, gate: str, on_unknown: str, decision: str, effect: str) -> None:
    verdict = a_verdict(outcome, gate, on_unknown)
    assert (decide([verdict]), verdict.effect) == (decision, effect)


BLOCK = a_verdict("finding")
UNDECIDED = a_verdict("unknown")
REVIEW = a_verdict("finding", "review")
PASS = a_verdict("pass")


@given(st.lists(st.sampled_from([BLOCK, UNDECIDED, REVIEW, PASS]), max_size=6))
def test_the_worst_wins_in_whatever_order(verdicts: list[Verdict]) -> None:
    worst = "pass"
    for verdict, decision in ((REVIEW, "review"), (UNDECIDED, "undecided"), (BLOCK, "block")):
        if verdict in verdicts:
            worst = decision
    assert decide(verdicts) == worst


def test_without_rules_nothing_is_asked_for() -> None:
    judgement = judge({}, compile_policy(a_content()), EXAMPLES_DAY)
    assert (judgement.verdicts, judgement.decision) == ((), "pass")


class TestMissing:
    @pytest.mark.parametrize(
        ("expression", "facts", "missing"),
        [
            ("use_case.supports_cif", {}, ["use_case.supports_cif"]),
            ("use_case.supports_cif", {"use_case.supports_cif": None}, ["use_case.supports_cif"]),
            ("use_case.supports_cif && use_case.commercial", {"use_case.commercial": True}, ["use_case.supports_cif"]),
            ("use_case.supports_cif && use_case.commercial", {}, ["use_case.commercial", "use_case.supports_cif"]),
            # What the text asks for with has() is not what makes it unknown.
            ("(has(use_case.exit_plan) && use_case.exit_plan) || use_case.supports_cif", {}, ["use_case.supports_cif"]),
            ("(has(use_case.exit_plan) || use_case.commercial) && use_case.exit_plan", {"use_case.commercial": True},
             ["use_case.exit_plan"]),
        ],
    )  # fmt: skip
    def test_an_unknown_names_the_facts_that_are_absent(
        self, expression: str, facts: dict[str, Any], missing: list[str]
    ) -> None:
        verdict = verdict_on(a_compiled(expression), facts)
        assert (verdict.outcome, list(verdict.missing), verdict.error) == ("unknown", missing, "")

    @pytest.mark.parametrize("value", [True, False])
    def test_what_is_known_names_nothing(self, value: bool) -> None:
        verdict = verdict_on(a_compiled("use_case.supports_cif || use_case.commercial"), {"use_case.commercial": value})
        assert (verdict.outcome == "unknown", bool(verdict.missing)) == (not value, not value)

    def test_a_fact_outside_the_catalogue_is_not_read(self) -> None:
        policy = a_compiled("has(use_case.owner)")
        assert verdict_on(policy, {"use_case.owner": "anna", "use_case.shoe_size": 43}).outcome == "finding"

    def test_a_value_of_the_wrong_type_is_unknown_and_says_so(self) -> None:
        verdict = verdict_on(a_compiled("deployment.retention_days > 30"), {"deployment.retention_days": "long"})
        assert (verdict.outcome, verdict.missing) == ("unknown", ())
        assert "overload" in verdict.error

    def test_a_key_that_a_table_does_not_have_is_unknown(self) -> None:
        policy = a_compiled("params.ranks[use_case.purpose] > 0", ranks={"public": 0})
        assert verdict_on(policy, {"use_case.purpose": "sorting"}).outcome == "unknown"


class TestTurning:
    @pytest.mark.parametrize(
        ("expression", "facts", "turns"),
        [
            ("days_until(use_case.next_review) < 0", {"use_case.next_review": "2026-12-01"}, "2026-12-02"),
            ("days_until(use_case.next_review) < 0", {"use_case.next_review": "2026-11-22"}, None),
            ("days_until(use_case.next_review) < 0", {}, None),
            ("days_since(version.scanned_on) > params.most", {"version.scanned_on": "2026-11-20"}, "2026-12-01"),
            ("days_since(version.scanned_on) >= 10.5", {"version.scanned_on": "2026-11-20"}, "2026-12-01"),
            ("days_since(version.scanned_on) == 10", {"version.scanned_on": "2026-11-13"}, "2026-11-24"),
            ("days_since(version.scanned_on) == 12", {"version.scanned_on": "2026-11-13"}, "2026-11-25"),
            ("days_until(params.dates.start) < 8", {}, "2026-11-25"),
            ("days_since(version.scanned_on) > params.table[use_case.risk_tier]",
             {"version.scanned_on": "2026-11-20", "use_case.risk_tier": "tier2"}, "2026-12-11"),
            ("days_since(version.scanned_on) > deployment.retention_days",
             {"version.scanned_on": "2026-11-20", "deployment.retention_days": 5}, "2026-11-26"),
            ("days_since(version.scanned_on) in params.days", {"version.scanned_on": "2026-11-20"}, "2026-11-24"),
            ("days_since(version.scanned_on) > size(use_case.countries)",
             {"version.scanned_on": "2026-11-20", "use_case.countries": ["DE", "FR", "IT", "ES"]}, "2026-11-25"),
            # The rule waits for another fact: the date alone decides nothing.
            ("use_case.supports_cif && days_until(use_case.next_review) < 0", {"use_case.next_review": "2026-12-01"},
             "2026-12-02"),
            ("use_case.supports_cif && days_until(use_case.next_review) < 0",
             {"use_case.next_review": "2026-12-01", "use_case.supports_cif": False}, None),
            ("days_since(use_case.approved_on) < days_since(use_case.next_review)",
             {"use_case.approved_on": "2026-11-01", "use_case.next_review": "2026-12-01"}, None),
        ],
    )  # fmt: skip
    def test_the_first_day_of_another_outcome(self, expression: str, facts: dict[str, Any], turns: str | None) -> None:
        policy = a_compiled(
            expression,
            most=10,
            dates={"start": "2026-12-02"},
            table={"tier1": 10, "tier2": 20},
            days=[4, 6],
        )
        found = verdict_on(policy, facts).next_change_at
        assert found == (dt.date.fromisoformat(turns) if turns else None)

    def test_a_rule_that_calculates_with_days_is_looked_at_again_in_time(self) -> None:
        policy = a_compiled("days_since(version.scanned_on) > params.most * 2", most=10)
        assert verdict_on(policy, {"version.scanned_on": "2026-11-20"}).next_change_at == dt.date(2026, 12, 11)
        later = a_compiled("days_since(version.scanned_on) > params.most * 20", most=10)
        assert verdict_on(later, {"version.scanned_on": "2026-11-20"}).next_change_at == dt.date(2026, 12, 23)

    def test_a_rule_without_dates_never_turns(self) -> None:
        assert verdict_on(a_compiled("use_case.supports_cif"), {"use_case.supports_cif": True}).next_change_at is None

    def test_the_end_of_time_is_no_crash(self) -> None:
        policy = a_compiled("days_since(use_case.next_review) > 30")
        last = verdict_on(policy, {"use_case.next_review": "9999-12-31"})
        assert (last.outcome, last.next_change_at) == ("pass", None)
        assert verdict_on(policy, {"use_case.next_review": "9999-12-31"}, dt.date.max).next_change_at is None


VOCABULARY = {
    **{f"use.{name}": Term(f"use.{name}", "date") for name in ("seen", "due")},
    "use.days": Term("use.days", "number"),
    "use.wanted": Term("use.wanted", "boolean"),
}
COMPARISONS = st.builds(
    "{}(use.{}) {} {}".format,
    st.sampled_from(["days_since", "days_until"]),
    st.sampled_from(["seen", "due"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.one_of(st.integers(0, 20), st.sampled_from(["params.limit", "params.table.b", "use.days", "2.5", "-3"])).map(
        str
    ),
)
DATED = st.recursive(
    st.one_of(COMPARISONS, COMPARISONS, st.sampled_from(["use.wanted", "has(use.seen)"])),
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
    ),
    max_leaves=5,
)
DAYS = st.none() | st.integers(-40, 40).map(lambda days: (EXAMPLES_DAY + dt.timedelta(days=days)).isoformat())


@given(DATED, DAYS, DAYS, st.none() | st.integers(0, 20) | st.just(4.5), st.none() | st.booleans())
def test_nothing_turns_before_the_day_that_is_named_and_then_it_does(
    expression: str, seen: str | None, due: str | None, days: float | None, wanted: bool | None
) -> None:
    content = a_content(a_rule("WB-T-001", expression), limit=7, table={"a": 3, "b": 11})
    policy = compile_policy(content, VOCABULARY)
    facts = {"use": {"seen": seen, "due": due, "days": days, "wanted": wanted}}

    def outcome_on(day: dt.date) -> str:
        return judge(facts, policy, day).verdicts[0].outcome

    verdict = judge(facts, policy, EXAMPLES_DAY).verdicts[0]
    turn = verdict.next_change_at or EXAMPLES_DAY + dt.timedelta(days=80)
    assert turn > EXAMPLES_DAY
    before = (EXAMPLES_DAY + dt.timedelta(days=n) for n in range((turn - EXAMPLES_DAY).days))
    assert {outcome_on(day) for day in before} == {verdict.outcome}
    if verdict.next_change_at and not policy.rules[0].mentions.computes:
        assert outcome_on(turn) != verdict.outcome


class TestEscalation:
    STEPS = (
        Escalation("days_until(params.dates.start) < 180", "high"),
        Escalation("days_until(params.dates.start) < 0", "critical"),
    )
    RULE = a_rule("WB-T-001", "use_case.supports_cif", severity="medium", escalation=STEPS)

    @pytest.mark.parametrize(
        ("day", "severity", "turns"),
        [
            ("2027-06-01", "medium", "2027-06-06"),
            ("2027-06-05", "medium", "2027-06-06"),
            ("2027-06-06", "high", "2027-12-03"),
            ("2027-12-02", "high", "2027-12-03"),
            ("2027-12-03", "critical", None),
        ],
    )
    def test_severity_rises_as_the_day_comes_nearer(self, day: str, severity: str, turns: str | None) -> None:
        policy = compile_policy(a_content(self.RULE, dates={"start": "2027-12-02"}))
        verdict = verdict_on(policy, {"use_case.supports_cif": True}, dt.date.fromisoformat(day))
        assert (verdict.outcome, verdict.severity) == ("finding", severity)
        assert verdict.next_change_at == (dt.date.fromisoformat(turns) if turns else None)

    def test_a_step_that_is_unknown_does_not_raise(self) -> None:
        rule = a_rule("WB-T-001", "true", severity="low", escalation=(Escalation("use_case.supports_cif", "high"),))
        policy = compile_policy(a_content(rule))
        assert verdict_on(policy, {}).severity == "low"
        assert verdict_on(policy, {"use_case.supports_cif": True}).severity == "high"
        assert verdict_on(policy, {}).read == ("use_case.supports_cif",)


class TestPacks:
    @pytest.mark.parametrize(
        ("facts", "outcome"),
        [
            ({"org.is_us_person": True}, "finding"),
            ({"org.is_us_person": False}, "not_applicable"),
            ({}, "finding"),
            ({"org.is_us_person": "perhaps"}, "finding"),
        ],
    )
    def test_a_pack_is_applied_unless_it_is_known_not_to_concern_us(self, facts: dict[str, Any], outcome: str) -> None:
        content = a_content(a_rule("WB-T-001", "true"), packs=(a_pack(applies_if="org.is_us_person"),))
        judgement = judge(sheet(facts), compile_policy(content), EXAMPLES_DAY)
        (verdict,) = judgement.verdicts
        assert (verdict.outcome, judgement.decision) == (outcome, "block" if outcome == "finding" else "pass")

    def test_a_rule_that_does_not_apply_has_nothing_missing_and_never_turns(self) -> None:
        rule = a_rule("WB-T-001", "use_case.supports_cif || days_until(use_case.next_review) < 0")
        content = a_content(rule, packs=(a_pack(applies_if="false"),))
        verdict = verdict_on(compile_policy(content), {"use_case.next_review": "2026-12-01"})
        assert (verdict.outcome, verdict.missing, verdict.next_change_at) == ("not_applicable", (), None)

    def test_a_pack_that_is_off_is_not_judged(self) -> None:
        packs = (a_pack("one"), a_pack("two"))
        rules = (a_rule("WB-A-001", "true", pack="one"), a_rule("WB-B-001", "false", pack="two"))
        judgement = judge({}, compile_policy(a_content(*rules, packs=packs).with_packs({"one"})), EXAMPLES_DAY)
        assert [verdict.rule_code for verdict in judgement.verdicts] == ["WB-A-001"]
        assert (judgement.codes("finding"), judgement.codes("pass")) == ({"WB-A-001"}, frozenset())

    def test_a_mistake_in_a_pack_that_is_off_is_still_a_mistake(self) -> None:
        content = a_content(a_rule("WB-T-001", "zebra.stripes"), packs=(a_pack(enabled=False),))
        with pytest.raises(PolicyProblems):
            compile_policy(content)


def test_every_problem_of_a_policy_is_told_by_code() -> None:
    rules = (
        a_rule("WB-A-001", "use_case.nope"),
        a_rule("WB-B-001", "true", escalation=(Escalation("1", "high"),)),
        a_rule("WB-C-001", "true", pack="nowhere"),
        a_rule("WB-D-001", "true"),
        a_rule("WB-D-001", "true"),
        a_rule("WB-E-001", "true"),
    )
    with pytest.raises(PolicyProblems) as error:
        compile_policy(a_content(*rules, packs=(a_pack(applies_if="org.nope"),)))
    messages = {code: [problem.message for problem in found] for code, found in error.value.problems.items()}
    assert messages == {
        "test": ["There is no fact org.nope."],
        "WB-A-001": ["There is no fact use_case.nope. Did you mean use_case.name?"],
        "WB-B-001": ["The expression gives int, not true or false."],
        "WB-C-001": ["There is no pack nowhere."],
        "WB-D-001": ["This code is used twice."],
    }
    assert "WB-A-001 1:1 There is no fact" in str(error.value)
