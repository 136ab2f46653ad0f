"""What an expression may say, and how a refusal points at the mistake."""

import datetime as dt

import pytest

from apps.policy.engine.expressions import (
    MAX_LENGTH,
    Checker,
    DateUse,
    check_expression,
    day_number,
    prepared_params,
    whole_numbers,
)
from apps.policy.engine.vocabulary import Term, catalogue_vocabulary
from tests.policy.judging import EXAMPLES_DAY, a_compiled, verdict_on

PARAMS = {
    "limit_days": 30,
    "ranks": {"public": 0, "internal": 1},
    "dates": {"start": "2026-12-02"},
    "countries": ["DE", "FR"],
    "on": True,
    "share": 0.5,
}
CHECKER = Checker(PARAMS)


@pytest.mark.parametrize(
    "expression",
    [
        "use_case.supports_cif",
        "!has(use_case.owner) || use_case.owner == use_case.deputy",
        "has (\n use_case.owner )",
        "use_case . supports_cif",
        "deployment.retention_days > 1.5",
        "provider.ownership_resolved_pct == 74.9",
        "deployment.retention_days > params.limit_days",
        "params.ranks[use_case.data_class] > params.ranks.public",
        "params.ranks['internal'] == 1 && params.on && params.share < 0.7",
        "days_since( use_case.next_review ) > params.limit_days",
        "days_until(params.dates.start) < 180",
        "use_case.next_review == use_case.approved_on",
        "use_case.countries.exists(c, params.countries.exists(p, c.startsWith(p)))",
        "'OFAC' in screening.owned_pct && screening.owned_pct['OFAC'] >= 50",
        "model.gpai == 'no' // use_case.nonsense, and 'quotes'",
        "use_case.purpose == \"use_case.data_class == 'secret'\"",
        "true || \"use_case.data_class == 'secret'\" == use_case.purpose",
        "true || \"'personl' in use_case.data_categories\".startsWith('params.ranks')",
        "use_case.purpose.contains(\"params.ranks['secret']\")",
        "true // use_case.data_class == 'secret'",
        "use_case.purpose == 'has(use_case.nonsense) and days_since(1 + 1)'",
        r"use_case.purpose == 'it\'s use_case.nonsense'",
    ],
)
def test_it_may_be_said(expression: str) -> None:
    assert CHECKER.problems(expression) == []
    assert CHECKER.program(expression) is not None


