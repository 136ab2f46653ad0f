"""Findings follow verdicts: opened, kept, opened again or resolved, in the transaction that stores the verdicts."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.core.clock import now, today
from apps.core.copying import copy_rows
from apps.findings.models import Finding, Task
from apps.policy.engine.content import Rule
from apps.policy.engine.judge import Verdict
from apps.policy.evaluation import JudgedUse
from apps.policy.publishing import content_of

DAYS_TO_MEND = {"critical": 7, "high": 30, "medium": 60, "low": 90}
"""Days until a finding is due, by severity. A usual remediation schedule; not taken from a law."""
DAYS_TO_COMPLETE = 30


def keep_findings(judged: Sequence[JudgedUse], **_: Any) -> None:
    """Bring the findings and the tasks of judged uses in step with their verdicts. A constant number of queries."""
    if not judged:
        return
    rules = {rule.code: rule for rule in content_of(judged[0].policy).rules}
    use_ids = [one.use_id for one in judged]
    existing = {(row.use_id, row.rule_code): row for row in Finding.objects.filter(use_id__in=use_ids)}
    opened: list[Finding] = []
    moment, due = now(), {severity: _due(severity) for severity in DAYS_TO_MEND}
    changed: list[Finding] = []
    for one in judged:
        wanted = {verdict.rule_code: verdict for verdict in one.judgement.verdicts if _is_finding(verdict)}
        for code, verdict in wanted.items():
            row = existing.pop((one.use_id, code), None)
            if row is None:
                opened.append(_opened(one.use_id, rules[code], verdict, code in one.waived, moment, due))
            elif _update(row, rules[code], verdict, code in one.waived):
                changed.append(row)
    changed += [row for row in existing.values() if _resolve(row)]
    copy_rows(opened)
    columns = ["rule_version", "title_en", "title_de", "outcome", "severity", "gate", "waivable", "status"]
    Finding.objects.bulk_update(
        changed, [*columns, "opened_at", "resolved_at", "due_on", "row_version", "updated_at"], batch_size=500
    )
    _keep_tasks(judged)


def close_findings(use_ids: Sequence[UUID], **_: Any) -> None:
    """Resolve what is open on uses that ended: nobody needs to mend what no longer runs."""
    rows = list(Finding.objects.filter(use_id__in=use_ids).exclude(status=Finding.Status.RESOLVED))
    for row in rows:
        _resolve(row)
    Finding.objects.bulk_update(rows, ["status", "resolved_at", "row_version", "updated_at"], batch_size=500)
    tasks = list(Task.objects.filter(use_id__in=use_ids, status=Task.Status.OPEN))
    for task in tasks:
        task.status = Task.Status.DONE
        _touch(task)
    Task.objects.bulk_update(tasks, ["status", "row_version", "updated_at"], batch_size=500)


def _is_finding(verdict: Verdict) -> bool:
    return verdict.outcome == "finding" or (verdict.outcome == "unknown" and verdict.on_unknown == "finding")


def _words(rule: Rule, verdict: Verdict, waived: bool) -> dict[str, Any]:
    return {
        "rule_version": rule.version,
        "title_en": rule.title["en"],
        "title_de": rule.title["de"],
        "outcome": verdict.outcome,
        "severity": verdict.severity,
        "gate": rule.gate,
        "waivable": rule.waivable,
        "status": Finding.Status.WAIVED if waived else Finding.Status.OPEN,
    }


def _due(severity: str) -> dt.date:
    return today() + dt.timedelta(days=DAYS_TO_MEND[severity])


def _opened(
    use_id: UUID, rule: Rule, verdict: Verdict, waived: bool, moment: dt.datetime, due: Mapping[str, dt.date]
) -> Finding:
    return Finding(
        use_id=use_id,
        rule_code=rule.code,
        opened_at=moment,
        due_on=due[verdict.severity],
        row_version=1,
        **_words(rule, verdict, waived),
    )


def _update(row: Finding, rule: Rule, verdict: Verdict, waived: bool) -> bool:
    words = _words(rule, verdict, waived)
    if all(getattr(row, name) == value for name, value in words.items()):
        return False
    if row.status == Finding.Status.RESOLVED:
        row.opened_at, row.resolved_at, row.due_on = now(), None, _due(verdict.severity)
    elif row.severity != verdict.severity:
        # Worse is due sooner; milder keeps the day that was promised.
        row.due_on = min(row.due_on or dt.date.max, _due(verdict.severity))
    for name, value in words.items():
        setattr(row, name, value)
    _touch(row)
    return True


def _resolve(row: Finding) -> bool:
    if row.status == Finding.Status.RESOLVED:
        return False
    row.status, row.resolved_at = Finding.Status.RESOLVED, now()
    _touch(row)
    return True


def _touch(row: Finding | Task) -> None:
    row.row_version += 1
    row.updated_at = now()


def _keep_tasks(judged: Sequence[JudgedUse]) -> None:
    """One task per use asks for everything that is missing, however many rules wait for it."""
    existing = {task.use_id: task for task in Task.objects.filter(use_id__in=[one.use_id for one in judged])}
    created: list[Task] = []
    changed: list[Task] = []
    for one in judged:
        missing = _missing(one.judgement.verdicts)
        status = Task.Status.OPEN if missing else Task.Status.DONE
        task = existing.get(one.use_id)
        if task is None:
            if missing:
                due = today() + dt.timedelta(days=DAYS_TO_COMPLETE)
                created.append(Task(use_id=one.use_id, missing=missing, due_on=due, row_version=1))
        elif task.missing != missing or task.status != status:
            if task.status == Task.Status.DONE:
                task.due_on = today() + dt.timedelta(days=DAYS_TO_COMPLETE)
            task.missing, task.status = missing, status
            _touch(task)
            changed.append(task)
    copy_rows(created)
    Task.objects.bulk_update(changed, ["missing", "status", "due_on", "row_version", "updated_at"], batch_size=500)


def _missing(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    wanted: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.outcome == "unknown" and verdict.on_unknown != "ignore":
            for path in verdict.missing:
                wanted.setdefault(path, []).append(verdict.rule_code)
    return [
        {"path": path, "rules": sorted(codes)}
        for path, codes in sorted(wanted.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
