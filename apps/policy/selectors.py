"""Reads of verdicts, with what makes them understandable: the rule's words, the facts it read, what is missing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.policy.engine.content import PolicyContent
from apps.policy.engine.content import Rule as RuleContent
from apps.policy.models import CurrentVerdict, DueUse, Evaluation, Pack, Parameter, PolicyVersion, Rule
from apps.policy.publishing import compiled, content_of
from apps.policy.sheets.entries import Entry
from apps.registry.models import Use
from apps.registry.selectors import uses

OUTCOME_ORDER = ("finding", "unknown", "pass", "not_applicable")
SEVERITY_ORDER = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class Explained:
    """One verdict with the rule's words and the facts it read."""

    rule: RuleContent
    outcome: str
    severity: str
    facts: Sequence[tuple[str, Entry]]
    """What the rule read and the sheet says about it, unknown facts included."""
    missing: Sequence[str]

    @property
    def needs_somebody(self) -> bool:
        """A finding, or an unknown that the rule does not ignore."""
        return self.outcome == "finding" or (self.outcome == "unknown" and self.rule.on_unknown != "ignore")


UNKNOWN_ENTRY: Entry = {"value": None, "state": "unknown", "source": "", "as_of": None}


def explain(evaluation: Evaluation) -> list[Explained]:
    """Every verdict of an evaluation, worst first. Reads nothing but the evaluation's own sheet and policy version."""
    content = content_of(evaluation.policy_version)
    mentions = {item.rule.code: item.mentions.facts for item in compiled(evaluation.policy_version).rules}
    facts: Mapping[str, Entry] = evaluation.sheet.content["facts"]
    found = []
    for rule in _rules(content):
        outcome = evaluation.outcomes.get(rule.code)
        if outcome is None:
            continue
        found.append(
            Explained(
                rule=rule,
                outcome=outcome["outcome"],
                severity=outcome.get("severity", rule.severity),
                facts=[(path, facts.get(path, UNKNOWN_ENTRY)) for path in mentions.get(rule.code, ())],
                missing=outcome.get("missing", []),
            )
        )
    return sorted(
        found,
        key=lambda one: (OUTCOME_ORDER.index(one.outcome), SEVERITY_ORDER.index(one.severity), one.rule.code),
    )


def _rules(content: PolicyContent) -> Sequence[RuleContent]:
    return content.rules


def verdict_of(use_id: UUID) -> CurrentVerdict | None:
    """The present verdict of a use, ready to be explained; None before it was judged. The caller checked the use."""
    return (
        CurrentVerdict.objects.select_related("evaluation__policy_version", "evaluation__sheet")
        .defer("evaluation__policy_version__content")
        .filter(use_id=use_id)
        .first()
    )


def evaluations(actor: Actor) -> QuerySet[Evaluation]:
    """Every evaluation of the uses that `actor` may see, newest first."""
    return Evaluation.objects.filter(use__in=uses(actor)) if not actor.sees_all else Evaluation.objects.all()


def evaluation_at(use_id: UUID, moment: dt.datetime) -> Evaluation:
    """The evaluation in force at a past moment, with the very sheet that was judged. Raises `NotFound`."""
    found = (
        Evaluation.objects.select_related("policy_version", "sheet")
        .defer("policy_version__content")
        .filter(use_id=use_id, created_at__lte=moment)
        .order_by("-created_at", "-id")
        .first()
    )
    if found is None:
        raise NotFound("At that moment this use had not been judged yet.")
    return found


def packs() -> QuerySet[Pack]:
    """Every pack with its rules."""
    return Pack.objects.prefetch_related("rules")


def rules() -> QuerySet[Rule]:
    """Every rule in its present wording."""
    return Rule.objects.select_related("pack")


def rule_by_code(code: str) -> Rule:
    """One rule. Raises `NotFound`."""
    found = rules().filter(code=code.upper()).first()
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def parameters() -> QuerySet[Parameter]:
    """Every list and threshold that rules read, as published."""
    return Parameter.objects.all()


def policy_versions() -> QuerySet[PolicyVersion]:
    """Every published version, newest first, without its content."""
    return PolicyVersion.objects.defer("content")


def missing_of(verdicts: Sequence[Explained]) -> list[dict[str, Any]]:
    """Missing facts of unknown verdicts with the rules that wait for each, the most wanted fact first."""
    wanted: dict[str, list[str]] = {}
    for one in verdicts:
        if one.outcome == "unknown" and one.rule.on_unknown != "ignore":
            for path in one.missing:
                wanted.setdefault(path, []).append(one.rule.code)
    return [
        {"path": path, "rules": codes}
        for path, codes in sorted(wanted.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def standing(actor: Actor) -> dict[str, int]:
    """How many of the uses in sight stand how: the number of uses by decision. One query."""
    judged = CurrentVerdict.objects.exclude(use__status=Use.Status.RETIRED)
    seen = judged if actor.sees_all else judged.filter(use__team_id__in=actor.team_ids)
    return dict(seen.order_by().values_list("decision").annotate(uses=Count("id")))


def marked() -> int:
    """How many uses wait to be judged again."""
    return DueUse.objects.count()
