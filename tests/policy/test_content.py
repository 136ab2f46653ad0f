"""A policy as data: it survives storage, and its digest names what it says and not how it is ordered."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from apps.policy.engine.canonical import digest
from apps.policy.engine.content import Escalation, Example, PolicyContent, content_from_json, content_to_json
from apps.policy.engine.packs import load_packs
from tests.making import a_rule
from tests.policy.judging import a_content

SMALL = a_content(
    a_rule("WB-A-001", "true", examples=(Example("one", "finding", {"use_case.owner": "ä"}),)),
    a_rule("WB-B-001", "false", escalation=(Escalation("true", "critical"),), reads=("use_case.owner",)),
    table={"a": 1, "b": 2},
    listed=["DE", "FR"],
)


@pytest.mark.parametrize("content", [load_packs(), SMALL, a_content()], ids=["shipped", "small", "empty"])
def test_content_comes_back_equal_from_storage(content: PolicyContent) -> None:
    stored = json.loads(json.dumps(content_to_json(content)))
    assert content_from_json(stored) == content
    assert digest(content_from_json(stored)) == digest(content)


def test_the_digest_is_the_same_in_every_order() -> None:
    content = load_packs()
    for seed in range(5):
        shuffled = [
            random.Random(seed).sample(part, len(part)) for part in (content.packs, content.rules, content.params)
        ]
        packs, rules, params = (tuple(part) for part in shuffled)
        assert digest(PolicyContent(packs, rules, params)) == digest(content)


def test_the_digest_has_the_form_that_is_promised() -> None:
    name, _, hexadecimal = digest(SMALL).partition(":")
    assert (name, len(hexadecimal)) == ("sha256", 64)
    assert int(hexadecimal, 16)


@pytest.mark.parametrize(
    "change",
    [
        {"expression": "false"},
        {"version": 2},
        {"severity": "low"},
        {"gate": "none"},
        {"on_unknown": "ignore"},
        {"waivable": False},
        {"title": {"en": "Text", "de": "Anders"}},
        {"examples": ()},
        {"escalation": (Escalation("true", "low"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_changes_with_everything_a_rule_says(change: dict[str, Any]) -> None:
    first, *others = SMALL.rules
    assert digest(replace(SMALL, rules=(replace(first, **change), *others))) != digest(SMALL)


def test_the_digest_changes_with_a_parameter_and_with_what_is_switched_on() -> None:
    first, *others = SMALL.params
    assert digest(replace(SMALL, params=(replace(first, value={"a": 1, "b": 3}), *others))) != digest(SMALL)
    assert digest(SMALL.with_packs(set())) != digest(SMALL)
    assert digest(SMALL.with_packs({"test"})) == digest(SMALL)


def test_the_order_of_a_table_does_not_matter_and_that_of_a_list_does() -> None:
    reordered = a_content(*SMALL.rules, table={"b": 2, "a": 1}, listed=["DE", "FR"])
    assert digest(reordered) == digest(SMALL)
    assert digest(a_content(*SMALL.rules, table={"a": 1, "b": 2}, listed=["FR", "DE"])) != digest(SMALL)


def test_what_was_not_stored_by_us_is_refused() -> None:
    data = content_to_json(SMALL)
    data["rules"][0]["surprise"] = 1
    with pytest.raises(TypeError):
        content_from_json(data)
    with pytest.raises(KeyError):
        content_from_json({"packs": []})
