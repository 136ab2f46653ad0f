"""Imports: what somebody sent, what became of each of its entries, and what the sources said as a whole."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.registry.models import Release


class Import(BaseModel):
    """One file that was sent: what kind it is, how far the work on it is, and how many entries came to what."""

    class Kind(models.TextChoices):
        REGISTER = "register", _("Register (CSV or XLSX)")
        HF_CARD = "hf-card", _("Hugging Face model card")
        CYCLONEDX = "cyclonedx", _("CycloneDX")
        SPDX = "spdx", _("SPDX")
        WEIGHTS_HEADER = "weights-header", _("Header of a weights file")
        LITELLM = "litellm", _("LiteLLM configuration")
        OPENROUTER = "openrouter", _("OpenRouter models")
        LIST = "list", _("Published list")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        PREVIEWED = "previewed", _("Previewed")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        UNDONE = "undone", _("Undone")

    class Step(models.TextChoices):
        """What is being done, or was done last."""

        PREVIEW = "preview", _("Preview")
        APPLY = "apply", _("Apply")
        UNDO = "undo", _("Undo")

    kind = models.CharField(max_length=16, choices=Kind)
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    format = models.CharField(max_length=100, blank=True)
    """What the reader recognised, such as `CycloneDX 1.6`."""
    source = models.CharField(max_length=500, blank=True)
    """The label under which the statements are recorded."""
    dry_run = models.BooleanField(default=False)
    """Whether a preview was asked for; a later “apply” leaves it as it is."""
    step = models.CharField(max_length=8, choices=Step)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    progress = models.FloatField(default=0)
    position = models.PositiveIntegerField(default=0)
    """Entries that are done with; whoever goes on after a crash begins there."""
    rows_read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)
    """Why it failed."""
    kept = models.JSONField(default=list)
    """What an undo had to leave: `[{"type", "id", "title", "why", "retired"}]`; `why` is the table that rests on it."""
    errors = models.JSONField(default=list)
    """Where in the file it failed: `[{"pointer", "message"}]`."""
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    requested_as = models.CharField(max_length=300)
    finished_at = models.DateTimeField(null=True)

    journal_silent = (
        *("progress", "position", "rows_read", "created", "changed", "unchanged", "quarantined"),
        *("errors", "format", "source"),
    )

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("created_at", "id"), name="import_by_time"),
            models.Index(fields=("sha256",), name="import_by_content"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @property
    def pending(self) -> bool:
        """Whether somebody is at work on it, or will be."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        """How far the work is, in whole percent."""
        return int(self.progress * 100)

    @property
    def written(self) -> bool:
        """Whether something of it may stand in the register."""
        return self.step != self.Step.PREVIEW and self.state != self.State.UNDONE and self.position > 0


class ImportContent(BaseModel):
    """The bytes of an import, beside it so that its row stays small."""

    journal_exempt = "the entry of the import has its checksum"

    of = models.OneToOneField(Import, on_delete=models.CASCADE, related_name="content")
    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.of_id)


class ImportRow(BaseModel):
    """One entry of a file: what became of it, and everything that was written because of it."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("Created")
        CHANGED = "changed", _("Changed")
        UNCHANGED = "unchanged", _("Unchanged")
        QUARANTINED = "quarantined", _("Quarantined")

    journal_exempt = "what it says was written has entries of its own"

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    """From 1, in the order of the file."""
    locator = models.CharField(max_length=300)
    outcome = models.CharField(max_length=11, choices=Outcome)
    title = models.CharField(max_length=300, blank=True)
    subject_type = models.CharField(max_length=20, blank=True)
    """`use`, or `model`."""
    subject_id = models.UUIDField(null=True)
    changes = models.JSONField(default=list)
    """`[{"about", "field", "old", "new", "state"}]`: what was written, in a preview what would be."""
    errors = models.JSONField(default=list)
    """Why it is in quarantine: `[{"pointer", "message"}]`."""
    notes = models.JSONField(default=list)
    """What a person should know: `[{"message"}]`."""
    raw = models.JSONField(default=dict)
    """The entry as it stands in the file, where it is in quarantine."""
    assertions = ArrayField(models.UUIDField(), default=list)
    """Statements that were made."""
    claims = ArrayField(models.UUIDField(), default=list)
    """Claims of lineage that were made."""
    objects_made: Any = models.JSONField(default=list)
    """`[[label, id]]` of the rows that were made, such as `registry.model`, in the order of making."""

    class Meta:
        ordering = ("of", "number")
        constraints = (models.UniqueConstraint(fields=("of", "number"), name="import_row_once"),)
        indexes = (
            models.Index(fields=("of", "outcome", "number"), name="import_row_outcome"),
            models.Index(fields=("subject_id",), name="import_row_subject", condition=Q(subject_id__isnull=False)),
            GinIndex(fields=("assertions",), name="import_row_assertions"),
        )

    def __str__(self) -> str:
        return f"{self.locator}: {self.outcome}"


class SourceDocument(BaseModel):
    """The whole of what a source said about a release, so that nothing is lost that has no field of ours.

    One is current per release and kind; older ones stay, superseded.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="documents")
    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=16, choices=Import.Kind)
    format = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=500)
    url = models.URLField(max_length=1000, blank=True)
    as_of = models.DateField(null=True)
    digest = models.CharField(max_length=80)
    """Of the canonical JSON of the document."""
    document = models.JSONField()
    accounted = models.JSONField(default=dict)
    """JSON pointer of every known field that occurs -> where it went: a path of ours, or `kept`."""
    locator = models.CharField(max_length=300, blank=True)
    """Which part of the document is about the release; empty for the whole."""
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    journal_silent = ("document", "accounted")

    class Meta:
        ordering = ("-recorded_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("release", "kind"), condition=Q(superseded_at__isnull=True), name="document_current_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.release_id}"
