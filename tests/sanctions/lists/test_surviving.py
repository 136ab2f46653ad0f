"""What a kill in the middle of an import leaves: the old version whole, and nothing in the way of the next one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.core.errors import Conflict
from apps.sanctions.lists import selectors
from apps.sanctions.lists.staging import CHUNK
from apps.sanctions.models import Entry, ListVersion
from tests.database import TestDatabase
from tests.sanctions.lists.making import a_source, in_use, listed_many, staged

REPOSITORY = Path(__file__).resolve().parents[3]


def test_a_killed_import_leaves_the_old_version_whole_and_the_next_one_works(committed_db: TestDatabase) -> None:
    source = a_source("killed")
    in_use(source, listed_many(30))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sanctions.lists.staging_forever", "killed"],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "DATABASE_URL": committed_db.url,
            "DATABASE_OWNER_URL": committed_db.owner_url,
            "DJANGO_SETTINGS_MODULE": "apps.config.settings",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not ListVersion.objects.filter(read=2 * CHUNK).exists():
        time.sleep(0.05)
    with pytest.raises(Conflict):  # nobody else reads a file of this source meanwhile
        staged(source, listed_many(30))
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    killed = ListVersion.objects.get(number=2)
    assert (killed.state, killed.staged_at) == ("staged", None)
    assert Entry.objects.filter(since=killed).count() == 2 * CHUNK
    assert sorted(selectors.entries_in_use().values_list("name", flat=True)) == sorted(
        entry.name for entry in listed_many(30)
    )
    version = in_use(source, listed_many(31))
    killed.refresh_from_db()
    assert (killed.state, killed.refusals[0]["guard"]) == ("dropped", "broken-off")
    assert (version.number, version.added, version.changed, version.removed) == (3, 1, 0, 0)
    assert Entry.objects.count() == selectors.entries_in_use().count() == 31
