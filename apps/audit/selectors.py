"""Reads of the journal."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.audit.models import AuditEntry
from apps.core.errors import NotFound


def entries(actor: Actor) -> QuerySet[AuditEntry]:
    """The whole journal, newest first, for those who may read it. Raises `NotPermitted` for others."""
    actor.require("journal.read")
    return AuditEntry.objects.all()


def history(subject_ids: Iterable[UUID]) -> QuerySet[AuditEntry]:
    """What happened to some objects, newest first. The caller has checked that they may be seen."""
    return AuditEntry.objects.filter(subject_id__in=list(subject_ids))


def entry_by_id(actor: Actor, entry_id: UUID) -> AuditEntry:
    """One entry. Raises `NotFound`."""
    found = entries(actor).filter(id=entry_id).first()
    if found is None:
        raise NotFound("There is no such entry.")
    return found