@pytest.mark.parametrize(
    ("expression", "line", "column", "message"),
    [
        ("", 1, 1, "The expression is empty."),
        (" \n", 1, 1, "The expression is empty."),
        ("use_case.owner", 1, 1, "The expression gives string, not true or false."),
        ("use_case.data_clas == 'public'", 1, 1,
         "There is no fact use_case.data_clas. Did you mean use_case.data_class?"),
        ("true &&\n use_case.suports_cif", 2, 2,
         "There is no fact use_case.suports_cif. Did you mean use_case.supports_cif?"),
        ("has(use_case.owne)", 1, 5, "There is no fact use_case.owne. Did you mean use_case.owner?"),
        ("zebra.stripes > 1", 1, 1, "There is no fact zebra.stripes."),
        ("use_case.data_class == internal", 1, 24, "There is no fact internal. A text stands in quotation marks."),
        ("params.limt_days > 1", 1, 1, "There is no parameter params.limt_days. Did you mean params.limit_days?"),
        ("params.ranks.secret > 1", 1, 1, "There is no parameter params.ranks.secret."),
        ("1 < params.ranks['secret']", 1, 5, "There is no parameter params.ranks.secret."),
        ("days_sinc(use_case.next_review) > 1", 1, 1, "There is no function days_sinc. Did you mean days_since?"),
        ("today > 1", 1, 1, "There is no fact today. A text stands in quotation marks."),
        ("use_case.next_review > 3", 1, 22, "Found no matching overload for '_>_' applied to '(date, int)'."),
        ("use_case.next_review == '2026-11-24'", 1, 22,
         "Found no matching overload for '_==_' applied to '(date, string)'."),
        ("days_since(use_case.owner) > 1", 1, 11, "Found no matching overload for 'days_since' applied to '(string)'."),
        ("true ||\n  use_case.supports_cif == 'yes'", 2, 25,
         "Found no matching overload for '_==_' applied to '(bool, string)'."),
        ("days_since((use_case.next_review)) > 1", 1, 1, "days_since takes the name of one date, not an expression."),
        ("true || days_until(true ? use_case.next_review : use_case.approved_on) > 1", 1, 9,
         "days_until takes the name of one date, not an expression."),
        ("use_case.data_class == 'secret'", 1, 24,
         "use_case.data_class is never 'secret'; it can be: confidential, internal, public, restricted."),
        ("'secret' != use_case.data_class", 1, 1,
         "use_case.data_class is never 'secret'; it can be: confidential, internal, public, restricted."),
        ("use_case.risk_tier in ['tier1',\n 'tier4']", 2, 2,
         "use_case.risk_tier is never 'tier4'; it can be: tier1, tier2, tier3."),
        ("model.gpai == 'unknown'", 1, 15, "model.gpai is never 'unknown'; it can be: gpai, gpai_systemic_risk, no."),
        ("use_case.supports_cif && `use_case`.owner == ''", 1, 26, "A name stands without quotation marks."),
        ("(.use_case.supports_cif)", 1, 2, "A name does not begin with a dot."),
        ("use_case.owner == r'a'", 1, 20, "A text stands in plain single or double quotation marks."),
        ("use_case.owner == '''a'''", 1, 19, "A text stands in plain single or double quotation marks."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_line_and_column(expression: str, line: int, column: int, message: str) -> None:
    first = CHECKER.problems(expression)[0]
    assert (first.line, first.column, first.message) == (line, column, message)


@pytest.mark.parametrize(
    "expression",
    [
        "'personl' in use_case.data_categories",
        "use_case.data_categories.exists(x, x == 'personl')",
        "use_case.data_categories.exists(x, x in ['personal', 'personl'])",
    ],
)
def test_an_item_that_a_list_never_holds_is_refused(expression: str) -> None:
    (problem,) = CHECKER.problems(expression)
    assert problem.message.startswith("use_case.data_categories is never 'personl'; it can be: biometric, ")
    assert expression[problem.column - 1 :].startswith("'personl'")


def test_all_mistakes_come_at_once_in_the_order_of_the_text() -> None:
    found = CHECKER.problems("use_case.nope1 ||\n use_case.nope2 && zebra.nope3")
    assert [(problem.line, problem.column) for problem in found] == [(1, 1), (2, 2), (2, 20)]


def test_a_syntax_error_points_at_its_place() -> None:
    (problem,) = CHECKER.problems("use_case.supports_cif &&")
    assert (problem.line, problem.column) == (1, 25)
    assert problem.message.startswith("Syntax error")


def test_an_expression_may_be_4000_characters_long_and_no_longer() -> None:
    longest = "true".ljust(MAX_LENGTH)
    assert CHECKER.problems(longest) == []
    assert [problem.message for problem in CHECKER.problems(longest + " ")] == [
        "The expression is longer than 4000 characters."
    ]


def test_what_is_nested_too_deeply_is_refused_and_does_not_break_anything() -> None:
    deep = "(" * 500 + "true" + ")" * 500
    assert CHECKER.problems(deep)
    with pytest.raises(ValueError, match="1:"):
        CHECKER.program(deep)


def test_a_program_is_never_made_of_a_refused_text() -> None:
    with pytest.raises(ValueError, match=r"1:1: There is no fact zebra\.stripes\."):
        CHECKER.program("zebra.stripes == 1")


def test_the_vocabulary_may_be_another_one() -> None:
    vocabulary = {"zebra.stripes": Term("zebra.stripes", "number")}
    assert check_expression("zebra.stripes > 1", {}, vocabulary) == []
    assert check_expression("use_case.supports_cif", {}, vocabulary) != []


def test_what_people_alone_read_is_no_fact_to_a_rule() -> None:
    assert "model.origin" not in catalogue_vocabulary()
    assert "model.origin_confirmed" in catalogue_vocabulary()


def test_mentions_are_what_the_text_names_outside_of_strings_and_comments() -> None:
    text = """has(use_case.owner) && use_case.owner == 'deployment.operator'
    && days_since(use_case . next_review) > params.limit_days + 7 // 99 licence.ref
    || days_until(params.dates.start) < 2.5 || has(use_case.deputy) || use_case.countries.exists(c, c == "DE 12")"""
    mentions = CHECKER.mentions(text)
    assert mentions.facts == ("use_case.countries", "use_case.deputy", "use_case.next_review", "use_case.owner")
    assert mentions.needed == ("use_case.countries", "use_case.next_review", "use_case.owner")
    assert mentions.asked == {"use_case.owner", "use_case.deputy"}
    assert mentions.params == ("dates", "limit_days")
    assert mentions.dates == (DateUse("params.dates.start", until=True), DateUse("use_case.next_review", until=False))
    assert {2, 7, 30} <= set(mentions.numbers)
    assert not {12, 99} & set(mentions.numbers)
    assert mentions.computes


def test_a_comparison_of_days_is_no_calculation() -> None:
    assert not CHECKER.mentions("days_since(use_case.next_review) > 3 && use_case.owner == 'a-b'").computes
    assert not CHECKER.mentions("deployment.retention_days + 1 > 3").computes


@pytest.mark.parametrize(
    ("expression", "value", "outcome"),
    [
        ("days_since(use_case.next_review) == 1", "2026-11-22", "finding"),
        ("days_since(use_case.next_review) == 0", dt.date(2026, 11, 23), "finding"),
        ("days_since(use_case.next_review) == -1", "2026-11-24", "finding"),
        ("days_until(use_case.next_review) == 1", "2026-11-24", "finding"),
        ("days_until(use_case.next_review) == 9", "2026-12-02T23:59:00+00:00", "finding"),
        ("days_until(use_case.next_review) == 9", dt.datetime(2026, 12, 2, tzinfo=dt.UTC), "finding"),
        ("days_until(params.dates.start) == 9", None, "finding"),
        ("days_until(use_case.next_review) > 0 ", "soon", "unknown"),
        ("days_until(use_case.next_review) > 0 ", "2026-02-30", "unknown"),
    ],
)
def test_dates_are_whole_days(expression: str, value: object, outcome: str) -> None:
    verdict = verdict_on(a_compiled(expression, **PARAMS), {"use_case.next_review": value}, EXAMPLES_DAY)
    assert verdict.outcome == outcome


def test_a_leap_day_counts() -> None:
    policy = a_compiled("days_since(use_case.next_review) == 2")
    assert verdict_on(policy, {"use_case.next_review": "2028-02-28"}, dt.date(2028, 3, 1)).outcome == "finding"


@pytest.mark.parametrize(
    ("value", "number"),
    [("0001-01-01", 1), (dt.date(1, 1, 2), 2), ("2026-13-01", None), ("26-11-24", None), (7, None), (None, None)],
)
def test_the_number_of_a_day(value: object, number: int | None) -> None:
    assert day_number(value) == number


def test_parameters_are_prepared_once_with_their_dates_as_days() -> None:
    prepared = prepared_params(PARAMS)
    assert prepared["dates"] == {"start": dt.date(2026, 12, 2).toordinal()}
    assert {name: value for name, value in prepared.items() if name != "dates"} == {
        name: value for name, value in PARAMS.items() if name != "dates"
    }


def test_the_whole_numbers_of_a_value() -> None:
    assert list(whole_numbers(True)) == []
    assert list(whole_numbers(-2.5)) == [-3]
    assert list(whole_numbers(float("nan"))) == []
    assert sorted(whole_numbers([5, 7.9, "x"])) == [3, 5, 7]
    assert sorted(whole_numbers({"a": 9})) == [1, 9]
    assert list(whole_numbers("four")) == [4]
