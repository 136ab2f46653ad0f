"""Documents we make, with the evidence they were made from."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class Report(BaseModel):
    """One document about one subject. The evidence is frozen first; the file can be made again from it."""

    class Kind(models.TextChoices):
        DOSSIER = "dossier", _("Model dossier")
        SCREENING = "screening", _("Screening evidence")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Stage(models.TextChoices):
        """What is being done while a report is running."""

        EVIDENCE = "evidence", _("Gathering the evidence")
        LAYOUT = "layout", _("Laying out the pages")
        STORING = "storing", _("Storing the file")

    kind = models.CharField(max_length=12, choices=Kind)
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=300)
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=5)
    as_of = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    progress = models.FloatField(default=0)
    stage = models.CharField(max_length=10, choices=Stage, blank=True)
    error = models.TextField(blank=True)
    evidence = models.JSONField(null=True)
    evidence_digest = models.CharField(max_length=80, blank=True)
    file = models.CharField(max_length=300, blank=True)
    """Path below the folder of files."""
    file_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    journal_silent = ("evidence", "progress", "stage")

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_name}"
