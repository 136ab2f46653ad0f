"""Files we make from the register for others: bills of materials, tables, the journal."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class Export(BaseModel):
    """One file about one subject. It shows what its asker may see, and nothing else."""

    class Format(models.TextChoices):
        CYCLONEDX = "cyclonedx", _("CycloneDX 1.7")
        SPDX = "spdx", _("SPDX 3.0.1")
        REGISTER = "register", _("Register as a table")
        JOURNAL = "journal", _("Journal")

    class Subject(models.TextChoices):
        MODEL = "model", _("Model")
        USE = "use", _("Use")
        REGISTER = "register", _("Whole register")

    class Table(models.TextChoices):
        XLSX = "xlsx", _("XLSX")
        CSV = "csv", _("CSV")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    format = models.CharField(max_length=10, choices=Format)
    subject_type = models.CharField(max_length=8, choices=Subject, default=Subject.REGISTER)
    subject_id = models.UUIDField(null=True)
    """Of a model or a use; empty for the whole register."""
    subject_name = models.CharField(max_length=300, blank=True)
    table = models.CharField(max_length=4, choices=Table, blank=True)
    """Of a table: how it is written."""
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    progress = models.FloatField(default=0)
    error = models.TextField(blank=True)
    file = models.CharField(max_length=300, blank=True)
    """Path below the folder of files."""
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_size = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    journal_silent = ("progress",)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("created_at", "id"), name="export_by_time"),)

    def __str__(self) -> str:
        return f"{self.format} {self.subject_name}"

    @property
    def pending(self) -> bool:
        """Whether it is being made, or will be."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)
