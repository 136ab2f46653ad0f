"""Judges and writers side by side, with real commits."""

import threading

import pytest
from django.db import transaction

from apps.accounts.actors import Actor
from apps.policy import marking
from apps.policy.evaluation import judge_due, judge_uses
from apps.policy.models import CurrentVerdict, DueUse, Evaluation
from apps.registry.models import Use
from tests.at_once import in_threads
from tests.making import SETUP, a_policy, a_rule, a_use, state

RETENTION = a_rule("T-RETENTION", "deployment.retention_days > params.most_days")


def decision(use: Use) -> str:
    return CurrentVerdict.objects.get(use=use).decision


@pytest.mark.usefixtures("committed_db")
def test_two_judges_make_one_verdict_each() -> None:
    a_policy(RETENTION, most_days=30)
    ids = [a_use().id for _ in range(6)]
    a_policy(RETENTION, most_days=10)
    before = Evaluation.objects.count()
    done = in_threads(*[lambda: judge_uses(actor=Actor.system("test"), use_ids=ids)] * 4)
    assert sum(done) == len(ids) == Evaluation.objects.count() - before
    assert CurrentVerdict.objects.filter(use_id__in=ids).count() == len(ids)


@pytest.mark.usefixtures("committed_db")
def test_a_change_that_commits_while_its_use_is_judged_is_judged_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_policy(RETENTION, most_days=30)
    use = a_use()
    state("deployment", use.deployment_id, retention_days=1)
    judge_uses(actor=SETUP, use_ids=[use.id])
    DueUse.objects.create(use=use)
    written, taken = threading.Event(), threading.Event()
    monkeypatch.setattr(marking, "_ask", lambda: None)

    def change_slowly() -> int:
        with transaction.atomic():
            state("deployment", use.deployment_id, retention_days=99)
            written.set()
            assert taken.wait(10)
        return 0

    def judge_meanwhile() -> int:
        assert written.wait(10)
        count = judge_uses(actor=Actor.system("test"), use_ids=[use.id])
        taken.set()
        return count

    in_threads(change_slowly, judge_meanwhile)
    assert decision(use) == "pass"
    assert judge_due(actor=Actor.system("test")) == 1
    assert decision(use) == "block"
