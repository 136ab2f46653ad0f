"""Sheets and policies for tests of the engine, made without a database."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from apps.policy.engine.content import Bilingual, Pack, Parameter, PolicyContent, Rule
from apps.policy.engine.judge import CompiledPolicy, Verdict, compile_policy, judge
from tests.making import a_rule

EXAMPLES_DAY = dt.date(2026, 11, 23)
"""The day on which the examples of the packs and the reference situations are meant to be judged."""
TEXT = Bilingual(en="Text", de="Text")


def sheet(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Facts by path as a sheet: subject to field to value."""
    made: dict[str, dict[str, Any]] = {}
    for path, value in facts.items():
        subject, name = path.split(".")
        made.setdefault(subject, {})[name] = value
    return made


def a_pack(code: str = "test", applies_if: str = "true", enabled: bool = True) -> Pack:
    """A pack without rules."""
    return Pack(code=code, title=TEXT, description=TEXT, applies_if=applies_if, enabled=enabled)


def a_content(*rules: Rule, packs: tuple[Pack, ...] = (), **params: Any) -> PolicyContent:
    """Rules in one pack that is for everybody, unless packs are given; parameters by name."""
    made = tuple(Parameter(name, value, TEXT, "Test", "2026-11") for name, value in params.items())
    return PolicyContent(packs=packs or (a_pack(),), rules=rules, params=made)


def a_compiled(expression: str, **params: Any) -> CompiledPolicy:
    """A policy of one rule, WB-T-001."""
    return compile_policy(a_content(a_rule("WB-T-001", expression), **params))


def verdict_on(policy: CompiledPolicy, facts: Mapping[str, Any], day: dt.date = EXAMPLES_DAY) -> Verdict:
    """The verdict of the first rule."""
    return judge(sheet(facts), policy, day).verdicts[0]
