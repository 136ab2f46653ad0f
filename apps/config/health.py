"""Is the process alive (`/healthz`), and can it do its work (`/readyz`)?"""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from apps.core import heartbeats


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, queue, worker and scheduler: 200, or 503 with what is wrong."""
    checks = {name: _outcome(check) for name, check in CHECKS.items()}
    ready = all(outcome == "ok" for outcome in checks.values())
    answer = JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)
    # Whoever asks every second must not fill the log; Django looks at this name before it logs an answer of 500 and up.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check()
    except DatabaseError:
        # The reason may hold addresses and names of roles; the log of the database has it.
        return "the database does not answer"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'audit_entry')"
        )
        return "ok" if cursor.fetchone()[0] else "the tables are missing: migrate"


def _queue() -> str:
    from apps.config.celery import app

    if not settings.CELERY_BROKER_URL:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('pgmq.q_weighbridge') IS NOT NULL")
            return "ok" if cursor.fetchone()[0] else "the queue is missing: migrate"
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OSError, app.connection_for_write().connection_errors):
        return "the broker does not answer"
    return "ok"


def _worker() -> str:
    return "ok" if heartbeats.is_alive("worker") else "no worker was seen in the last half minute"


def _beat() -> str:
    return "ok" if heartbeats.is_alive("beat") else "no scheduler was seen in the last half minute"


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "queue": _queue, "worker": _worker, "beat": _beat}
