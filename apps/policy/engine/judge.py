"""Judging one fact sheet: a verdict per rule, the day each verdict changes by itself, and one decision.

The decision is the worst of: *block*, a finding of a rule that blocks; *undecided*, an unknown of a rule that
blocks or asks for a review, unless the rule ignores unknowns; *review*, a finding of a rule that asks for a
review; *pass*. An unknown is never a pass. A pack whose applicability is unknown is applied, never dropped.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .content import Gate, OnUnknown, Outcome, PolicyContent, Rule, Severity, Sheet
from .expressions import Checker, DateUse, Mentions, Problem, day_number, prepared_params, whole_numbers
from .vocabulary import Vocabulary

Decision = Literal["block", "undecided", "review", "pass"]
_NO_KEY = ("NOT_FOUND", "No value with name", "Key not found")
_LOOK_AHEAD = 30
_LAST_DAY = datetime.date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says about one sheet.

    `missing` names the absent facts of an unknown; `effect` is the gate effect in force now: that of the rule
    for a finding and for an unknown that counts as one, otherwise `none`. `next_change_at` is the first day on
    which outcome or severity changes without any fact changing; of a rule that calculates with days, at the latest
    the day on which that has to be looked at again. `error` is empty unless evaluation failed for another reason
    than a missing fact; such a verdict is unknown too.
    """

    rule_code: str
    rule_version: int
    outcome: Outcome
    severity: Severity
    gate: Gate
    on_unknown: OnUnknown
    missing: tuple[str, ...]
    read: tuple[str, ...]
    next_change_at: datetime.date | None
    error: str = ""

    @property
    def effect(self) -> Gate:
        """The gate effect in force."""
        counts = self.outcome == "finding" or (self.outcome == "unknown" and self.on_unknown == "finding")
        return self.gate if counts else "none"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdicts in the order of the policy, and the decision they lead to."""

    verdicts: tuple[Verdict, ...]
    decision: Decision

    def codes(self, outcome: Outcome) -> frozenset[str]:
        """Codes of the rules with this outcome."""
        return frozenset(verdict.rule_code for verdict in self.verdicts if verdict.outcome == outcome)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its programs and what its text names."""

    rule: Rule
    program: Any
    mentions: Mentions
    escalation: tuple[tuple[Any, Severity], ...]


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A policy ready to judge; keep one per digest, compiling takes some ten milliseconds."""

    checker: Checker
    params: Mapping[str, Any]
    packs: tuple[tuple[str, Any], ...]
    rules: tuple[CompiledRule, ...]

    def reads(self) -> frozenset[str]:
        """Every fact path that some rule mentions."""
        return frozenset(path for item in self.rules for path in item.mentions.facts)


class PolicyProblems(ValueError):
    """A policy that cannot be compiled: problems by rule or pack code."""

    def __init__(self, problems: Mapping[str, list[Problem]]) -> None:
        self.problems = dict(problems)
        lines = [f"{code} {p.line}:{p.column} {p.message}" for code, found in problems.items() for p in found]
        super().__init__("\n".join(lines))


def compile_policy(content: PolicyContent, vocabulary: Vocabulary | None = None) -> CompiledPolicy:
    """Check every pack and compile those switched on. Raises `PolicyProblems` with all problems of all texts."""
    checker = Checker(content.param_values(), vocabulary)
    problems = _problems(content, checker)
    if problems:
        raise PolicyProblems(problems)
    enabled = [pack for pack in content.packs if pack.enabled]
    codes = {pack.code for pack in enabled}
    rules = [rule for rule in content.rules if rule.pack in codes]
    return CompiledPolicy(
        checker=checker,
        params=prepared_params(content.param_values()),
        packs=tuple((pack.code, checker.program(pack.applies_if)) for pack in enabled),
        rules=tuple(_compile_rule(checker, rule) for rule in rules),
    )


def _problems(content: PolicyContent, checker: Checker) -> dict[str, list[Problem]]:
    # Packs that are off are checked too: they must be fit to be switched on.
    problems: dict[str, list[Problem]] = {}
    texts = [(pack.code, pack.applies_if) for pack in content.packs]
    texts += [(rule.code, text) for rule in content.rules for text in _texts(rule)]
    for code, text in texts:
        problems.setdefault(code, []).extend(checker.problems(text))
    packs = [pack.code for pack in content.packs]
    rules = [rule.code for rule in content.rules]
    for code in {code for codes in (packs, rules) for code in codes if codes.count(code) > 1}:
        problems[code].append(Problem(1, 1, "This code is used twice."))
    for rule in content.rules:
        if rule.pack not in packs:
            problems[rule.code].append(Problem(1, 1, f"There is no pack {rule.pack}."))
    return {code: found for code, found in problems.items() if found}


def judge(sheet: Sheet, policy: CompiledPolicy, today: datetime.date) -> Judgement:
    """All verdicts of a policy on one sheet (subject to field to value; absent or `None` is unknown)."""
    session = _Session(sheet, policy, today)
    applied = {code: session.truth(program) is not False for code, program in policy.packs}
    verdicts = tuple(session.verdict(item, applied[item.rule.pack]) for item in policy.rules)
    return Judgement(verdicts, decide(verdicts))


def decide(verdicts: Iterable[Verdict]) -> Decision:
    """The worst of what the verdicts ask for; see the top of this module."""
    verdicts = tuple(verdicts)
    found = {verdict.gate for verdict in verdicts if verdict.outcome == "finding"}
    unknown = {v.gate for v in verdicts if v.outcome == "unknown" and v.on_unknown != "ignore"}
    if "block" in found:
        return "block"
    if unknown & {"block", "review"}:
        return "undecided"
    return "review" if "review" in found else "pass"


class _Session:
    """One sheet prepared for all programs of a policy."""

    def __init__(self, sheet: Sheet, policy: CompiledPolicy, today: datetime.date) -> None:
        self.policy = policy
        self.today = today.toordinal()
        self.data = {**_plain_sheet(sheet, policy.checker), "params": policy.params}
        self.activation = self._at(self.today)

    def truth(self, program: Any, activation: Any = None) -> bool | None:
        """True, false, or `None` where the expression fails on these values."""
        value = program.eval(activation or self.activation).value()
        return value if isinstance(value, bool) else None

    def verdict(self, item: CompiledRule, applied: bool) -> Verdict:
        rule = item.rule
        outcome: Outcome = "not_applicable"
        severity = rule.severity
        missing: tuple[str, ...] = ()
        turn: datetime.date | None = None
        error = ""
        if applied:
            outcome, severity = self._state(item, self.activation)
            turn = self._next_change(item, (outcome, severity)) if item.mentions.dates else None
        if outcome == "unknown":
            missing = self._missing(item.mentions)
            error = self._error(item)
        return Verdict(
            rule_code=rule.code,
            rule_version=rule.version,
            outcome=outcome,
            severity=severity,
            gate=rule.gate,
            on_unknown=rule.on_unknown,
            missing=missing,
            read=item.mentions.facts,
            next_change_at=turn,
            error=error,
        )

    def _state(self, item: CompiledRule, activation: Any) -> tuple[Outcome, Severity]:
        value = self.truth(item.program, activation)
        severity = item.rule.severity
        for program, raised in item.escalation:
            if self.truth(program, activation):
                severity = raised
        outcomes: dict[bool | None, Outcome] = {True: "finding", False: "pass", None: "unknown"}
        return outcomes[value], severity

    def _next_change(self, item: CompiledRule, now: tuple[Outcome, Severity]) -> datetime.date | None:
        dates = [date for use in item.mentions.dates if (date := self._date(use)) is not None]
        if not dates:
            return None
        days = self._next_days() if item.mentions.computes else self._turns(item.mentions, dates)
        for day in days:
            if self._state(item, self._at(day)) != now:
                return datetime.date.fromordinal(day)
        return datetime.date.fromordinal(days[-1]) if item.mentions.computes else None

    def _next_days(self) -> list[int]:
        return list(range(self.today + 1, min(self.today + _LOOK_AHEAD, _LAST_DAY) + 1)) or [_LAST_DAY]

    def _turns(self, mentions: Mentions, dates: list[int]) -> list[int]:
        # A comparison with n days can only turn on the n-th day after (before) the date or on the next one. The numbers
        # that days may be compared with are those of the text, of its parameters and of its facts.
        numbers = {0, *mentions.numbers}
        for path in mentions.facts:
            subject, name = path.split(".")
            if self.policy.checker.vocabulary[path].kind != "date":
                numbers.update(whole_numbers(self.data[subject].get(name)))
        days = {date + sign * n + late for date in dates for n in numbers for sign in (1, -1) for late in (0, 1)}
        return sorted(day for day in days if self.today < day <= _LAST_DAY)

    def _date(self, use: DateUse) -> int | None:
        first, *rest = use.path.split(".")
        value: Any = self.data.get(first)
        for key in rest:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, int) else None

    def _at(self, day: int) -> Any:
        return self.policy.checker.activation({**self.data, "today": day})

    def _missing(self, mentions: Mentions) -> tuple[str, ...]:
        # The text itself handles the absence of a fact it asks for with has(); such a fact is to blame only last.
        absent = [path for path in mentions.needed if not self._has(path)]
        return tuple(path for path in absent if path not in mentions.asked) or tuple(absent)

    def _has(self, path: str) -> bool:
        subject, name = path.split(".")
        return name in self.data[subject]

    def _error(self, item: CompiledRule) -> str:
        text = str(item.program.eval(self.activation).value())
        return "" if any(sign in text for sign in _NO_KEY) else text


def _plain_sheet(sheet: Sheet, checker: Checker) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for subject in checker.subjects:
        values: dict[str, Any] = {}
        for name, value in sheet.get(subject, {}).items():
            term = checker.vocabulary.get(f"{subject}.{name}")
            if term is None:
                continue
            plain = day_number(value) if term.kind == "date" else value
            if plain is not None:
                values[name] = plain
        data[subject] = values
    return data


def _compile_rule(checker: Checker, rule: Rule) -> CompiledRule:
    return CompiledRule(
        rule=rule,
        program=checker.program(rule.expression),
        mentions=checker.mentions("\n|| ".join(_texts(rule))),
        escalation=tuple((checker.program(step.when), step.severity) for step in rule.escalation),
    )


def _texts(rule: Rule) -> tuple[str, ...]:
    return (rule.expression, *(step.when for step in rule.escalation))
