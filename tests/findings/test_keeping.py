"""Findings follow verdicts and keep their identity; one task per use asks for what is missing."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.audit.selectors import history
from apps.core.clock import now, today
from apps.core.errors import NotFound
from apps.findings.models import Finding, Task
from apps.findings.selectors import finding_by_id, findings, task_by_id, tasks
from apps.policy.evaluation import judge_uses
from apps.policy.models import CurrentVerdict
from apps.registry.models import Use
from tests.clock import days_later
from tests.making import SETUP, a_policy, a_rule, a_team, a_use, an_actor, officer, state

pytestmark = pytest.mark.django_db

RETENTION = a_rule("T-RETENTION", "deployment.retention_days > 30")


def judged(use: Use) -> None:
    judge_uses(actor=SETUP, use_ids=[use.id])


def keeping(use: Use, days: int | None) -> None:
    state("deployment", use.deployment_id, retention_days=days)
    judged(use)


class TestIdentity:
    def test_a_finding_goes_and_comes_back_as_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_policy(RETENTION)
        use = a_use()
        keeping(use, 99)
        first = Finding.objects.get()
        assert (first.status, first.rule_code, first.resolved_at) == ("open", "T-RETENTION", None)
        assert first.due_on == today() + dt.timedelta(days=30)

        days_later(monkeypatch, 10)
        keeping(use, 5)
        gone = Finding.objects.get()
        assert (gone.id, gone.status, gone.opened_at) == (first.id, "resolved", first.opened_at)
        assert gone.resolved_at is not None

        days_later(monkeypatch, 40)
        keeping(use, 99)
        back = Finding.objects.get()
        assert (back.id, back.status, back.resolved_at) == (first.id, "open", None)
        assert back.opened_at.date() == first.opened_at.date() + dt.timedelta(days=40)
        assert back.due_on == today() + dt.timedelta(days=30)
        assert [(entry.after or {}).get("status") for entry in history([first.id]).order_by("at")] == [
            "open",
            "resolved",
            "open",
        ]

    def test_what_stays_is_not_touched(self) -> None:
        a_policy(RETENTION)
        use = a_use()
        keeping(use, 99)
        first = Finding.objects.get()
        keeping(use, 98)
        again = Finding.objects.get()
        assert (again.row_version, again.opened_at, again.due_on) == (
            first.row_version,
            first.opened_at,
            first.due_on,
        )

    def test_a_rule_that_is_gone_takes_its_findings_along(self) -> None:
        a_policy(RETENTION)
        use = a_use()
        keeping(use, 99)
        a_policy(a_rule("T-OTHER", "false"))
        judged(use)
        assert Finding.objects.get().status == "resolved"

    def test_new_words_of_a_rule_reach_the_finding(self) -> None:
        a_policy(RETENTION)
        use = a_use()
        keeping(use, 99)
        a_policy(a_rule("T-RETENTION", "deployment.retention_days > 20", version=2, severity="low", gate="warn"))
        judged(use)
        row = Finding.objects.get()
        assert (row.rule_version, row.severity, row.gate, row.status) == (2, "low", "warn", "open")

    @pytest.mark.parametrize(("severity", "days"), [("critical", 7), ("high", 30), ("medium", 60), ("low", 90)])
    def test_the_worse_the_sooner_it_is_due(self, severity: str, days: int) -> None:
        a_policy(a_rule("T-1", "true", severity=severity))
        judged(a_use())
        assert Finding.objects.get().due_on == today() + dt.timedelta(days=days)

    def test_what_gets_worse_is_due_sooner_and_what_gets_milder_keeps_its_day(self) -> None:
        use = a_use()
        for severity, expected in (("medium", 60), ("critical", 7), ("low", 7)):
            a_policy(a_rule("T-1", "true", severity=severity))
            judged(use)
            row = Finding.objects.get()
            assert (row.severity, row.due_on) == (severity, today() + dt.timedelta(days=expected))

    @pytest.mark.parametrize(
        ("on_unknown", "is_finding", "asks"), [("finding", True, True), ("task", False, True), ("ignore", False, False)]
    )
    def test_what_becomes_of_an_unknown(self, on_unknown: str, is_finding: bool, asks: bool) -> None:
        a_policy(a_rule("T-1", "deployment.retention_days > 30", on_unknown=on_unknown))
        judged(a_use())
        assert [row.outcome for row in Finding.objects.all()] == (["unknown"] if is_finding else [])
        assert Task.objects.exists() == asks
        assert CurrentVerdict.objects.get().decision == ("undecided" if asks else "pass")


class TestTasks:
    RULES = (
        a_rule("T-1", "deployment.retention_days > 30"),
        a_rule("T-2", "deployment.retention_days > 60 && use_case.data_class == 'restricted'"),
        a_rule("T-3", "use_case.risk_tier == 'tier1'", on_unknown="ignore"),
    )

    def test_one_task_lists_what_is_missing_and_for_which_rules_most_wanted_first(self) -> None:
        a_policy(*self.RULES)
        judged(a_use())
        task = Task.objects.get()
        assert task.missing == [
            {"path": "deployment.retention_days", "rules": ["T-1", "T-2"]},
            {"path": "use_case.data_class", "rules": ["T-2"]},
        ]
        assert (task.status, task.due_on) == ("open", today() + dt.timedelta(days=30))

    def test_it_is_done_when_nothing_is_missing_and_opens_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_policy(*self.RULES)
        use = a_use()
        judged(use)
        first = Task.objects.get()
        keeping(use, 1)
        assert Task.objects.get().status == "done"
        days_later(monkeypatch, 50)
        keeping(use, None)
        again = Task.objects.get()
        assert (again.id, again.status, again.due_on) == (first.id, "open", today() + dt.timedelta(days=30))

    def test_it_shrinks_with_what_becomes_known(self) -> None:
        a_policy(*self.RULES)
        use = a_use()
        judged(use)
        state("use_case", use.use_case_id, data_class="restricted")
        judged(use)
        assert [one["path"] for one in Task.objects.get().missing] == ["deployment.retention_days"]


def test_the_number_of_queries_does_not_grow_with_the_findings() -> None:
    a_policy(*(a_rule(f"T-{number}", "deployment.retention_days > 30") for number in range(8)))
    counts: list[int] = []
    judged(a_use())  # compiles the policy
    for number in (2, 15):
        made = [a_use() for _ in range(number)]
        for use in made:
            state("deployment", use.deployment_id, retention_days=99)
        with CaptureQueriesContext(connection) as queries:
            judge_uses(actor=SETUP, use_ids=[use.id for use in made])
        counts.append(len(queries))
    assert Finding.objects.filter(status="open").count() == 8 * 17
    assert counts[0] == counts[1]


class TestSight:
    def a_finding_of(self, team: Any) -> Finding:
        use = a_use(team)
        judged(use)
        return Finding.objects.get(use=use)

    def test_a_team_sees_its_own_and_a_stranger_is_told_there_is_none(self) -> None:
        a_policy(a_rule("T-1", "true"), a_rule("T-2", "deployment.retention_days > 1"))
        ours, theirs = a_team(), a_team()
        mine, other, nobodys = (self.a_finding_of(team) for team in (ours, theirs, None))
        owner = an_actor(Role.OWNER, team=ours)
        assert list(findings(owner)) == [mine]
        assert [task.use_id for task in tasks(owner)] == [mine.use_id]
        assert finding_by_id(owner, mine.id) == mine
        for hidden in (other, nobodys):
            with pytest.raises(NotFound):
                finding_by_id(owner, hidden.id)
            with pytest.raises(NotFound):
                task_by_id(owner, Task.objects.get(use_id=hidden.use_id).id)
        assert set(findings(officer())) == {mine, other, nobodys}

    def test_when_it_was_opened_is_when_it_was_judged(self) -> None:
        a_policy(a_rule("T-1", "true"))
        before = now()
        assert before <= self.a_finding_of(None).opened_at <= now()
