"""The journal: one row for every row that changed. Rows are written by triggers, never by this code."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """Who changed what, from which value to which, when, why and from where. Can only be read."""

    class Operation(models.TextChoices):
        INSERT = "insert", _("created")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")

    seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    at = models.DateTimeField(db_index=True)
    change_id = models.UUIDField(db_index=True)
    action = models.CharField(max_length=100, db_index=True)
    reason = models.TextField(blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True, db_index=True)
    actor_label = models.CharField(max_length=500)
    origin = models.CharField(max_length=200)
    request_id = models.CharField(max_length=64)
    operation = models.CharField(max_length=6, choices=Operation)
    subject_type = models.CharField(max_length=100)
    subject_id = models.UUIDField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "audit_entry"
        ordering = ("-seq",)
        indexes = (models.Index(fields=("subject_type", "subject_id", "seq"), name="audit_subject"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action} {self.operation} {self.subject_type} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refused: the database writes the journal."""
        raise TypeError("Journal entries are written by the database alone.")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: the journal only grows."""
        raise TypeError("Journal entries cannot be deleted.")
