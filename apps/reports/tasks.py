"""What the queue runs."""

from uuid import UUID

from celery import shared_task

from apps.accounts.actors import Actor
from apps.reports.services import make_report


@shared_task(name="reports.make_report_file")
def make_report_file(report_id: str) -> None:
    """Make the file of a report."""
    make_report(actor=Actor.system("reports.make_report_file"), report_id=UUID(report_id))
