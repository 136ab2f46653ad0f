"""Signs of life of the background processes. Not journaled: they say nothing about the register."""

from datetime import datetime, timedelta

from apps.core.clock import now
from apps.core.models import Heartbeat

EVERY = timedelta(seconds=5)
LOST_AFTER = timedelta(seconds=30)


def beat(process: str) -> None:
    """Note that `process` (worker, beat) is alive now."""
    Heartbeat.objects.update_or_create(process=process, defaults={"at": now()})


def is_alive(process: str) -> bool:
    """Whether `process` was seen within the last half minute."""
    return Heartbeat.objects.filter(process=process, at__gt=now() - LOST_AFTER).exists()


def seen() -> list[tuple[str, datetime, bool]]:
    """Every background process with the moment when it was last seen, and whether it counts as alive."""
    limit = now() - LOST_AFTER
    return [(row.process, row.at, row.at > limit) for row in Heartbeat.objects.order_by("process")]
