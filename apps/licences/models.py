"""Licences by their reference; what a text says are assertions about the subject `licence`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.facts.models import Quality, State


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

    key = models.CharField(max_length=120, unique=True)
    ref = models.CharField(max_length=200)
    """SPDX identifier or `LicenseRef-…`; several wordings may share one."""
    name = models.CharField(max_length=300)
    category = models.CharField(max_length=30, choices=Category, default=Category.UNKNOWN)
    text_sha256 = models.CharField(max_length=64, blank=True)
    text_source = models.CharField(max_length=500, blank=True)
    text_date = models.DateField(null=True, blank=True)
    hub_tags = models.JSONField(default=list, blank=True)
    """Tags of the hub that mean this wording and no other; `other/NAME` for the tag `other` with that name."""

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Duty(BaseModel):
    """What a licence says that is no field of the catalogue: naming, flow-down, outputs, law."""

    class Term(models.TextChoices):
        VERSION = "version", _("Version and successors")
        SCOPE = "scope", _("Models under this licence")
        COMMERCIAL_USE = "commercial_use", _("Conditions of commercial use")
        THRESHOLDS = "thresholds", _("Thresholds of size")
        BUSINESS_MODELS = "business_models", _("Business models with terms of their own")
        EXEMPTIONS = "exemptions", _("Exemptions")
        TERRITORY = "territory", _("Territory")
        ATTRIBUTION = "attribution", _("Notices and attribution")
        DERIVATIVE_NAMING = "derivative_naming", _("Naming of derivatives")
        RELICENSING = "relicensing", _("Own terms for derivatives")
        FLOW_DOWN = "flow_down", _("Restrictions to pass on")
        USE_RESTRICTIONS = "use_restrictions", _("Restrictions of use")
        USE_POLICY = "use_policy", _("Use policy")
        HOSTING = "hosting", _("Hosting for others")
        OUTPUT_TRAINING = "output_training", _("Training other models with outputs")
        DISTILLATION = "distillation", _("Whether a distilled model is a derivative")
        OUTPUT_OWNERSHIP = "output_ownership", _("Ownership of outputs")
        OUTPUT_DISCLOSURE = "output_disclosure", _("Disclosure of generated content")
        CONTENT_FILTER = "content_filter", _("Content filters")
        DERIVATIVE_OWNERSHIP = "derivative_ownership", _("Ownership of derivatives")
        FEEDBACK = "feedback", _("Modifications given back")
        PERSONAL_DATA = "personal_data", _("Personal data")
        NOTICE_TO_USERS = "notice_to_users", _("Notice to users")
        UPDATES = "updates", _("Duty to update")
        TRADE_COMPLIANCE = "trade_compliance", _("Trade controls")
        PATENT = "patent", _("Patents")
        TERMINATION = "termination", _("Termination")
        AMENDMENT = "amendment", _("Changes of the text")
        GOVERNING_LAW = "governing_law", _("Law and courts")
        CAUTION = "caution", _("Easily mistaken")

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="duties")
    term = models.CharField(max_length=80, choices=Term)
    text_en = models.TextField()
    text_de = models.TextField()
    clause = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, choices=State)
    source_label = models.CharField(max_length=500, blank=True)
    source_url = models.URLField(max_length=1000, blank=True)
    source_quality = models.CharField(max_length=12, choices=Quality, default=Quality.PRIMARY)
    as_of = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("licence", "term")
        verbose_name_plural = "duties"
        constraints = (models.UniqueConstraint(fields=("licence", "term"), name="licence_duty_once"),)

    def __str__(self) -> str:
        return f"{self.licence_id} {self.term}"
