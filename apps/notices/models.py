"""The outbox: a message is a row before it is a mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class OutboxMessage(BaseModel):
    """One message to one person about one period; there is never a second one."""

    class Kind(models.TextChoices):
        REVIEW_DIGEST = "review_digest", _("Risk-review digest")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Kept here: no mail server is set")
        FAILED = "failed", _("Failed")

    kind = models.CharField(max_length=20, choices=Kind)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=20)
    """What the message is about in time, such as `2026-W48`."""
    to_address = models.EmailField()
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    journal_silent = ("text", "html", "attempts", "next_attempt_at")

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (models.UniqueConstraint(fields=("kind", "recipient", "period"), name="message_once"),)
        indexes = (models.Index(fields=("state", "next_attempt_at"), name="outbox_due"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.period} {self.to_address}"
