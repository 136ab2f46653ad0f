"""What a policy is made of, as plain frozen data: packs, rules and parameters, and their JSON form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypedDict

Outcome = Literal["pass", "finding", "unknown", "not_applicable"]
Severity = Literal["critical", "high", "medium", "low"]
Gate = Literal["block", "review", "warn", "none"]
OnUnknown = Literal["finding", "task", "ignore"]

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
GATES: tuple[Gate, ...] = ("block", "review", "warn", "none")
ON_UNKNOWN: tuple[OnUnknown, ...] = ("finding", "task", "ignore")


class Bilingual(TypedDict):
    """The same text in both languages of the product."""

    en: str
    de: str


Scalar = str | bool | int | float
ParameterValue = Scalar | list[Scalar] | dict[str, Scalar]
Sheet = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number, date, list or table that rules read as `params.<name>`; changed without touching a rule."""

    name: str
    value: ParameterValue
    meaning: Bilingual
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Reference:
    """The text a rule rests on; `verified` is false while nobody has compared the rule with that text."""

    text: str
    as_of: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Example:
    """Facts on which the rule must give `expect`; runs whenever the rule is edited."""

    name: str
    expect: Outcome
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A higher severity that holds while `when` (CEL) is true; the last one that is true wins."""

    when: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement. `expression` true is a finding, false a pass, and an error on a missing fact unknown."""

    code: str
    pack: str
    version: int
    title: Bilingual
    rationale: Bilingual
    statement: Bilingual
    remedy: Bilingual
    reads: tuple[str, ...]
    expression: str
    on_unknown: OnUnknown
    severity: Severity
    gate: Gate
    waivable: bool
    references: tuple[Reference, ...]
    examples: tuple[Example, ...]
    escalation: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A set of rules that is switched on or off as one and says itself which organisations it concerns."""

    code: str
    title: Bilingual
    description: Bilingual
    applies_if: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class PolicyContent:
    """Everything a verdict depends on besides the facts and the date."""

    packs: tuple[Pack, ...]
    rules: tuple[Rule, ...]
    params: tuple[Parameter, ...]

    def param_values(self) -> dict[str, ParameterValue]:
        """Values by name, as expressions see them."""
        return {param.name: param.value for param in self.params}

    def with_packs(self, enabled: set[str] | frozenset[str]) -> "PolicyContent":
        """The same content with exactly these packs switched on."""
        return replace(self, packs=tuple(replace(pack, enabled=pack.code in enabled) for pack in self.packs))


def content_to_json(content: PolicyContent) -> dict[str, Any]:
    """Plain JSON data that `content_from_json` turns back into equal content."""
    data: dict[str, Any] = _lists(asdict(content))
    return data


def content_from_json(data: Mapping[str, Any]) -> PolicyContent:
    """The content of stored JSON. Raises `KeyError` or `TypeError` when it was not made by `content_to_json`."""
    return PolicyContent(
        packs=tuple(Pack(**pack) for pack in data["packs"]),
        rules=tuple(rule_from_json(rule) for rule in data["rules"]),
        params=tuple(Parameter(**param) for param in data["params"]),
    )


def rule_from_json(data: Mapping[str, Any]) -> Rule:
    """One rule of stored JSON."""
    return Rule(
        **{
            **data,
            "reads": tuple(data["reads"]),
            "references": tuple(Reference(**reference) for reference in data["references"]),
            "examples": tuple(Example(**example) for example in data["examples"]),
            "escalation": tuple(Escalation(**step) for step in data.get("escalation", ())),
        }
    )


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value
