from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from apps.config import health
from apps.core import heartbeats
from apps.core.clock import now
from apps.core.models import Heartbeat

pytestmark = pytest.mark.django_db


def _readyz(factory: RequestFactory) -> tuple[int, dict[str, str]]:
    import json

    answer = health.readyz(factory.get("/readyz"))
    return answer.status_code, json.loads(answer.content)["checks"]


def test_the_process_answers(rf: RequestFactory) -> None:
    assert health.healthz(rf.get("/healthz")).status_code == 200


def test_ready_when_both_processes_were_seen(rf: RequestFactory) -> None:
    heartbeats.beat("worker")
    heartbeats.beat("beat")
    assert _readyz(rf) == (200, dict.fromkeys(("database", "queue", "worker", "beat"), "ok"))


@pytest.mark.parametrize("process", ["worker", "beat"])
def test_not_ready_without_one_of_them(rf: RequestFactory, process: str) -> None:
    heartbeats.beat("worker")
    heartbeats.beat("beat")
    Heartbeat.objects.filter(process=process).update(at=now() - heartbeats.LOST_AFTER - timedelta(seconds=1))
    status, checks = _readyz(rf)
    assert status == 503
    assert [name for name, outcome in checks.items() if outcome != "ok"] == [process]


def test_a_silent_database_is_said_without_its_address(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def silent(*_: object) -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    monkeypatch.setattr(connection, "cursor", silent)
    status, checks = _readyz(rf)
    assert status == 503
    assert checks["database"] == checks["worker"] == "the database does not answer"
