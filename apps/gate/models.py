"""What CI jobs asked and what they were told."""

from django.db import models

from apps.accounts.models import Team
from apps.core.models import BaseModel
from apps.policy.models import Decision, PolicyVersion


class Project(BaseModel):
    """A source repository or pipeline whose jobs ask the gate; it belongs to a team."""

    name = models.SlugField(max_length=120, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="projects")
    description = models.TextField(blank=True)
    default_branch = models.CharField(max_length=200, default="main")
    """Results on this branch are the baseline of `mode: new`."""

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class GateDecision(BaseModel):
    """One answer of the gate, as given. Never changed."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="decisions")
    decision = models.CharField(max_length=10, choices=Decision)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    facts_digest = models.CharField(max_length=80)
    body_digest = models.CharField(max_length=80)
    idempotency_key = models.CharField(max_length=200, blank=True)
    requested_by = models.CharField(max_length=500)
    ref = models.CharField(max_length=300, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    environment = models.CharField(max_length=12, blank=True)
    valid_until = models.DateTimeField()
    request = models.JSONField()
    response = models.JSONField()
    receipt = models.JSONField(null=True)

    journal_silent = ("request", "response", "receipt")

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "idempotency_key"), condition=~models.Q(idempotency_key=""), name="decision_key_once"
            ),
        )
        indexes = (models.Index(fields=("project", "-created_at"), name="decision_by_project"),)

    def __str__(self) -> str:
        return f"{self.project_id} {self.decision}"


class KnownResult(BaseModel):
    """A result that a project has been shown: what is not here is new to it."""

    journal_exempt = "a memory of what decisions contain, which the journal has"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="known_results")
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("project", "fingerprint"), name="known_result_once"),)

    def __str__(self) -> str:
        return self.fingerprint
