"""What the schedule and the queue run."""

import logging
from uuid import UUID

from celery import shared_task
from django.db import connection, transaction

from apps.accounts.actors import Actor
from apps.sanctions.models import ListVersion, ScreeningRun
from apps.sanctions.screening import deltas, judging, requests, running

logger = logging.getLogger(__name__)


def ask_for_due_parties() -> None:
    """Ask for due parties to be compared after the commit; the schedule comes by, too."""
    if not any(function is _ask for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(_ask)


def _ask() -> None:
    try:
        screen_due_parties.delay()
    except Exception:  # What is due can be seen in the tables and the schedule comes by: the change must not fail.
        logger.exception("the queue did not take the request to screen parties")


@shared_task(name="sanctions.screen_due_parties")
def screen_due_parties() -> int:
    """Compare parties that were entered or changed since they were last compared."""
    actor = Actor.system("sanctions.screen_due_parties")
    done = 0
    while due := running.due_parties():
        running.screen(actor=actor, party_ids=due, reason=ScreeningRun.Reason.CHANGE)
        done += len(due)
    return done


@shared_task(name="sanctions.screen_everybody")
def screen_everybody() -> None:
    """Compare every party with everything; goes on with a run that did not end."""
    actor = Actor.system("sanctions.screen_everybody")
    judging.expire_judgements(actor=actor)
    run = running.unfinished_run() or running.begin_run(actor=actor, reason=ScreeningRun.Reason.NIGHTLY, everybody=True)
    running.screen_everybody(actor=actor, run=run)


@shared_task(name="sanctions.screen_version")
def screen_version(version_id: str) -> None:
    """Compare every party with what a new version of a list brought, and look again at what it took away."""
    actor = Actor.system("sanctions.screen_version")
    deltas.screen_version(actor=actor, version=ListVersion.objects.get(id=UUID(version_id)))


@shared_task(name="sanctions.compare_names")
def compare_names(run_id: str) -> None:
    """Compare the names of a request that was too long to wait for."""
    actor = Actor.system("sanctions.compare_names")
    requests.work_on_request(actor=actor, run=ScreeningRun.objects.get(id=UUID(run_id)))
