"""The cover and the sections about verdicts: decision, findings, overview by rule, unknowns, method."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from apps.facts.models import State
from apps.findings.models import Finding
from apps.policy.models import Decision
from apps.registry.models import Use
from apps.reports.rendering.words import NOTHING, Words, moment, ranges, shortened, table

_WORST_FIRST = (Decision.BLOCK, Decision.UNDECIDED, "", Decision.REVIEW, Decision.PASS)
"""A use that was not judged stands with the undecided: nothing that is not known counts as a pass."""


def cover(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """The worst decision among the uses, and how many uses have which."""
    counts = Counter(_decision(use) for use in evidence["uses"] if use["status"] != Use.Status.RETIRED)
    found = [
        {"decision": key, "label": words.decision(key), "count": counts[key]} for key in _WORST_FIRST if counts[key]
    ]
    worst = found[0] if found else None
    return {
        "worst": worst,
        "counts": found,
        "total": sum(counts.values()),
        "one_use": evidence["subject"]["type"] == "use",
        "teams": ", ".join(evidence["sight"]["teams"]),
        "running": shortened(evidence["subject"]["name"]),
    }


def _decision(use: dict[str, Any]) -> str:
    return use["verdict"]["decision"] if use["verdict"] else ""


def decision(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """The decision on every use, with what it rests on and how many changes reopen its approval."""
    approvals = (evidence.get("changes") or {}).get("approvals", ())
    changes = {row["use"]: row["waiting"] for row in approvals}
    rows = [
        {
            **use,
            "status_label": Use.Status(use["status"]).label,
            "changes": changes.get(use["number"], 0),
            "decision": _decision(use),
            "decision_label": words.decision(_decision(use)),
            "judged_at": moment(use["verdict"]["judged_at"]) if use["verdict"] else NOTHING,
        }
        for use in evidence["uses"]
    ]
    worst = sorted(rows, key=lambda row: (_WORST_FIRST.index(row["decision"]), row["number"]))
    return {"uses": table(worst)}


def findings(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Findings by rule, worst first: the sentence, the remedy, and the facts with the uses in which they were found."""
    names = {use["number"]: use["name"] for use in evidence["uses"]}
    by_rule: dict[str, dict[str, Any]] = {}
    for group in evidence["findings"]:
        rule = evidence["rules"][group["rule"]]
        entry = by_rule.setdefault(group["rule"], _rule(group["rule"], rule, words))
        entry["groups"].append(_group(group, names, words))
    rows = list(by_rule.values())
    total = sum(len(group["uses"]) for group in evidence["findings"])
    return {
        "rules": table(rows),
        "total": total,
        "uses": len({u["use"] for g in evidence["findings"] for u in g["uses"]}),
    }


def _rule(code: str, rule: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        "code": code,
        "version": rule["version"],
        "title": words.both(rule["title"]),
        "statement": words.both(rule["statement"]),
        "remedy": words.both(rule["remedy"]),
        "gate_label": words.gate(rule["gate"]),
        "waivable": rule["waivable"],
        "references": rule["references"],
        "groups": [],
    }


def _group(group: dict[str, Any], names: dict[int, str], words: Words) -> dict[str, Any]:
    return {
        "severity": group["severity"],
        "severity_label": words.severity(group["severity"]),
        "unknown": group["outcome"] == "unknown",
        "outcome_label": words.outcome(group["outcome"]),
        "facts": [words.fact(row) for row in group["facts"] if _says_something(row)],
        "missing": ", ".join(words.label(row["path"]) for row in group["facts"] if not _says_something(row)),
        "uses": _standing(group["uses"], names),
    }


def _says_something(row: dict[str, Any]) -> bool:
    return row["value"] is not None or bool(row["source"] or row.get("conflicts"))


def _standing(uses: list[dict[str, Any]], names: dict[int, str]) -> list[dict[str, Any]]:
    """Uses that stand alike (same status, same dates) in one row."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for use in uses:
        alike.setdefault((use["status"], use["opened_on"] or "", use["due_on"] or ""), []).append(use["use"])
    return [
        {
            "uses": ranges(numbers, "U"),
            "name": names[numbers[0]] if len(numbers) == 1 else "",
            "count": len(numbers),
            "status": Finding.Status(status).label,
            "opened_on": opened or NOTHING,
            "due_on": due or NOTHING,
        }
        for (status, opened, due), numbers in alike.items()
    ]


def overview(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Every rule with the number of uses by outcome; for a single use, the outcome itself."""
    rows = [
        {
            "code": row["rule"],
            "title": words.both(evidence["rules"][row["rule"]]["title"]),
            "version": evidence["rules"][row["rule"]]["version"],
            "finding": ranges(row["finding"], "U"),
            "unknown": ranges(row["unknown"], "U"),
            "passed": len(row["pass"]),
            "not_applicable": len(row["not_applicable"]),
        }
        for row in evidence["verdicts"]
    ]
    return {"rules": table(rows), "one": len(evidence["uses"]) == 1}


def unknowns(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Everything that is missing, disputed or open, and for which rules."""
    part = evidence["unknowns"]
    return {
        "missing": table(
            [
                {"label": words.label(row["path"]), "rules": row["rules"], "uses": ranges(row["uses"], "U")}
                for row in part["missing"]
            ]
        ),
        "disputed": table([{**words.fact(row), "uses": ranges(row["uses"], "U")} for row in part["disputed"]]),
        "ancestors": part["unresolved_ancestors"],
        "not_judged": ranges(part["not_judged"], "U"),
        "changed": ranges((use["number"] for use in evidence["uses"] if use["facts_changed_since"]), "U"),
    }


def method(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What the verdicts rest on, what the words mean, and how to check the document."""
    policy = evidence["policy"]
    meanings = {
        State.VERIFIED: _("checked against the source by a compliance officer, or recorded by the register itself"),
        State.CLAIMED_BY_PROVIDER: _("said by whoever makes or offers the model; not checked"),
        State.CLAIMED_BY_OWNER: _("said by whoever answers for the use; not checked"),
        State.INFERRED: _("follows from other statements or from an indirect source"),
        State.DISPUTED: _("sources contradict each other; no rule reads a value"),
        State.UNKNOWN: _("nobody has said it, or the statement ran out; never read as a pass"),
    }
    other = {
        use["verdict"]["policy_version"]: use["verdict"]["policy_digest"]
        for use in evidence["uses"]
        if use["verdict"] and policy and use["verdict"]["policy_digest"] != policy["digest"]
    }
    return {
        "policy": policy,
        "published_at": moment(policy["published_at"]) if policy else "",
        "packs": [{"code": pack["code"], "title": words.both(pack["title"])} for pack in policy["packs"]]
        if policy
        else [],
        "other_versions": sorted(other.items()),
        "states": [{"label": state.label, "meaning": meaning} for state, meaning in meanings.items()],
        "gathered_at": moment(evidence["gathered_at"]),
    }
