"""Licences by their reference; what a text says are assertions about the subject `licence`."""

from django.conf import settings
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
    terms = models.JSONField(null=True, blank=True)
    """What the text says, typed: see `terms.read_terms`. None where nobody has read it."""

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


class LicenceText(BaseModel):
    """A text that somebody brought: its bytes as they came, what they say, and which licence that is."""

    class State(models.TextChoices):
        RECOGNISED = "recognised", _("Recognised")
        CANDIDATES = "candidates", _("To be confirmed")
        CONFIRMED = "confirmed", _("Confirmed by a person")
        UNKNOWN = "unknown", _("Not recognised")
        REFUSED = "refused", _("None of the known ones")

    class How(models.TextChoices):
        EXACT = "exact", _("Same file")
        WORDING = "wording", _("Same words")
        SIMILAR = "similar", _("Similar")
        AMBIGUOUS = "ambiguous", _("Similar to several")
        PERSON = "person", _("A person's word")

    sha256 = models.CharField(max_length=64, unique=True)
    """Of the bytes as they came."""
    content = models.BinaryField()
    encoding = models.CharField(max_length=12)
    size = models.PositiveIntegerField()
    """Bytes."""
    wording_sha256 = models.CharField(max_length=64)
    """Of the wording: see `wording.py`. Two files that differ in white space only have the same."""
    words = models.PositiveIntegerField()
    numbers = models.JSONField(default=list, blank=True)
    """The numbers that it names."""
    fingerprint = models.TextField()
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, null=True, blank=True, related_name="texts")
    """What the text is; empty until it is recognised word for word or a person has said so."""
    label = models.CharField(max_length=500, blank=True)
    """The known text it is word for word, also where no licence of the register has that text."""
    state = models.CharField(max_length=12, choices=State, default=State.UNKNOWN)
    how = models.CharField(max_length=10, choices=How, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    """The most similar known texts, best first: see `recognising.Candidate.stored`."""
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)

    journal_silent = ("content", "fingerprint", "candidates", "numbers")

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("wording_sha256",), name="licence_text_wording"),
            models.Index(fields=("-created_at", "-id"), name="licence_text_recent"),
        )

    def __str__(self) -> str:
        return self.sha256

    @property
    def text(self) -> str:
        """The text as people read it."""
        return bytes(self.content).decode("utf-8-sig" if self.encoding == "utf-8" else self.encoding)


class TextSighting(BaseModel):
    """Where a text was seen: a source says on a day that this is the text of a release, or of a licence."""

    text = models.ForeignKey(LicenceText, on_delete=models.CASCADE, related_name="sightings")
    release_id = models.UUIDField(null=True, blank=True)
    """The release it came with; a release is a thing of the register, which this room does not know."""
    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, null=True, blank=True, related_name="sightings")
    """The licence whose own present wording this is said to be."""
    source_label = models.CharField(max_length=500)
    source_url = models.URLField(max_length=1000, blank=True)
    as_of = models.DateField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-as_of", "-seen_at")
        constraints = (
            models.UniqueConstraint(
                fields=("text", "release_id", "licence", "source_label"),
                name="text_seen_once",
                nulls_distinct=False,
            ),
        )
        indexes = (models.Index(fields=("release_id",), name="sighting_release"),)

    def __str__(self) -> str:
        return f"{self.text_id} {self.source_label}"
