"""The task queue: what it runs on, how careful it is, and what it does on schedule.

Tasks are entry points in `apps/<room>/tasks.py` that call services. A task may be delivered twice, so each can be done
twice without harm. Enqueue with `task.delay_on_commit(…)`: a task never sees less than its sender.
"""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apps.config.settings")

SCHEDULE: dict[str, dict[str, Any]] = {
    "judge what has changed or falls due": {"task": "policy.judge_marked_uses", "schedule": 60.0},
    "keep up what models inherit": {"task": "registry.refresh_due_inheritance", "schedule": 300.0},
    "compare parties that were entered or changed": {"task": "sanctions.screen_due_parties", "schedule": 60.0},
    "compare every party with every list": {
        "task": "sanctions.screen_everybody",
        "schedule": crontab(minute="30", hour="2"),
    },
    "write the review digests of the week": {
        "task": "notices.write_review_digests",
        "schedule": crontab(minute="0", hour="6"),
    },
    "send what waits in the outbox": {"task": "notices.send_messages", "schedule": 60.0},
    "end reports on which nobody works": {"task": "reports.fail_lost_reports", "schedule": 1800.0},
    "end exports on which nobody works": {"task": "exports.fail_lost_exports", "schedule": 1800.0},
    "end imports on which nobody works": {"task": "imports.fail_lost_imports", "schedule": 1800.0},
    "fetch the lists that are due": {"task": "imports.refresh_lists", "schedule": crontab(minute="17")},
    "forget answers to writes with an old idempotency key": {"task": "api.forget_old_answers", "schedule": 3600.0},
}
"""The schedule of a new installation; afterwards the one in the database counts."""


class Pulse(bootsteps.StartStopStep):  # type: ignore[misc]
    """Says that the worker is alive for as long as it is connected to the queue."""

    requires = {"celery.worker.consumer.tasks:Tasks"}

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        """Begin to note it every few seconds."""
        from apps.core.heartbeats import EVERY

        _note_worker()
        self._timer = consumer.timer.call_repeatedly(EVERY.total_seconds(), _note_worker)

    def stop(self, consumer: Any) -> None:
        """Stop noting it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    shutdown = stop


def _note_worker() -> None:
    from django.db import close_old_connections

    from apps.core import heartbeats

    close_old_connections()
    heartbeats.beat("worker")


def _make() -> Celery:
    from apps.config import queue

    app = Celery("weighbridge")
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(
        **queue.broker(),
        broker_connection_retry_on_startup=True,
        task_default_queue=queue.NAME,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=queue.LONGEST_TASK,
        task_soft_time_limit=queue.LONGEST_TASK - 30,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_max_tasks_per_child=500,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        beat_scheduler="apps.config.scheduler:Scheduler",
        beat_schedule=SCHEDULE,
        timezone=settings.TIME_ZONE,
        enable_utc=True,
    )
    app.steps["consumer"].add(Pulse)
    app.autodiscover_tasks(settings.ROOMS)
    return app


app = _make()
