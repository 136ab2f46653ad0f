"""Verdicts that need somebody: findings with their identity, waivers, and requests to complete a record."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.clock import today
from apps.core.models import BaseModel
from apps.policy.models import GateEffect, Outcome, Severity
from apps.registry.models import Use


class Finding(BaseModel):
    """One rule on one use. It keeps its identity when it goes and comes back; the journal has its history."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        WAIVED = "waived", _("Waived")
        RESOLVED = "resolved", _("Resolved")

    use = models.ForeignKey(Use, on_delete=models.CASCADE, related_name="findings")
    rule_code = models.CharField(max_length=60)
    rule_version = models.PositiveIntegerField()
    title_en = models.CharField(max_length=300)
    title_de = models.CharField(max_length=300)
    outcome = models.CharField(max_length=16, choices=Outcome)
    """`finding`, or `unknown` for a rule that treats a missing fact like a finding."""
    severity = models.CharField(max_length=10, choices=Severity)
    gate = models.CharField(max_length=8, choices=GateEffect)
    waivable = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("status", "due_on", "id")
        constraints = (models.UniqueConstraint(fields=("use", "rule_code"), name="finding_once"),)
        indexes = (
            models.Index(fields=("status", "rule_code", "severity"), name="finding_cause"),
            models.Index(fields=("-opened_at", "-id"), name="finding_recent", condition=Q(status="open")),
            models.Index(fields=("due_on",), name="finding_due", condition=Q(status="open")),
        )

    def __str__(self) -> str:
        return f"{self.rule_code} {self.use_id}"


class Waiver(BaseModel):
    """A finding that is accepted until a day, for a reason, with controls, by somebody other than who asked."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="waivers")
    reason = models.TextField()
    compensating_controls = models.JSONField(default=list)
    expires_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("finding",), condition=Q(state__in=("proposed", "approved")), name="waiver_one_alive"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(state="withdrawn") | ~Q(decided_by=models.F("requested_by")),
                name="waiver_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.finding_id} {self.state}"

    @property
    def effective(self) -> bool:
        """Approved and not past its last day."""
        return self.state == self.State.APPROVED and self.expires_on >= today()


class Task(BaseModel):
    """A request to complete the record of a use: what is missing, and for which rules."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")

    use = models.OneToOneField(Use, on_delete=models.CASCADE, related_name="task")
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN)
    missing = models.JSONField(default=list)
    """`[{"path", "rules": [codes]}]`, the fact that unlocks most rules first."""
    due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("status", "due_on", "id")

    def __str__(self) -> str:
        return f"{self.use_id} {self.status}"
