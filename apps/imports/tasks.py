"""What the queue runs."""

from uuid import UUID

from celery import shared_task

from apps.accounts.actors import Actor
from apps.imports.services import fail_lost_imports, run_import


@shared_task(name="imports.work_on_import")
def work_on_import(import_id: str) -> None:
    """Preview, apply or undo an import, for a few minutes; then the next task goes on."""
    if not run_import(import_id=UUID(import_id)):
        work_on_import.delay(import_id)


@shared_task(name="imports.fail_lost_imports")
def end_lost_imports() -> int:
    """Tell those who wait for an import on which nobody works."""
    return fail_lost_imports(actor=Actor.system("imports.fail_lost_imports"))
