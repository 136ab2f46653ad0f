"""`journal`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.views import NounViewSet, identifier
from apps.audit import selectors
from apps.audit.models import AuditEntry
from apps.core.errors import NotFound


class EntrySerializer(serializers.ModelSerializer[AuditEntry]):
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)

    class Meta:
        model = AuditEntry
        fields = (
            *("id", "seq", "at", "change_id", "action", "reason", "actor_kind", "actor_id", "actor_label", "origin"),
            *("request_id", "operation", "subject_type", "subject_id", "before", "after"),
        )


class Journal(NounViewSet):
    """Who changed what, from which value to which, when, why and from where. It can only be read."""

    serializer_class = EntrySerializer
    default_ordering = ("-seq",)
    orderings = ("seq",)
    filters = {
        "subject_type": ("subject_type", str),
        "subject_id": ("subject_id", UUID),
        "action": ("action", str),
        "actor_id": ("actor_id", UUID),
        "change_id": ("change_id", UUID),
        "operation": ("operation", tuple(AuditEntry.Operation.values)),
    }

    def rows(self) -> QuerySet[AuditEntry]:
        return selectors.entries(self.actor)

    def row(self, pk: str, rows: QuerySet[Any] | None = None) -> AuditEntry:
        found = self.rows().filter(id=identifier(pk)).first()
        if found is None:
            raise NotFound("There is no such entry.")
        return found
