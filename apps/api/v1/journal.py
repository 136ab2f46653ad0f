"""`journal`."""

from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.views import NounViewSet, Shown
from apps.audit import selectors
from apps.audit.models import AuditEntry


class JournalEntrySerializer(Shown[AuditEntry]):
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

    serializer_class = JournalEntrySerializer
    key_column = "seq"
    filters = {
        "subject_type": ("subject_type", str),
        "subject_id": ("subject_id", UUID),
        "request_id": ("request_id", str),
        "action": ("action", str),
        "actor_id": ("actor_id", UUID),
        "change_id": ("change_id", UUID),
        "operation": ("operation", tuple(AuditEntry.Operation.values)),
    }

    def rows(self) -> QuerySet[AuditEntry]:
        return selectors.entries(self.actor)
