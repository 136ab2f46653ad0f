"""Licences by their reference; what a text says are assertions about the subject `licence`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class Licence(BaseModel):
    """One licence in one wording. Its terms hang on the digest of the text that was read."""

    class Category(models.TextChoices):
        PERMISSIVE = "permissive", _("Permissive")
        PERMISSIVE_TRIGGER = "permissive-with-trigger", _("Permissive with a trigger")
        SHARE_ALIKE = "share-alike", _("Share alike")
        USE_RESTRICTED = "use-restricted", _("Use-restricted")
        COMMUNITY = "community-restricted", _("Community licence with restrictions")
        BUSINESS_MODEL = "business-model-restricted", _("Restricted by business model")
        REVENUE_CAPPED = "revenue-capped", _("Capped by revenue")
        NON_COMMERCIAL = "non-commercial", _("Non-commercial")
        RESEARCH_ONLY = "research-only", _("Research only")
        API_TERMS = "api-terms", _("Terms of a service")
        UNKNOWN = "unknown", _("Unknown")

    key = models.SlugField(max_length=120, unique=True)
    ref = models.CharField(max_length=200)
    """SPDX identifier or `LicenseRef-…`; several wordings may share one."""
    name = models.CharField(max_length=300)
    category = models.CharField(max_length=30, choices=Category, default=Category.UNKNOWN)
    text_sha256 = models.CharField(max_length=64, blank=True)
    text_source = models.CharField(max_length=500, blank=True)
    text_date = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Duty(BaseModel):
    """A duty or right of a licence that is no field of the catalogue: naming, flow-down, outputs, law."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="duties")
    term = models.CharField(max_length=80)
    text = models.TextField()
    clause = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20)
    source_label = models.CharField(max_length=500, blank=True)
    source_url = models.URLField(max_length=1000, blank=True)
    as_of = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("licence", "term")
        verbose_name_plural = "duties"
        constraints = (models.UniqueConstraint(fields=("licence", "term"), name="licence_duty_once"),)

    def __str__(self) -> str:
        return f"{self.licence_id} {self.term}"
