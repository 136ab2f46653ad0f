"""Judging: what is judged again and what is not, what turns by itself, whole batches, two judges at once."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.audit.selectors import history
from apps.core.clock import today
from apps.core.errors import Conflict, NotFound, NotPermitted
from apps.findings.models import Finding
from apps.policy import evaluation
from apps.policy.engine.packs import load_packs
from apps.policy.evaluation import judge_due, judge_use, judge_uses
from apps.policy.models import CurrentVerdict, DueUse, Evaluation, FactSheet
from apps.policy.publishing import publish
from apps.policy.selectors import evaluation_at, explain, verdict_of
from apps.policy.signals import uses_judged
from apps.policy.tasks import judge_marked_uses
from apps.registry import services as registry
from apps.registry.models import Use
from tests.clock import days_later
from tests.making import SETUP, a_policy, a_rule, a_team, a_use, an_actor, state

pytestmark = pytest.mark.django_db

RETENTION = a_rule("T-RETENTION", "deployment.retention_days > params.most_days")
OVERDUE = a_rule("T-REVIEW", "days_until(use_case.next_review) < 0", gate="review", severity="medium")


def a_judged_use(**facts: Any) -> Use:
    use = a_use(a_team())
    if facts:
        state("deployment", use.deployment_id, **facts)
    judge_uses(actor=SETUP, use_ids=[use.id])
    return use


def decision(use: Use) -> str:
    return CurrentVerdict.objects.get(use=use).decision


class TestVerdicts:
    @pytest.mark.parametrize(
        ("facts", "expected", "outcome"),
        [
            ({}, "undecided", "unknown"),
            ({"retention_days": 30}, "pass", "pass"),
            ({"retention_days": 31}, "block", "finding"),
            ({"retention_days": None}, "undecided", "unknown"),
        ],
    )
    def test_the_decision_follows_the_facts(self, facts: dict[str, Any], expected: str, outcome: str) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_judged_use(**facts)
        row = CurrentVerdict.objects.select_related("evaluation__sheet").get(use=use)
        assert row.decision == row.evaluation.decision == expected
        assert row.evaluation.outcomes["T-RETENTION"]["outcome"] == outcome
        assert row.sheet_digest == row.evaluation.sheet.digest
        assert (row.findings, row.unknowns) == (int(outcome == "finding"), int(outcome == "unknown"))
        assert row.worst_severity == ("high" if outcome == "finding" else "")

    def test_a_verdict_explains_itself_worst_first(self) -> None:
        a_policy(RETENTION, OVERDUE, a_rule("T-PASS", "false"), most_days=30)
        use = a_judged_use(retention_days=31)
        row = verdict_of(use.id)
        assert row is not None
        explained = explain(row.evaluation)
        assert [(one.rule.code, one.outcome) for one in explained] == [
            ("T-RETENTION", "finding"),
            ("T-REVIEW", "unknown"),
            ("T-PASS", "pass"),
        ]
        assert [(path, entry["value"]) for path, entry in explained[0].facts] == [("deployment.retention_days", 31)]
        assert list(explained[1].missing) == ["use_case.next_review"]

    def test_the_class_of_data_stands_beside_the_verdict(self) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_judged_use()
        assert CurrentVerdict.objects.get(use=use).data_class == ""
        state("use_case", use.use_case_id, data_class="restricted")
        judge_use(actor=SETUP, use_id=use.id)
        assert CurrentVerdict.objects.get(use=use).data_class == "restricted"

    def test_without_a_policy_nothing_is_judged(self) -> None:
        with pytest.raises(NotFound):
            judge_uses(actor=SETUP, use_ids=[a_use().id])

    def test_the_shipped_packs_judge_an_empty_record_and_let_nothing_pass(self) -> None:
        publish(actor=SETUP, content=load_packs())
        use = a_judged_use()
        assert decision(use) == "undecided"
        outcomes = CurrentVerdict.objects.get(use=use).evaluation.outcomes
        assert set(outcomes) == {rule.code for rule in load_packs().rules if _enabled(rule.pack)}

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.CI])
    def test_who_may_not(self, role: str) -> None:
        a_policy(RETENTION, most_days=30)
        team = a_team()
        with pytest.raises(NotPermitted):
            judge_uses(actor=an_actor(role, team=team), use_ids=[a_use(team).id])


def _enabled(pack: str) -> bool:
    return next(one.enabled for one in load_packs().packs if one.code == pack)


class TestNotAgain:
    def test_an_unchanged_sheet_is_not_judged_again(self) -> None:
        a_policy(RETENTION, most_days=30)
        uses = [a_use() for _ in range(3)]
        assert judge_uses(actor=SETUP) == 3
        before = Evaluation.objects.count()
        with CaptureQueriesContext(connection) as queries:
            assert judge_uses(actor=SETUP) == 0
        assert Evaluation.objects.count() == before == FactSheet.objects.count() == 3
        assert not [one for one in queries if "INSERT" in one["sql"] or "UPDATE " in one["sql"].partition(" FOR ")[0]]
        assert judge_uses(actor=SETUP, use_ids=[use.id for use in uses], force=True) == 3
        assert FactSheet.objects.count() == 3

    def test_only_the_use_whose_fact_changed_is_judged(self) -> None:
        a_policy(RETENTION, most_days=30)
        changed, other = a_judged_use(retention_days=1), a_judged_use(retention_days=1)
        state("deployment", changed.deployment_id, retention_days=99)
        assert judge_uses(actor=SETUP) == 1
        assert (decision(changed), decision(other)) == ("block", "pass")

    def test_a_new_policy_judges_everything_and_the_same_one_again_nothing(self) -> None:
        a_policy(RETENTION, most_days=30)
        uses = [a_judged_use(retention_days=20) for _ in range(2)]
        a_policy(RETENTION, most_days=30)
        assert judge_uses(actor=SETUP) == 0
        a_policy(RETENTION, most_days=10)
        assert judge_uses(actor=SETUP) == 2
        assert {decision(use) for use in uses} == {"block"}

    def test_the_sheet_of_before_comes_back_with_its_digest(self) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_use()
        facts = [registry.FactInput(field="retention_days", value=1, source="A")]
        other = [registry.FactInput(field="retention_days", value=2, source="A")]
        digests = []
        for said in (facts, other, facts):
            registry.state_facts(actor=SETUP, subject_type="deployment", subject_id=use.deployment_id, facts=said)
            judge_uses(actor=SETUP, use_ids=[use.id])
            digests.append(CurrentVerdict.objects.get(use=use).sheet_digest)
        assert digests[0] == digests[2] != digests[1]
        assert (FactSheet.objects.count(), Evaluation.objects.count()) == (2, 3)

    def test_the_verdict_of_a_past_moment_can_be_looked_up(self) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_judged_use(retention_days=1)
        moment = Evaluation.objects.get(use=use).created_at
        state("deployment", use.deployment_id, retention_days=99)
        judge_uses(actor=SETUP, use_ids=[use.id])
        assert evaluation_at(use.id, moment).decision == "pass"
        with pytest.raises(NotFound):
            evaluation_at(use.id, moment - dt.timedelta(seconds=1))


class TestByItself:
    def test_a_review_becomes_overdue_without_any_change(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_policy(OVERDUE)
        use = a_use()
        due = today() + dt.timedelta(days=5)
        state("use_case", use.use_case_id, next_review=due.isoformat())
        judge_uses(actor=SETUP, use_ids=[use.id])
        row = CurrentVerdict.objects.get(use=use)
        assert (row.decision, row.next_change_on) == ("pass", due + dt.timedelta(days=1))

        DueUse.objects.all().delete()
        days_later(monkeypatch, 5)
        assert judge_due(actor=SETUP) == 0
        assert judge_uses(actor=SETUP) == 0
        days_later(monkeypatch, 6)
        assert judge_due(actor=SETUP) == 1
        row.refresh_from_db()
        assert (row.decision, row.next_change_on) == ("review", None)
        assert judge_due(actor=SETUP) == 0

    def test_a_fact_that_expires_turns_to_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_use()
        last = today() + dt.timedelta(days=3)
        facts = [registry.FactInput(field="retention_days", value=1, valid_until=last)]
        registry.state_facts(actor=SETUP, subject_type="deployment", subject_id=use.deployment_id, facts=facts)
        judge_uses(actor=SETUP, use_ids=[use.id])
        assert CurrentVerdict.objects.get(use=use).next_change_on == last + dt.timedelta(days=1)
        days_later(monkeypatch, 3)
        assert judge_due(actor=SETUP) == 0
        days_later(monkeypatch, 4)
        assert judge_due(actor=SETUP) == 1
        assert decision(use) == "undecided"
        assert judge_due(actor=SETUP) == 0


class TestMarks:
    def test_a_mark_is_taken_off_by_judging(self) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_use()
        state("deployment", use.deployment_id, retention_days=1)
        assert DueUse.objects.filter(use=use).count() > 1
        assert judge_due(actor=SETUP) == 1
        assert not DueUse.objects.exists()
        assert judge_due(actor=SETUP) == 0

    def test_the_task_goes_on_until_nothing_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_policy(RETENTION, most_days=30)
        monkeypatch.setattr(evaluation, "BATCH", 2)
        monkeypatch.setattr(judge_due, "__kwdefaults__", {"limit": 2})
        for _ in range(5):
            a_use()
        assert judge_marked_uses() == 5
        assert CurrentVerdict.objects.count() == 5


class TestRetired:
    def test_a_retired_use_is_judged_no_more_and_nobody_waits_for_it(self) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_judged_use(retention_days=99)
        assert Finding.objects.get(use=use).status == "open"
        registry.retire_use(actor=SETUP, use=use, reason="switched off")
        assert judge_due(actor=SETUP) == 1
        assert not DueUse.objects.exists()
        assert Evaluation.objects.count() == 1
        assert Finding.objects.get(use=use).status == "resolved"
        assert judge_uses(actor=SETUP) == 0
        assert judge_uses(actor=SETUP, use_ids=[use.id], force=True) == 0
        assert decision(use) == "block"

    def test_one_that_was_never_judged_says_so(self) -> None:
        a_policy(RETENTION, most_days=30)
        use = a_use()
        registry.retire_use(actor=SETUP, use=use, reason="never began")
        with pytest.raises(Conflict):
            judge_use(actor=SETUP, use_id=use.id)


def test_a_run_that_is_killed_leaves_whole_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    a_policy(RETENTION, most_days=30)
    monkeypatch.setattr(evaluation, "BATCH", 2)
    for _ in range(5):
        a_use()
    DueUse.objects.all().delete()
    heard: list[int] = []

    def die_in_the_second_batch(judged: Any, **_: Any) -> None:
        heard.append(len(judged))
        if len(heard) == 2:
            raise KeyboardInterrupt

    uses_judged.connect(die_in_the_second_batch)
    try:
        with pytest.raises(KeyboardInterrupt):
            judge_uses(actor=SETUP)
    finally:
        uses_judged.disconnect(die_in_the_second_batch)
    for table in (Evaluation, FactSheet, CurrentVerdict):
        assert table.objects.count() == 2
    assert judge_uses(actor=SETUP) == 3
    assert Evaluation.objects.count() == 5


def test_the_number_of_queries_does_not_grow_with_the_batch() -> None:
    a_policy(RETENTION, most_days=30)
    a_judged_use()  # compiles the policy
    counts = []
    for number in (2, 20):
        ids = [a_use().id for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            assert judge_uses(actor=SETUP, use_ids=ids) == number
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 50


def test_what_judging_writes_into_the_journal_bears_its_name() -> None:
    a_policy(RETENTION, most_days=30)
    use = a_judged_use(retention_days=99)
    assert {entry.action for entry in history([Finding.objects.get(use=use).id])} == {"use.judge"}
