"""The shipped rules give the same outcome in another implementation of CEL, on sheets with any facts absent.

The other one evaluates the text as its author wrote it, with `days_since` and `days_until` as functions, so that the
rewriting of dates is compared too.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import cel
import pytest

from apps.places.countries import country_names
from apps.policy.engine.content import Rule
from apps.policy.engine.expressions import prepared_params
from apps.policy.engine.judge import CompiledPolicy, compile_policy, judge
from apps.policy.engine.packs import load_packs
from apps.policy.engine.vocabulary import Term, catalogue_vocabulary
from tests.making import a_rule
from tests.policy.judging import EXAMPLES_DAY, a_content, a_pack

CONTENT = load_packs()
PARAMS = prepared_params(CONTENT.param_values())
COUNTRIES = [*PARAMS["eea"][:4], *PARAMS["gdpr_adequate"][:3], *PARAMS["ndaa_covered_nations"], "US-TX", "IT-25", "IN"]
LISTS = [name for key in ("blocking_lists", "export_lists", "procurement_lists") for name in PARAMS[key]]
REGIMES = list(PARAMS["ownership_threshold_pct"])
WORDS = {
    "screening.direct_lists": LISTS,
    "screening.confirmed_lists": LISTS,
    "screening.control_hits": REGIMES,
    "version.file_formats": ["safetensors", "gguf", *PARAMS["unsafe_formats"]],
    "org.public_body_of": COUNTRIES,
    "screening.authority_measures": COUNTRIES,
    "licence.excluded_territories": COUNTRIES,
}
SHEETS = 150


def today_minus(date: int) -> int:
    return EXAMPLES_DAY.toordinal() - date


def until(date: int) -> int:
    return date - EXAMPLES_DAY.toordinal()


def a_list(term: Term, random: Random) -> list[str]:
    words = sorted(term.allowed) or WORDS.get(term.path) or COUNTRIES
    return random.sample(words, random.choice([0, 1, 1, 2, 3]))


def a_map(term: Term, random: Random) -> dict[str, float]:
    return {key: random.choice([0, 49.9, 50, 50.1, 100]) for key in random.sample(REGIMES, random.randint(0, 3))}


def a_number(term: Term, random: Random) -> float:
    return random.choice([0, 0, 0, 1, 30, 30.5, 74.9, 75, 90, 365, 20_000_001, 700_000_001])


def a_text(term: Term, random: Random) -> str:
    return random.choice(sorted(term.allowed) or ["DE", "FR", "US", "anna", "ben", "sha"])


def a_day(term: Term, random: Random) -> str:
    return (
        EXAMPLES_DAY + dt.timedelta(days=random.choice([-1096, -366, -181, -91, -90, -2, -1, 0, 1, 200]))
    ).isoformat()


MAKERS: dict[str, Callable[[Term, Random], Any]] = {
    "boolean": lambda term, random: random.random() < 0.5,
    "list": a_list,
    "map": a_map,
    "number": a_number,
    "text": a_text,
    "date": a_day,
}


def a_sheet(paths: tuple[str, ...], random: Random) -> dict[str, dict[str, Any]]:
    """Values for the facts that a rule reads, each of them absent in one of four sheets."""
    made: dict[str, dict[str, Any]] = {path.split(".")[0]: {} for path in catalogue_vocabulary()}
    for path in paths:
        subject, name = path.split(".")
        term = catalogue_vocabulary()[path]
        if random.random() > 0.25:
            made[subject][name] = MAKERS[term.kind](term, random)
    return made


def elsewhere(program: cel.Program, sheet: dict[str, dict[str, Any]]) -> str:
    """The outcome in the other implementation: an error is unknown, and it must be about something absent."""
    dates = {path for path, term in catalogue_vocabulary().items() if term.kind == "date"}
    plain = {
        subject: {
            name: dt.date.fromisoformat(value).toordinal() if f"{subject}.{name}" in dates else value
            for name, value in values.items()
        }
        for subject, values in sheet.items()
    }
    context = cel.Context({**plain, "params": PARAMS}, {"days_since": today_minus, "days_until": until})
    try:
        value = program.execute(context)
    except KeyError:
        return "unknown"
    assert isinstance(value, bool)
    return "finding" if value else "pass"


@cache
def ours(expression: str) -> CompiledPolicy:
    content = a_content(a_rule("WB-T-001", expression), packs=(a_pack(),))
    return compile_policy(type(content)(content.packs, content.rules, CONTENT.params))


def compare(expression: str, seed: str) -> set[str]:
    """Judge many sheets with both; returns the outcomes that were seen."""
    policy = ours(expression)
    program = cel.compile(expression)
    random = Random(seed)
    seen = set()
    for _ in range(SHEETS):
        sheet = a_sheet(policy.rules[0].mentions.facts, random)
        verdict = judge(sheet, policy, EXAMPLES_DAY).verdicts[0]
        assert (verdict.outcome, verdict.error) == (elsewhere(program, sheet), ""), sheet
        seen.add(verdict.outcome)
    return seen


@pytest.mark.parametrize("rule", CONTENT.rules, ids=lambda rule: rule.code)
def test_a_shipped_rule_has_the_same_outcomes_elsewhere(rule: Rule) -> None:
    seen = compare(rule.expression, rule.code)
    # Enough sheets to see more than one answer, or the comparison would say nothing.
    assert {"finding", "pass"} <= seen


@pytest.mark.parametrize(
    "pack", [pack for pack in CONTENT.packs if pack.applies_if != "true"], ids=lambda pack: pack.code
)
def test_a_pack_applies_to_the_same_elsewhere(pack: Any) -> None:
    assert len(compare(pack.applies_if, pack.code)) == 3


def test_the_countries_of_the_sheets_are_countries() -> None:
    assert {country[:2] for country in COUNTRIES} <= set(country_names())
