"""What the queue runs."""

from uuid import UUID

from celery import shared_task

from apps.accounts.actors import Actor
from apps.reports.services import fail_lost_reports, make_report


@shared_task(name="reports.make_report_file")
def make_report_file(report_id: str) -> None:
    """Make the file of a report."""
    make_report(actor=Actor.system("reports.make_report_file"), report_id=UUID(report_id))


@shared_task(name="reports.fail_lost_reports")
def end_lost_reports() -> int:
    """Tell those who wait for a document that does not come."""
    return fail_lost_reports(actor=Actor.system("reports.fail_lost_reports"))
