"""What the schedule and the queue run."""

from celery import shared_task

from apps.accounts.actors import Actor
from apps.policy.evaluation import judge_due


@shared_task(name="policy.judge_marked_uses")
def judge_marked_uses() -> int:
    """Judge uses whose facts changed or whose outcome turns today, batch by batch until none is left."""
    done = 0
    while count := judge_due(actor=Actor.system("policy.judge_marked_uses")):
        done += count
    return done
