"""Celery beat over the schedule in the database, of which only one at a time is at work."""

import logging
from typing import Any

import psycopg
from django.db import DatabaseError, close_old_connections
from django_celery_beat.schedulers import DatabaseScheduler

from apps.config.queue import connection_string
from apps.core import heartbeats

LOCK = 0x57654967  # any number, as long as every scheduler takes the same
log = logging.getLogger(__name__)


class OnlyOne:
    """A lock of the database session: it goes with the process that holds it, however that one ends."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def held(self) -> bool:
        """Whether this process holds the lock, trying to take it if not."""
        try:
            if self._connection is not None:
                self._connection.execute("SELECT 1")
                return True
            connection = psycopg.connect(connection_string(), autocommit=True, connect_timeout=5)
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
            if row and row[0]:
                self._connection = connection
                return True
            connection.close()
        except psycopg.Error:
            self._connection = None
        return False

    def release(self) -> None:
        """Let another one take over."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """Sends what is due while it holds the lock; waits otherwise."""

    max_interval = heartbeats.EVERY.total_seconds()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._only_one = OnlyOne()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; seconds until the next look."""
        if not self._only_one.held():
            return float(self.max_interval)
        try:
            close_old_connections()
            heartbeats.beat("beat")
            return min(float(super().tick(*args, **kwargs)), float(self.max_interval))
        except DatabaseError as error:
            log.warning("The database does not answer (%s); trying again.", error)
            return float(self.max_interval)

    def close(self) -> None:
        """Write down when each task ran last, and let another scheduler take over."""
        super().close()
        self._only_one.release()
