"""The packs that come with the product do what their examples say; a malformed pack file is refused."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.facts.catalogue import paths
from apps.policy.engine.content import Example, Parameter, Rule
from apps.policy.engine.judge import CompiledPolicy, compile_policy
from apps.policy.engine.packs import PACK_FOLDER, PackError, load_packs, read_packs
from tests.policy.judging import EXAMPLES_DAY, a_content, a_pack, verdict_on

CONTENT = load_packs()
EXAMPLES = [(rule, example) for rule in CONTENT.rules for example in rule.examples]
RULES = {
    "baseline": 16,
    "gdpr_residency": 6,
    "open_weights_licence": 9,
    "supply_chain": 6,
    "us_export_sanctions": 8,
}


@cache
def alone(code: str) -> CompiledPolicy:
    """One rule of the packs with all parameters, whatever its pack applies to."""
    (rule,) = [rule for rule in CONTENT.rules if rule.code == code]
    content = a_content(rule, packs=(a_pack(rule.pack),))
    return compile_policy(type(content)(content.packs, content.rules, CONTENT.params))


def test_every_pack_has_its_rules_and_all_of_them_compile() -> None:
    assert Counter(rule.pack for rule in CONTENT.rules) == RULES
    policy = compile_policy(CONTENT.with_packs({pack.code for pack in CONTENT.packs}))
    assert len(policy.rules) == len(CONTENT.rules)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=lambda one: getattr(one, "code", getattr(one, "name", "")))
def test_every_example_gives_what_it_expects(rule: Rule, example: Example) -> None:
    assert set(example.facts) <= set(paths())
    verdict = verdict_on(alone(rule.code), example.facts)
    assert (verdict.outcome, verdict.error) == (example.expect, "")


@pytest.mark.parametrize("rule", CONTENT.rules, ids=lambda rule: rule.code)
def test_every_rule_has_an_example_for_each_outcome_it_can_have(rule: Rule) -> None:
    shown = {example.expect for example in rule.examples}
    # A rule that only asks whether facts exist has an answer on every sheet.
    mentions = alone(rule.code).rules[0].mentions
    assert shown == ({"pass", "finding", "unknown"} if set(mentions.needed) - mentions.asked else {"pass", "finding"})


@pytest.mark.parametrize("rule", CONTENT.rules, ids=lambda rule: rule.code)
def test_reads_names_exactly_the_facts_of_the_expression(rule: Rule) -> None:
    mentions = alone(rule.code).rules[0].mentions
    assert sorted(rule.reads) == list(mentions.facts)
    assert set(rule.reads) <= {path for path, spec in paths().items() if spec.readable}


@pytest.mark.parametrize("rule", CONTENT.rules, ids=lambda rule: rule.code)
def test_words_stand_in_both_languages_and_rest_on_a_dated_text(rule: Rule) -> None:
    for words in (rule.title, rule.rationale, rule.statement, rule.remedy):
        assert words["en"] != words["de"]
    assert rule.statement["en"].endswith(".")
    assert rule.statement["de"].endswith(".")
    assert rule.references
    assert all(reference.text and reference.as_of[:2] == "20" for reference in rule.references)


@pytest.mark.parametrize("param", CONTENT.params, ids=lambda param: param.name)
def test_every_parameter_has_a_meaning_in_both_languages_a_source_and_a_date(param: Parameter) -> None:
    assert param.meaning["en"] != param.meaning["de"]
    assert param.source
    assert param.as_of[:2] == "20"


def test_only_blocked_parties_are_beyond_a_waiver() -> None:
    assert {rule.code for rule in CONTENT.rules if not rule.waivable} == {"WB-EXP-001", "WB-EXP-002"}


def test_words_name_legal_effects_and_never_a_bare_sanction() -> None:
    words = [text for rule in CONTENT.rules for text in (rule.title, rule.rationale, rule.statement, rule.remedy)]
    texts = [text for pair in words for text in (pair["en"], pair["de"])]
    assert not [text for text in texts if "sanctioned" in text.lower() or "sanktioniert" in text.lower()]


def test_every_number_list_and_table_that_a_rule_reads_is_a_parameter() -> None:
    named = {name for rule in CONTENT.rules for name in alone(rule.code).rules[0].mentions.params}
    assert named <= {param.name for param in CONTENT.params}
    assert {"eea", "gdpr_adequate", "blocking_lists", "ownership_threshold_pct"} <= named


@pytest.mark.parametrize(
    ("facts", "applied"),
    [
        ({"org.establishments_eu": True}, True),
        ({"org.establishments_eu": False, "org.country": "NO"}, True),
        ({"org.establishments_eu": False, "org.country": "US", "use_case.countries": ["US", "DE-BY"]}, True),
        ({"org.establishments_eu": False, "org.country": "US", "use_case.countries": ["US"]}, False),
        ({"org.establishments_eu": False, "org.country": "US"}, True),
        ({}, True),
    ],
)
def test_data_protection_law_applies_with_a_tie_to_the_area_or_while_nobody_knows(
    facts: dict[str, Any], applied: bool
) -> None:
    policy = compile_policy(CONTENT.with_packs({"gdpr_residency"}))
    verdict = verdict_on(policy, {**facts, "use_case.data_categories": []}, EXAMPLES_DAY)
    assert verdict.outcome == ("pass" if applied else "not_applicable")


RULE: dict[str, Any] = {
    "code": "WB-T-001",
    **{key: {"en": "Text", "de": "Text"} for key in ("title", "rationale", "statement", "remedy")},
    "reads": ["use_case.supports_cif"],
    "expression": "use_case.supports_cif",
    "on_unknown": "task",
    "severity": "low",
    "gate": "warn",
    "waivable": True,
}
PACK: dict[str, Any] = {
    "code": "mine",
    "title": {"en": "Mine", "de": "Meins"},
    "description": {"en": "Mine.", "de": "Meins."},
    "applies_if": "true",
    "default": True,
}
PARAM: dict[str, Any] = {"value": 1, "meaning": {"en": "One", "de": "Eins"}, "source": "House", "as_of": "2026-11"}


def a_folder(path: Path, pack: Any = None, rules: Any = None, params: Any = None) -> Path:
    data = {"pack": PACK if pack is None else pack, "rules": [RULE] if rules is None else rules}
    (path / "mine.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    text = params if isinstance(params, str) else yaml.safe_dump({"limit": PARAM} if params is None else params)
    (path / "params.yaml").write_text(text, encoding="utf-8")
    return path


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


def test_a_folder_of_packs_is_read_with_its_parameters(tmp_path: Path) -> None:
    example = {"name": "due", "expect": "finding", "facts": {"use_case.next_review": EXAMPLES_DAY}}
    step = {"when": "use_case.supports_cif", "severity": "high"}
    rule = {**RULE, "version": 3, "examples": [example], "escalation": [step]}
    content = read_packs(a_folder(tmp_path, rules=[rule]))
    (found,) = content.rules
    assert (found.pack, found.version, found.escalation[0].severity) == ("mine", 3, "high")
    assert found.examples[0].facts == {"use_case.next_review": "2026-11-23"}
    assert content.param_values() == {"limit": 1}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("text", "mine.yaml: rule must be a mapping"),
        (without(RULE, "code"), "mine.yaml: rule: code must be a text"),
        (without(RULE, "reads"), "mine.yaml: WB-T-001: reads must be a list of texts"),
        ({**RULE, "reads": "use_case.owner"}, "mine.yaml: WB-T-001: reads must be a list of texts"),
        (without(RULE, "remedy"), "mine.yaml: WB-T-001: remedy must be a mapping"),
        ({**RULE, "title": {"en": "Text"}}, "mine.yaml: WB-T-001: title: de must be a text"),
        ({**RULE, "title": {"en": "a", "de": "b", "fr": "c"}}, "mine.yaml: WB-T-001: title: unknown key: fr"),
        ({**RULE, "expression": " "}, "mine.yaml: WB-T-001: expression must be a text"),
        ({**RULE, "expression": True}, "mine.yaml: WB-T-001: expression must be a text"),
        ({**RULE, "severity": "huge"}, "mine.yaml: WB-T-001: severity must be one of critical, high, medium, low"),
        ({**RULE, "gate": None}, "mine.yaml: WB-T-001: gate must be one of block, review, warn, none"),
        ({**RULE, "on_unknown": "pass"}, "mine.yaml: WB-T-001: on_unknown must be one of finding, task, ignore"),
        ({**RULE, "waivable": "yes"}, "mine.yaml: WB-T-001: waivable must be true or false"),
        ({**RULE, "version": "two"}, "mine.yaml: WB-T-001: version must be a whole number from 1"),
        ({**RULE, "version": True}, "mine.yaml: WB-T-001: version must be a whole number from 1"),
        ({**RULE, "waiveable": True}, "mine.yaml: WB-T-001: unknown key: waiveable"),
        ({**RULE, "references": "law"}, "mine.yaml: WB-T-001: references must be a list"),
        ({**RULE, "references": ["law"]}, "mine.yaml: WB-T-001: reference must be a mapping"),
        (
            {**RULE, "references": [{"text": "Law", "verified": True}]},
            "mine.yaml: WB-T-001: reference: as_of must be a text",
        ),
        (
            {**RULE, "references": [{"text": "Law", "as_of": "2026-11"}]},
            "mine.yaml: WB-T-001: reference: verified must be true or false",
        ),
        (
            {**RULE, "examples": [{"name": "one", "expect": "maybe"}]},
            "mine.yaml: WB-T-001: example: expect must be one of pass, finding, unknown",
        ),
        (
            {**RULE, "examples": [{"name": "one", "expect": "pass", "facts": ["a"]}]},
            "mine.yaml: WB-T-001: example: facts must be a mapping",
        ),
        (
            {**RULE, "escalation": [{"when": "true"}]},
            "mine.yaml: WB-T-001: escalation: severity must be one of critical, high, medium, low",
        ),
    ],
)
def test_a_malformed_rule_is_refused_by_file_and_rule(tmp_path: Path, rule: Any, message: str) -> None:
    with pytest.raises(PackError) as error:
        read_packs(a_folder(tmp_path, rules=[rule]))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("pack", "rules", "message"),
    [
        ("text", [], "mine.yaml: pack must be a mapping"),
        (without(PACK, "code"), [], "mine.yaml: pack: code must be a text"),
        (without(PACK, "title"), [], "mine.yaml: pack: title must be a mapping"),
        ({**PACK, "applies_if": True}, [], "mine.yaml: pack: applies_if must be a text"),
        (without(PACK, "default"), [], "mine.yaml: pack: default must be true or false"),
        ({**PACK, "rules": []}, [], "mine.yaml: pack: unknown key: rules"),
        (PACK, {"WB-T-001": RULE}, "mine.yaml: rules must be a list"),
        (PACK, [RULE, RULE], "rule code used twice: WB-T-001"),
    ],
)
def test_a_malformed_pack_is_refused_by_file(tmp_path: Path, pack: Any, rules: Any, message: str) -> None:
    with pytest.raises(PackError) as error:
        read_packs(a_folder(tmp_path, pack=pack, rules=rules))
    assert str(error.value).endswith(message)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("- a", "params.yaml must be a mapping"),
        ({"limit": 3}, "params.yaml: limit must be a mapping"),
        ({"limit": without(PARAM, "meaning")}, "params.yaml: limit: meaning must be a mapping"),
        ({"limit": without(PARAM, "source")}, "params.yaml: limit: source must be a text"),
        ({"limit": without(PARAM, "as_of")}, "params.yaml: limit: as_of must be a text"),
        ({"limit": without(PARAM, "value")}, "params.yaml: limit: value must be texts"),
        ({"limit": {**PARAM, "value": {"a": [1]}}}, "params.yaml: limit: value must be texts"),
        ({"limit": {**PARAM, "value": ["DE", False]}}, "quote country codes"),
        ({"limit": {**PARAM, "unit": "days"}}, "params.yaml: limit: unknown key: unit"),
        ("limit: {value: 1, value: 2}", "value stands twice"),
        ("limit: [", "params.yaml: "),
    ],
)
def test_a_malformed_parameter_is_refused_by_name(tmp_path: Path, params: Any, message: str) -> None:
    with pytest.raises(PackError, match=r"params\.yaml") as error:
        read_packs(a_folder(tmp_path, params=params))
    assert message in str(error.value)


def test_a_folder_without_parameters_is_refused(tmp_path: Path) -> None:
    (a_folder(tmp_path) / "params.yaml").unlink()
    with pytest.raises(PackError, match=r"params\.yaml"):
        read_packs(tmp_path)


def test_a_pack_code_that_stands_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, rules=[])
    (folder / "other.yaml").write_text((folder / "mine.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(PackError, match="pack code used twice: mine"):
        read_packs(folder)


def test_the_shipped_files_quote_every_country_code() -> None:
    # Unquoted, Norway is read as false and a list of countries has a hole.
    for path in PACK_FOLDER.glob("*.yaml"):
        assert "[no," not in path.read_text(encoding="utf-8").lower().replace('"', "'")
    assert "NO" in CONTENT.param_values()["eea"]  # type: ignore[operator]
