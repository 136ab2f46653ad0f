"""What is kept beside the edges of lineage: parents that are only suspected, and what models inherit."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class LineageSuggestion(BaseModel):
    """A parent that nobody declares and that something speaks for. It is no fact until a person confirms it."""

    class Strength(models.TextChoices):
        STRONG = "strong", _("Strong")
        MEDIUM = "medium", _("Medium")
        WEAK = "weak", _("Weak")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")

    child = models.ForeignKey("registry.Model", on_delete=models.CASCADE, related_name="suspected_parents")
    parent = models.ForeignKey("registry.Model", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    parent_name = models.CharField(max_length=300)
    parent_namespace = models.CharField(max_length=40, blank=True)
    parent_folded = models.CharField(max_length=300, editable=False)
    reason = models.CharField(max_length=2000)
    """What speaks for it, in words."""
    strength = models.CharField(max_length=6, choices=Strength)
    channel = models.CharField(max_length=40)
    """The kind of import or the person that suggests it; the same one does not ask again what was decided."""
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    decided_by = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=2000, blank=True)
    claim = models.ForeignKey(
        "registry.LineageClaim", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """What a confirmation made."""

    class Meta:
        ordering = ("child", "status", "parent_name", "id")
        constraints = (
            models.UniqueConstraint(fields=("child", "channel", "parent_folded"), name="lineage_suggested_once"),
        )
        indexes = (models.Index(fields=("status", "id"), name="lineage_suggestion_status"),)

    def __str__(self) -> str:
        return f"{self.child} ? {self.parent_name}"


class Inheritance(BaseModel):
    """What comes down to a model: origin, licences, and names of parents that nobody could resolve.

    Holds identifiers, never names, so that it changes only with lineage, developers, their countries, and licences.
    """

    journal_exempt: ClassVar[str] = "derived from lineage, parties and releases; can be made again at any time"

    model = models.OneToOneField("registry.Model", on_delete=models.CASCADE, related_name="inheritance")
    origin = models.JSONField(default=list)
    """`[{"role", "country", "party", "model", "via"}]`; no country where it is not known."""
    licences = models.JSONField(default=list)
    """`[{"how", "licence", "declared", "model", "via"}]`: each licence once per way, at its nearest bearer."""
    unresolved = ArrayField(models.CharField(max_length=300), default=list)
    countries = ArrayField(models.CharField(max_length=2), default=list)
    """Of developer and weight ancestors, as far as known."""
    licence_keys = ArrayField(models.CharField(max_length=300), default=list)
    """Keys of licences that come with weights, the model's own among them."""
    digest = models.CharField(max_length=80)
    computed_at = models.DateTimeField()
    stale = models.BooleanField(default=False)
    """Something it rests on has changed; a task makes it again."""

    class Meta:
        ordering = ("model",)
        indexes = (
            GinIndex(name="inheritance_countries", fields=("countries",)),
            GinIndex(name="inheritance_licences", fields=("licence_keys",)),
            models.Index(fields=("id",), condition=Q(stale=True), name="inheritance_stale"),
        )

    def __str__(self) -> str:
        return f"{self.model}: {', '.join(self.countries) or 'unknown'}"
