"""The queue in PostgreSQL: kombu's pgmq transport for an application that owns no tables.

The queue's tables are made by a migration of `core`. Kombu would make them anew on every start, and would let every
sender listen for notifications that nobody reads; here only those who consume listen.
"""

import logging
from typing import Any

from django.conf import settings
from django.db import connections
from kombu.transport import TRANSPORT_ALIASES, pgmq
from psycopg.conninfo import make_conninfo

NAME = "weighbridge"
SCHEME = "weighbridge-pgmq"
MOST_DELIVERIES = 5
"""A task that was taken so often and never finished kills its worker; it is put aside in `pgmq.a_weighbridge`."""
LONGEST_TASK = 600
HIDDEN_FOR = LONGEST_TASK + 300
"""Seconds until a task is given to another worker when the one that took it is gone."""

log = logging.getLogger(__name__)

_NOTIFY = """
INSERT INTO pgmq.notify_insert_throttle (queue_name, throttle_interval_ms) VALUES (%s, 0)
ON CONFLICT (queue_name) DO UPDATE SET throttle_interval_ms = 0
"""


class Channel(pgmq.Channel):
    """Sends and receives; makes nothing."""

    def _new_queue(self, queue: str, **kwargs: Any) -> None:
        """The migration has made the queue."""

    def _maybe_enable_notify(self, queue: str, queue_name: str | None = None) -> None:
        name = queue_name or self._queue_name(queue)
        # The table of notifications is unlogged: after a crash of the server it is empty, and this fills it again.
        with self.pgmq.pool.connection() as connection:  # type: ignore[union-attr]
            connection.execute(_NOTIFY, [name])
        self.connection._register_notify_queue(name)

    def _receive_messages(self, queue: str, qty: int = 1, **kwargs: Any) -> list[Any]:
        good = []
        for message in super()._receive_messages(queue, qty, **kwargs) or []:
            if message.read_ct > MOST_DELIVERIES:
                log.error(
                    "Message %s was taken %s times and never finished; put aside.", message.msg_id, message.read_ct
                )
                self.pgmq.archive(self._queue_name(queue), message.msg_id)
            else:
                good.append(message)
        return good


class Transport(pgmq.Transport):
    """Kombu's transport with our channel."""

    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = "apps.config.queue:Transport"


def broker() -> dict[str, Any]:
    """Celery's settings for the broker: the given one, or the queue in our own database."""
    if settings.CELERY_BROKER_URL:
        return {
            "broker_url": settings.CELERY_BROKER_URL,
            "broker_transport_options": {"visibility_timeout": HIDDEN_FOR},
        }
    return {
        "broker_url": f"{SCHEME}://localhost",
        "broker_transport_options": {
            "conn_string": connection_string(),
            "init_extension": False,
            "use_notify": True,
            "wait_time_seconds": 0,
            "polling_interval": 1.0,
            "pool_size": 2,
            "visibility_timeout": HIDDEN_FOR,
        },
    }


def take_back() -> int:
    """Offer again at once what a worker took that is surely gone; how many. Only for who knows that no worker lives."""
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE pgmq.q_weighbridge SET vt = now() WHERE read_ct > 0 AND vt > now()")
        return int(cursor.rowcount)


def connection_string() -> str:
    """How libpq reaches the application's database, in its key=value form."""
    chosen = connections.databases["default"]
    options = {
        key: str(chosen[name])
        for key, name in (
            ("host", "HOST"),
            ("port", "PORT"),
            ("dbname", "NAME"),
            ("user", "USER"),
            ("password", "PASSWORD"),
        )
        if chosen[name]
    }
    return make_conninfo("", **{**options, **chosen["OPTIONS"], "application_name": "weighbridge queue"})
