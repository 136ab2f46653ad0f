"""Reads of reports."""

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.reports.models import Report


def reports(actor: Actor) -> QuerySet[Report]:
    """The reports that `actor` may see: all, or the own ones and those about the own teams' uses."""
    actor.require("reports.read")
    found = Report.objects.select_related("requested_by")
    if not actor.may("screening.read"):
        found = found.exclude(kind=Report.Kind.SCREENING)
    if actor.sees_all:
        return found
    return found.filter(Q(requested_by_id=actor.user_id) | Q(team_id__in=actor.team_ids))


def report_by_id(actor: Actor, report_id: UUID) -> Report:
    """One report. Raises `NotFound`."""
    found = reports(actor).filter(id=report_id).first()
    if found is None:
        raise NotFound("There is no such report, or it was made for somebody else.")
    return found
