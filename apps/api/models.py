"""Answers already given to writes that carried an idempotency key."""

from django.db import models

from apps.core.models import BaseModel


class IdempotentAnswer(BaseModel):
    """The answer to a write, kept for a day: the same key and body get it again, another body is refused."""

    journal_exempt = "the write itself is in the journal"

    user_id = models.UUIDField()
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=80)
    status = models.PositiveSmallIntegerField(default=0)
    """Zero while the write is being made, which no other transaction sees."""
    body = models.TextField(blank=True)
    """JSON as it was sent; the database's own kind of JSON would forget the order of the keys."""
    headers = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user_id", "key"), name="idempotent_answer_once"),)
        indexes = (models.Index(fields=("created_at",), name="idempotent_answer_age"),)

    def __str__(self) -> str:
        return self.key
