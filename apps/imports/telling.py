"""Telling how far one long transaction is: what it writes itself, nobody sees before its end."""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import DatabaseError, connection

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.imports.models import Import

EVERY = 0.5
"""Seconds between two notes."""
logger = logging.getLogger(__name__)


class Telling:
    """Notes the progress of an import's undo from a connection of its own, while another one does the work."""

    def __init__(self, import_id: UUID, total: int) -> None:
        self._import_id, self._total = import_id, max(1, total)
        self._done, self._told_at = 0, time.monotonic()
        self._teller = ThreadPoolExecutor(1, thread_name_prefix="undo-progress")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._teller.submit(_hang_up)
        self._teller.shutdown()

    def done(self, count: int) -> None:
        """So many more things are done. Noted now and then; a note that fails is in the log and breaks nothing."""
        self._done += count
        if time.monotonic() - self._told_at < EVERY or (self._last and not self._last.done()):
            return
        self._told_at = time.monotonic()
        self._last = self._teller.submit(_note, self._import_id, min(0.99, self._done / self._total))


def _hang_up() -> None:
    connection.close()  # that of the thread in which this runs


def _note(import_id: UUID, share: float) -> None:
    try:
        with change(Actor.system("imports.progress"), "import.progress"):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")  # the work may have come to its end meanwhile
            one = Import.objects.filter(id=import_id, step=Import.Step.UNDO, state=Import.State.RUNNING)
            one.update(progress=share)
    except DatabaseError:
        logger.warning("The progress of an undo could not be noted.", exc_info=True)
