"""What the queue runs."""

from uuid import UUID

from celery import shared_task

from apps.accounts.actors import Actor
from apps.exports.services import fail_lost_exports, make_export


@shared_task(name="exports.make_export_file")
def make_export_file(export_id: str) -> None:
    """Make the file of an export."""
    make_export(actor=Actor.system("exports.make_export_file"), export_id=UUID(export_id))


@shared_task(name="exports.fail_lost_exports")
def end_lost_exports() -> int:
    """Tell those who wait for a file that does not come."""
    return fail_lost_exports(actor=Actor.system("exports.fail_lost_exports"))
