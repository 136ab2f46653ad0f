"""What the queue runs."""

import logging
from uuid import UUID

from celery import shared_task

from apps.accounts.actors import Actor
from apps.core.errors import WeighbridgeError
from apps.imports.lists.refreshing import refresh, refresh_due
from apps.imports.services import fail_lost_imports, run_import
from apps.sanctions.lists.selectors import source_by_key

log = logging.getLogger(__name__)


@shared_task(name="imports.work_on_import")
def work_on_import(import_id: str) -> None:
    """Preview, apply or undo an import, for a few minutes; then the next task goes on."""
    if not run_import(import_id=UUID(import_id)):
        work_on_import.delay(import_id)


@shared_task(name="imports.fail_lost_imports")
def end_lost_imports() -> int:
    """Tell those who wait for an import on which nobody works."""
    return fail_lost_imports(actor=Actor.system("imports.fail_lost_imports"))


@shared_task(name="imports.refresh_lists")
def refresh_lists() -> None:
    """Fetch every list that is due, each in a task of its own."""
    for source in refresh_due(actor=Actor.system("imports.refresh_lists")):
        refresh_list.delay(source.key)


@shared_task(name="imports.refresh_list")
def refresh_list(source_key: str) -> None:
    """Fetch one list. Why nothing came of it stands at the source then, and is shown as an alarm."""
    try:
        refresh(actor=Actor.system("imports.refresh_list"), source=source_by_key(source_key))
    except WeighbridgeError as error:
        log.warning("List %s: %s", source_key, error.message)
