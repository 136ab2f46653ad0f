"""Judging uses: fact sheet, rules, verdict. The only place that stores what came out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.copying import Json, copy_rows
from apps.core.errors import Conflict
from apps.core.memory import collector_paused
from apps.policy.engine.judge import Judgement, decide, judge
from apps.policy.models import CurrentVerdict, DueUse, Evaluation, FactSheet, PolicyVersion, Severity
from apps.policy.publishing import compiled, content_of, policy_in_force
from apps.policy.selectors import verdict_of
from apps.policy.sheets import Sheet, gather_sheets
from apps.policy.sheets.entries import Entry
from apps.policy.signals import uses_ended, uses_judged, uses_taken
from apps.registry.models import Use

BATCH = 500
_SEVERITIES = tuple(Severity.values)


@dataclass(frozen=True)
class JudgedUse:
    """One use with its new verdict."""

    use_id: UUID
    sheet: Sheet
    judgement: Judgement
    policy: PolicyVersion

    @cached_property
    def waived(self) -> frozenset[str]:
        """Codes of the rules whose finding is accepted for now; never one that the policy does not let be waived."""
        asked = waived_rules(self.sheet.facts)
        if not asked:
            return asked
        return asked & {rule.code for rule in content_of(self.policy).rules if rule.waivable}

    @cached_property
    def decision(self) -> str:
        """What the verdicts that are not waived ask for."""
        return decide(verdict for verdict in self.judgement.verdicts if verdict.rule_code not in self.waived)


def waived_rules(facts: Mapping[str, Entry]) -> frozenset[str]:
    """The rules that the frozen facts of a use call waived."""
    return frozenset((facts.get("exception.waived_rules") or {}).get("value") or ())


def judge_uses(*, actor: Actor, use_ids: Iterable[UUID] | None = None, force: bool = False) -> int:
    """Judge uses (all active and planned ones when not told which) in batches; returns how many verdicts are new.

    A use whose fact sheet and policy are unchanged is not judged again before its next change is due, unless `force`.
    Each batch is one transaction, so that a killed run leaves whole batches and may simply be started again.
    """
    actor.require("evaluate.run")
    if use_ids is None:
        use_ids = Use.objects.exclude(status=Use.Status.RETIRED).order_by("id").values_list("id", flat=True)
    ids = _by_release(list(use_ids))
    policy, judged = policy_in_force(), 0
    for start in range(0, len(ids), BATCH):
        with collector_paused():  # until the batch is let go of, too: then there is nothing left to look through
            judged += _judge_batch(actor, ids[start : start + BATCH], policy, force)
    return judged


def judge_use(*, actor: Actor, use_id: UUID) -> CurrentVerdict:
    """Judge one use now and return its verdict: the last one for a retired use. Raises `Conflict` when it has none."""
    judge_uses(actor=actor, use_ids=[use_id])
    found = verdict_of(use_id)
    if found is None:
        raise Conflict("This use is retired; it is judged no more.")
    return found


def judge_due(*, actor: Actor, limit: int = 5 * BATCH) -> int:
    """Judge the uses whose facts changed, then those whose outcome changes today by itself. Returns how many."""
    oldest_first = DueUse.objects.values("use_id").annotate(since=Min("created_at")).order_by("since")
    marked = list(oldest_first.values_list("use_id", flat=True)[:limit])
    turning = list(
        CurrentVerdict.objects.filter(next_change_on__lte=today()).exclude(use__status=Use.Status.RETIRED)
        .values_list("use_id", flat=True)[: max(0, limit - len(marked))]
    )  # fmt: skip
    ids = list(dict.fromkeys([*marked, *turning]))
    if ids:
        judge_uses(actor=actor, use_ids=ids)
    return len(ids)


def _by_release(ids: list[UUID]) -> list[UUID]:
    """Uses of one model and release in a row, so that batches share what is known of these."""
    if len(ids) <= BATCH:
        return ids
    release = "deployment__release"
    return list(
        Use.objects.filter(id__in=ids)
        .order_by(f"{release}__model_id", f"{release}_id", "id")
        .values_list("id", flat=True)
    )


def _judge_batch(actor: Actor, ids: Sequence[UUID], policy: PolicyVersion, force: bool) -> int:
    with transaction.atomic():
        living = _take(actor, ids)
        uses_taken.send(sender=DueUse, actor=actor, use_ids=living)
        day = today()
        sheets = {sheet.use_id: sheet for sheet in gather_sheets(living, on=day)}
        verdicts = CurrentVerdict.objects.only("use_id", "sheet_digest", "policy_digest", "next_change_on")
        current = {row.use_id: row for row in verdicts.filter(use_id__in=living)}
        due = [sheet for use_id, sheet in sheets.items() if force or _is_due(current.get(use_id), sheet, policy, day)]
        judged = [JudgedUse(sheet.use_id, sheet, judge(sheet.known, compiled(policy), day), policy) for sheet in due]
        if judged:
            _store(judged, day)
            with change(actor, "use.judge"):
                uses_judged.send(sender=Evaluation, actor=actor, judged=judged)
    return len(judged)


def _take(actor: Actor, ids: Sequence[UUID]) -> list[UUID]:
    """Lock uses, take their marks off, and give back those that are not retired; rooms above hear of the others."""
    # One judge at a time per use. Marks and facts are read after the lock: they include all that committed before it,
    # and a mark that commits later stays.
    statuses = dict(
        Use.objects.select_for_update(of=("self",), no_key=True)
        .filter(id__in=ids)
        .order_by("id")
        .values_list("id", "status")
    )
    DueUse.objects.filter(use_id__in=statuses).delete()
    ended = [use_id for use_id, status in statuses.items() if status == Use.Status.RETIRED]
    if ended:
        with change(actor, "use.judge"):
            uses_ended.send(sender=Evaluation, actor=actor, use_ids=ended)
    return [use_id for use_id, status in statuses.items() if status != Use.Status.RETIRED]


def _is_due(current: CurrentVerdict | None, sheet: Sheet, policy: PolicyVersion, day: dt.date) -> bool:
    if current is None or current.sheet_digest != sheet.digest or current.policy_digest != policy.digest:
        return True
    return current.next_change_on is not None and current.next_change_on <= day


def _store(judged: Sequence[JudgedUse], day: dt.date) -> None:
    use_ids = [one.use_id for one in judged]
    kept = FactSheet.objects.filter(use_id__in=use_ids, digest__in=[one.sheet.digest for one in judged])
    sheets = {(use_id, digest): sheet_id for use_id, digest, sheet_id in kept.values_list("use_id", "digest", "id")}
    # The uses are locked: nobody else stores sheets of theirs meanwhile.
    new = {
        (one.use_id, one.sheet.digest): FactSheet(
            use_id=one.use_id, digest=one.sheet.digest, content=Json(one.sheet.written.decode()), row_version=1
        )
        for one in judged
        if (one.use_id, one.sheet.digest) not in sheets
    }
    copy_rows(list(new.values()))
    sheets |= {key: row.id for key, row in new.items()}
    evaluations = [
        Evaluation(
            use_id=one.use_id,
            sheet_id=sheets[(one.use_id, one.sheet.digest)],
            policy_version=one.policy,
            on=day,
            decision=one.decision,
            outcomes=outcomes_of(one.judgement),
            row_version=1,
        )
        for one in judged
    ]
    copy_rows(evaluations)
    rows = [_verdict_row(one, evaluation) for one, evaluation in zip(judged, evaluations, strict=True)]
    columns = [
        "evaluation",
        "decision",
        "findings",
        "unknowns",
        "worst_severity",
        "sheet_digest",
        "policy_digest",
        "next_change_on",
        "data_class",
        "updated_at",
    ]
    CurrentVerdict.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["use"], update_fields=columns, batch_size=BATCH
    )


def outcomes_of(judgement: Judgement) -> dict[str, dict[str, Any]]:
    """The verdicts as they are stored, by rule code."""
    found: dict[str, dict[str, Any]] = {}
    for verdict in judgement.verdicts:
        entry: dict[str, Any] = {"outcome": verdict.outcome}
        if verdict.missing:
            entry["missing"] = list(verdict.missing)
        if verdict.outcome == "finding":
            entry["severity"] = verdict.severity
        found[verdict.rule_code] = entry
    return found


def _verdict_row(one: JudgedUse, evaluation: Evaluation) -> CurrentVerdict:
    findings = [verdict for verdict in one.judgement.verdicts if verdict.outcome == "finding"]
    unknowns = [v for v in one.judgement.verdicts if v.outcome == "unknown" and v.on_unknown != "ignore"]
    changes = [verdict.next_change_at for verdict in one.judgement.verdicts if verdict.next_change_at]
    if one.sheet.turns_on:
        changes.append(one.sheet.turns_on)
    return CurrentVerdict(
        use_id=one.use_id,
        evaluation=evaluation,
        decision=one.decision,
        findings=len(findings),
        unknowns=len(unknowns),
        worst_severity=min((verdict.severity for verdict in findings), key=_SEVERITIES.index, default=""),
        sheet_digest=one.sheet.digest,
        policy_digest=one.policy.digest,
        next_change_on=min(changes, default=None),
        data_class=one.sheet.known.get("use_case", {}).get("data_class", ""),
        updated_at=now(),
    )
