"""Assertions: what somebody says about one field of one subject, from which source, as of when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class State(models.TextChoices):
    VERIFIED = "verified", _("Verified")
    CLAIMED_BY_PROVIDER = "claimed_by_provider", _("Claimed by provider")
    CLAIMED_BY_OWNER = "claimed_by_owner", _("Claimed by owner")
    INFERRED = "inferred", _("Inferred")
    DISPUTED = "disputed", _("Disputed")
    UNKNOWN = "unknown", _("Unknown")


class Quality(models.TextChoices):
    PRIMARY = "primary", _("primary source")
    SECONDARY = "secondary", _("secondary source")
    WEAK = "weak", _("weak source")
    UNOFFICIAL = "unofficial", _("unofficial source")


class Assertion(BaseModel):
    """One statement. It is never overwritten: a newer one supersedes it, and both stay.

    Two times: `as_of` and `valid_until` say when it was true, `recorded_at` and `superseded_at` when we knew it.
    """

    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    field = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    state = models.CharField(max_length=20, choices=State)
    source_label = models.CharField(max_length=500)
    source_url = models.URLField(max_length=1000, blank=True)
    source_quality = models.CharField(max_length=12, choices=Quality, default=Quality.PRIMARY)
    source_date = models.DateField(null=True)
    as_of = models.DateField()
    valid_until = models.DateField(null=True)
    asserted_by = models.CharField(max_length=300)
    channel = models.CharField(max_length=40, default="person")
    """`person`, `knowledge`, or the kind of an import: a newer statement supersedes only those of its own channel."""
    evidence = models.TextField(blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supersedes")
    conflict = models.JSONField(null=True)
    """For a disputed statement: what its sources say, `[{"value", "source"}]`."""

    class Meta:
        indexes = (
            models.Index(
                fields=("subject_type", "subject_id"), name="assertion_current", condition=Q(superseded_at__isnull=True)
            ),
            models.Index(fields=("subject_type", "subject_id", "field", "recorded_at"), name="assertion_history"),
            # Parties that are named in words: whoever changes must find where.
            models.Index(
                fields=("subject_id",),
                name="assertion_sub_processors",
                condition=Q(field="sub_processors", superseded_at__isnull=True),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="unknown") | Q(value__isnull=True), name="assertion_unknown_has_no_value"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("as_of")),
                name="assertion_valid_until_after_as_of",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_type}.{self.field} = {self.value!r} ({self.state})"
