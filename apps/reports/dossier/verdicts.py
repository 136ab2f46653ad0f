"""What the rules say about the uses in sight: findings with their facts, an overview by rule, and what is unknown."""

from collections import defaultdict
from functools import cached_property
from typing import Any
from uuid import UUID

from apps.core.canonical import canonical_json
from apps.findings.models import Finding
from apps.findings.selectors import findings
from apps.policy.engine.content import Rule
from apps.policy.publishing import content_of
from apps.policy.selectors import OUTCOME_ORDER, SEVERITY_ORDER, Explained, explain, missing_of
from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import day


class Verdicts:
    """The verdicts of one dossier, explained once and read from several sides."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @cached_property
    def explained(self) -> dict[UUID, list[Explained]]:
        """By use, in the order of the document."""
        return {
            use.id: explain(self.scope.evaluations[use.id])
            for use in self.scope.uses
            if use.id in self.scope.evaluations
        }

    @cached_property
    def used_rules(self) -> dict[str, Rule]:
        """Every rule that gave a verdict, by code."""
        return {one.rule.code: one.rule for found in self.explained.values() for one in found}

    def policy(self) -> dict[str, Any] | None:
        """The policy version in force, with the packs that are switched on; None before one is published."""
        version = self.scope.policy
        if version is None:
            return None
        return {
            "version": version.label,
            "digest": version.digest,
            "published_at": version.published_at.isoformat(timespec="seconds"),
            "published_by": version.published_by,
            "packs": [{"code": pack.code, "title": pack.title} for pack in content_of(version).packs if pack.enabled],
        }

    def rules(self) -> dict[str, Any]:
        """The words of every rule that gave a verdict, in both languages, with what it rests on."""
        return {
            code: {
                "version": rule.version,
                "pack": rule.pack,
                "title": rule.title,
                "statement": rule.statement,
                "rationale": rule.rationale,
                "remedy": rule.remedy,
                "severity": rule.severity,
                "gate": rule.gate,
                "waivable": rule.waivable,
                "references": [
                    {"text": row.text, "as_of": row.as_of, "verified": row.verified} for row in rule.references
                ],
            }
            for code, rule in self.used_rules.items()
        }

    def findings(self) -> list[dict[str, Any]]:
        """What needs somebody, worst first; uses in which a rule found the very same facts stand together."""
        kept = self._kept()
        groups: dict[bytes, dict[str, Any]] = {}
        for use_id, found in self.explained.items():
            for one in found:
                if one.outcome != "finding" and not (one.outcome == "unknown" and one.rule.on_unknown == "finding"):
                    continue
                head = self._head(one)
                group = groups.setdefault(canonical_json(head), {**head, "uses": []})
                group["uses"].append(self._use(use_id, kept.get((use_id, one.rule.code))))
        return sorted(
            groups.values(),
            key=lambda group: (SEVERITY_ORDER.index(group["severity"]), group["rule"], group["uses"][0]["use"]),
        )

    def _head(self, one: Explained) -> dict[str, Any]:
        return {
            "rule": one.rule.code,
            "outcome": one.outcome,
            "severity": one.severity,
            "gate": one.rule.gate,
            "facts": [{"path": path, **self.scope.ledger.entry(entry)} for path, entry in one.facts],
        }

    def _kept(self) -> dict[tuple[UUID, str], Finding]:
        rows = findings(self.scope.reader).filter(use_id__in=list(self.scope.use_numbers))
        return {(row.use_id, row.rule_code): row for row in rows}

    def _use(self, use_id: UUID, kept: Finding | None) -> dict[str, Any]:
        return {
            "use": self.scope.use_numbers[use_id],
            "status": kept.status if kept else Finding.Status.OPEN.value,
            "opened_on": day(kept.opened_at.date()) if kept else None,
            "due_on": day(kept.due_on) if kept else None,
        }

    def overview(self) -> list[dict[str, Any]]:
        """For every rule the uses by outcome."""
        rows: dict[str, dict[str, list[int]]] = {}
        for use_id, found in self.explained.items():
            for one in found:
                row = rows.setdefault(one.rule.code, {outcome: [] for outcome in OUTCOME_ORDER})
                row[one.outcome].append(self.scope.use_numbers[use_id])
        return [{"rule": code, **rows[code]} for code in sorted(rows)]

    def unknowns(self) -> dict[str, Any]:
        """What is not known: facts that rules wait for, facts that sources dispute, open ancestors, unjudged uses."""
        missing: dict[str, dict[str, Any]] = {}
        for use_id, found in self.explained.items():
            for row in missing_of(found):
                entry = missing.setdefault(row["path"], {"path": row["path"], "rules": set(), "uses": []})
                entry["rules"] |= set(row["rules"])
                entry["uses"].append(self.scope.use_numbers[use_id])
        return {
            "missing": [
                {**row, "rules": sorted(row["rules"])}
                for row in sorted(missing.values(), key=lambda row: (-len(row["rules"]), row["path"]))
            ],
            "disputed": self._disputed(),
            "unresolved_ancestors": [
                {"child": str(edge.child), "parent": edge.parent_name}
                for edge in self.scope.ancestors
                if not edge.parent_id
            ],
            "not_judged": [
                self.scope.use_numbers[use.id] for use in self.scope.uses if use.id not in self.scope.evaluations
            ],
        }

    def _disputed(self) -> list[dict[str, Any]]:
        sides: dict[bytes, dict[str, Any]] = {}
        uses: dict[bytes, list[int]] = defaultdict(list)
        for use_id, evaluation in self.scope.evaluations.items():
            for path, entry in sorted(evaluation.sheet.content["facts"].items()):
                if entry["state"] == "disputed" and not path.startswith("org."):
                    statement = {"path": path, **self.scope.ledger.entry(entry)}
                    key = canonical_json(statement)
                    sides[key] = statement
                    uses[key].append(self.scope.use_numbers[use_id])
        return [{**sides[key], "uses": sorted(uses[key])} for key in sides]
