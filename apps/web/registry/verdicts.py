"""The verdict of a use as its page shows it: what needs somebody first, everything unknown as one item."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.facts.catalogue import paths
from apps.findings.models import Finding, Waiver
from apps.policy.evaluation import waived_rules
from apps.policy.models import Evaluation
from apps.policy.selectors import Explained, explain, missing_of
from apps.policy.sheets.entries import Entry
from apps.web.facts import Line, line

EFFECTS = ("block", "review", "warn", "none")
Mended = Callable[[Line], Line]


@dataclass(frozen=True)
class Item:
    """One rule's verdict with the facts it read, and the finding that follows it."""

    explained: Explained
    lines: Sequence[Line]
    finding: Finding | None = None
    waived: bool = False
    waived_until: dt.date | None = None

    @property
    def effect(self) -> str:
        """The gate effect of the rule."""
        return self.explained.rule.gate

    @property
    def asked_for(self) -> Waiver | None:
        """A request to accept the finding that nobody has decided on yet."""
        rows = self.finding.waivers.all() if self.finding else ()
        return next((row for row in rows if row.state == Waiver.State.PROPOSED), None)


@dataclass(frozen=True)
class Missing:
    """A fact that rules wait for."""

    path: str
    label: str
    meaning: str
    rules: Sequence[str]
    edit_url: str
    derived: bool


@dataclass(frozen=True)
class Shown:
    """A verdict, sorted for the page."""

    evaluation: Evaluation
    findings: Sequence[Item]
    waived: Sequence[Item]
    unknown: Sequence[Item]
    missing: Sequence[Missing]
    passes: Sequence[Item]
    not_applicable: Sequence[Item]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def facts(self) -> Mapping[str, Entry]:
        """The frozen facts that were judged."""
        found: Mapping[str, Entry] = self.evaluation.sheet.content["facts"]
        return found

    @property
    def waivable(self) -> Item | None:
        """The worst finding for which a waiver can be asked."""
        return next((one for one in self.findings if one.finding and one.finding.waivable and not one.asked_for), None)


def shown(evaluation: Evaluation, findings: Iterable[Finding], language: str, mended: Mended) -> Shown:
    """The verdict of `evaluation`. `findings` are the use's; `mended` puts the way to correct to a line."""
    by_rule = {row.rule_code: row for row in findings}
    explained = explain(evaluation)
    waived = waived_rules(evaluation.sheet.content["facts"])
    items = [_item(one, by_rule.get(one.rule.code), waived, language, mended) for one in explained]
    by_outcome: dict[str, list[Item]] = {name: [] for name in ("finding", "unknown", "pass", "not_applicable")}
    for item in items:
        by_outcome[item.explained.outcome].append(item)
    found = sorted(by_outcome["finding"], key=lambda item: EFFECTS.index(item.effect))
    unknown = [item for item in by_outcome["unknown"] if item.explained.needs_somebody]
    return Shown(
        evaluation=evaluation,
        findings=[item for item in found if not item.waived],
        waived=[*(item for item in found if item.waived), *(item for item in unknown if item.waived)],
        unknown=[item for item in unknown if not item.waived],
        missing=_missing(explained, mended, language),
        passes=by_outcome["pass"],
        # What is unknown to a rule that does not mind needs nobody; it is no pass either.
        not_applicable=[
            *by_outcome["not_applicable"],
            *(item for item in by_outcome["unknown"] if not item.explained.needs_somebody),
        ],
        counts=_counts(found, unknown, by_outcome),
    )


def _item(one: Explained, finding: Finding | None, waived: frozenset[str], language: str, mended: Mended) -> Item:
    accepted = one.rule.code in waived and one.rule.waivable and one.needs_somebody
    lines = [mended(line(path, entry, language)) for path, entry in one.facts]
    if not one.needs_somebody:
        finding = None
    until = _accepted_until(finding) if accepted and finding else None
    return Item(one, lines, finding, accepted, until)


def _accepted_until(finding: Finding) -> dt.date | None:
    days = [row.expires_on for row in finding.waivers.all() if row.state == Waiver.State.APPROVED]
    return max(days, default=None)


def _missing(explained: Sequence[Explained], mended: Mended, language: str) -> list[Missing]:
    found = []
    for one in missing_of(explained):
        spec = paths().get(one["path"])
        shown_line = mended(line(one["path"], {"value": None, "state": "unknown"}, language))
        found.append(
            Missing(
                path=one["path"],
                label=shown_line.label,
                meaning=shown_line.meaning,
                rules=one["rules"],
                edit_url=shown_line.edit_url,
                derived=spec is not None and not spec.asserted,
            )
        )
    return found


def _counts(found: Sequence[Item], unknown: Sequence[Item], by_outcome: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    effects = Counter(item.effect for item in found if not item.waived)
    return {
        "block": effects["block"],
        "review": effects["review"],
        "other": effects["warn"] + effects["none"],
        "unknown": sum(not item.waived for item in unknown),
        "waived": sum(item.waived for item in (*found, *unknown)),
        "pass": len(by_outcome["pass"]),
        "not_applicable": len(by_outcome["not_applicable"]),
    }
