"""Lists, what being on them means, who is known to be on them, and authorities' measures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.parties.models import Party, Sourced


class EffectClass(models.TextChoices):
    """What a measure does. A hit is never shown without it."""

    BLOCKING = "blocking", _("Blocking: no dealings")
    PARTIAL_FINANCE = "partial-finance", _("Partial: certain financing")
    EXPORT = "export-restriction", _("Export restriction to the party")
    PROCUREMENT = "procurement", _("Procurement restriction")
    DATA = "data", _("Data transactions")
    DEBARMENT = "debarment", _("Debarment")
    IMPORT = "import-restriction", _("Import restriction")
    ADVISORY = "advisory", _("Advisory only")


class RestrictedPartyList(BaseModel):
    """A published list of parties, with its legal effect in words."""

    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=300)
    authority_en = models.CharField(max_length=300)
    authority_de = models.CharField(max_length=300)
    effect_class = models.CharField(max_length=20, choices=EffectClass)
    meaning_en = models.TextField()
    meaning_de = models.TextField()
    source_label = models.CharField(max_length=500, blank=True)
    source_url = models.URLField(max_length=1000, blank=True)
    as_of = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class Listing(Sourced):
    """What is known of one party on one list. `not_found` is the result of a search on a day, never a clearance."""

    class Status(models.TextChoices):
        LISTED = "listed", _("Listed")
        NOT_FOUND = "not_found", _("Not found in the copy searched")
        PENDING = "pending_reported", _("Reported as pending")
        LITIGATED = "litigated", _("Listed, contested in court")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="listings")
    list_key = models.CharField(max_length=60)
    status = models.CharField(max_length=20, choices=Status)
    since = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=200, unique=True, null=True)  # noqa: DJ001 - unique where there is one

    class Meta:
        ordering = ("party", "list_key")

    def __str__(self) -> str:
        return f"{self.party_id} {self.list_key} {self.status}"


class RestrictionEvent(Sourced):
    """An authority's measure: instrument, effect, persons bound, scope, dates and present status."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        IN_FORCE = "in_force", _("In force")
        ENJOINED = "enjoined", _("Enjoined by a court")
        SUSPENDED = "suspended", _("Suspended")
        LIFTED = "lifted", _("Lifted")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn before it took effect")
        ADVISORY = "advisory", _("Advisory")
        UNKNOWN = "unknown", _("Unknown")

    key = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - unique where there is one
    authority = models.CharField(max_length=300)
    jurisdiction = models.CharField(max_length=10, blank=True)
    instrument = models.CharField(max_length=500, blank=True)
    effect = models.CharField(max_length=40)
    effect_class = models.CharField(max_length=20, choices=EffectClass, default=EffectClass.ADVISORY)
    binds = models.CharField(max_length=500, blank=True)
    scope = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    models_named = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    date_text = models.CharField(max_length=100, blank=True)
    """The date as the source gives it, where it is no full date."""
    status = models.CharField(max_length=10, choices=Status)
    status_note = models.TextField(blank=True)
    source_quality = models.CharField(max_length=12, default="primary")
    parties = models.ManyToManyField(Party, through="EventParty", related_name="events")
    others_named = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    """Those named that are no parties of the register, as the source writes them."""

    class Meta:
        ordering = (F("valid_from").desc(nulls_last=True), "authority")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="event_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.authority}: {self.instrument or self.effect}"


class EventParty(BaseModel):
    """A party that a measure names."""

    event = models.ForeignKey(RestrictionEvent, on_delete=models.CASCADE)
    party = models.ForeignKey(Party, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("event", "party"), name="event_party_once"),)

    def __str__(self) -> str:
        return f"{self.event_id} {self.party_id}"


class EventStep(Sourced):
    """How a measure stood from a day on, as a source says; the newest that was not taken back is its status.

    Two times: `on` is the day in the world, `created_at` and `taken_back_at` say when it was known here.
    """

    event = models.ForeignKey(RestrictionEvent, on_delete=models.CASCADE, related_name="steps")
    status = models.CharField(max_length=10, choices=RestrictionEvent.Status)
    on = models.DateField(null=True, blank=True)
    """Empty where the source gives no full date."""
    source_quality = models.CharField(max_length=12, default="primary")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    """When somebody found that it had never happened."""
    taken_by = models.CharField(max_length=300, blank=True)
    """Who entered it, in words; empty for what comes with the knowledge."""

    class Meta:
        ordering = ("event", "id")
        indexes = (models.Index(fields=("created_at", "id"), name="event_step_by_time"),)

    def __str__(self) -> str:
        return f"{self.event_id} {self.status} {self.on or ''}"
