"""A process that stages a file without an end, to be killed: its argument is the key of the source."""

import sys
import time
from collections.abc import Iterator

import django

django.setup()

from apps.sanctions.entries import ListedParty  # noqa: E402 - Django must be set up first
from apps.sanctions.lists.staging import CHUNK, stage  # noqa: E402
from apps.sanctions.models import ListSource  # noqa: E402
from tests.making import SETUP  # noqa: E402
from tests.sanctions.lists.making import Made, a_file, listed  # noqa: E402


class Endless(Made):
    """Two chunks and a bit, then nothing more comes."""

    def __iter__(self) -> Iterator[ListedParty]:
        for number in range(2 * CHUNK + 10):
            yield listed(str(number), f"Changed {number}")
        time.sleep(600)


stage(actor=SETUP, source=ListSource.objects.get(key=sys.argv[1]), file=a_file(), entries=Endless([]))
