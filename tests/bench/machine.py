"""On which machine was measured."""

import os
import platform
from pathlib import Path

from django.db import connection


def machine() -> str:
    """Cores, processor, memory, versions, and how busy the machine was with other things, in one line."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} cores, {_processor()}, {memory:.0f} GiB; "
        f"Python {platform.python_version()}, PostgreSQL {row[0] if row else '?'}; load {os.getloadavg()[1]:.1f}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
