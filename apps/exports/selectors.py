"""Reads of exports."""

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.exports.models import Export


def exports(actor: Actor) -> QuerySet[Export]:
    """The exports that `actor` may see: all, or the own ones and those about the own teams' uses."""
    actor.require("reports.read")
    found = Export.objects.select_related("requested_by")
    if not actor.may("journal.read"):
        found = found.exclude(format=Export.Format.JOURNAL)
    if actor.sees_all:
        return found
    return found.filter(Q(requested_by_id=actor.user_id) | Q(team_id__in=actor.team_ids))


def export_by_id(actor: Actor, export_id: UUID) -> Export:
    """One export. Raises `NotFound`."""
    found = exports(actor).filter(id=export_id).first()
    if found is None:
        raise NotFound("There is no such export, or it was made for somebody else.")
    return found
