"""Lists as they are published: where they come from, their versions, who stands on them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel


class ListSource(BaseModel):
    """A file that an authority publishes. It may carry entries of several lists, as the US consolidated one does."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=300)
    format = models.CharField(max_length=40)
    """Which reader reads it, a key of `apps.imports.lists`."""
    url = models.URLField(max_length=1000, blank=True)
    """Where it is fetched from; empty for one that people upload."""
    list_keys = models.JSONField(default=list)
    """The lists whose entries it carries, by `RestrictedPartyList.key`."""
    enabled = models.BooleanField(default=False)
    """Whether it is fetched by schedule."""
    every_hours = models.PositiveSmallIntegerField(default=24)
    oldest_hours = models.PositiveSmallIntegerField(default=48)
    """Beyond this age of the last good look at the source a screening against it is unknown, not clean."""
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    """When we last looked, with whatever result."""
    confirmed_at = models.DateTimeField(null=True, blank=True)
    """When we last knew that the version in use is the one published."""
    failure = models.TextField(blank=True)
    """Why the last look brought nothing; empty when it was good."""

    journal_silent = ("etag", "last_modified", "checked_at", "confirmed_at")

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class ListVersion(BaseModel):
    """A file of a source in one state. At most one per source is in use."""

    class State(models.TextChoices):
        STAGED = "staged", _("Being read")
        REFUSED = "refused", _("Refused")
        IN_USE = "in_use", _("In use")
        REPLACED = "replaced", _("Replaced")

    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    """Counts from 1 within the source."""
    state = models.CharField(max_length=8, choices=State, default=State.STAGED)
    published_at = models.DateTimeField(null=True, blank=True)
    """What the file says of its own date."""
    fetched_at = models.DateTimeField()
    used_from = models.DateTimeField(null=True, blank=True)
    used_until = models.DateTimeField(null=True, blank=True)
    file_name = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    counts = models.JSONField(default=dict)
    """Entries by list: `{"US-SDN": 19181, …}`."""
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list)
    """Rows that could not be read: `[{"row", "message"}]`; nothing is dropped silently."""
    refusals = models.JSONField(default=list)
    """Why the guards refused it: `[{"guard", "message"}]`."""
    accepted_by = models.CharField(max_length=300, blank=True)
    """Who took it into use although a guard had refused it."""

    class Meta:
        ordering = ("source", "-number")
        constraints = (
            models.UniqueConstraint(fields=("source", "number"), name="list_version_once"),
            models.UniqueConstraint(fields=("source",), condition=Q(state="in_use"), name="list_version_in_use"),
        )

    def __str__(self) -> str:
        return f"{self.source_id} {self.number}"


class Entry(BaseModel):
    """An entry of a list in one wording: in use from the version `since` until the one named `until`.

    One that is only staged has no `since` yet. A changed entry is a new row; the old one ends.
    """

    journal_exempt = "the entry of the list's version has the file's checksum and its counts"

    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="entries")
    list_key = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)
    """What the authority calls it; our own where it gives no number."""
    digest = models.CharField(max_length=71)
    kind = models.CharField(max_length=12)
    """One of `apps.sanctions.entries.EntryKind`."""
    name = models.CharField(max_length=1000)
    countries = models.JSONField(default=list)
    body = models.JSONField()
    """All of it, as `apps.sanctions.entries.ListedParty.body`."""
    staged_in = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="+")
    since = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="begun", null=True, blank=True)
    until = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="ended", null=True, blank=True)

    class Meta:
        ordering = ("list_key", "reference", "id")
        indexes = (
            models.Index(fields=("source", "list_key", "reference"), name="entry_by_number"),
            models.Index(fields=("source",), condition=Q(since__isnull=False, until__isnull=True), name="entry_in_use"),
            models.Index(F("list_key"), F("name"), F("id"), name="entry_by_name"),
        )

    def __str__(self) -> str:
        return f"{self.list_key}:{self.reference} {self.name}"


class EntryName(models.Model):
    """One name of an entry. Numbered small: the keys by which names are found point here."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="names")
    text = models.CharField(max_length=1000)
    kind = models.CharField(max_length=8)
    """One of `apps.sanctions.entries.NameKind`."""

    class Meta:
        ordering = ("entry", "id")

    def __str__(self) -> str:
        return self.text
