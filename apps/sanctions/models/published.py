"""Lists as they are published: where they come from, their versions, who stands on them."""

import datetime as dt
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
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
    most_lost = models.PositiveSmallIntegerField(default=20, validators=(MaxValueValidator(100),))
    """The share of a list's entries, in per cent, that a new version may lose before it is refused."""
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    """When we last looked, with whatever result."""
    confirmed_at = models.DateTimeField(null=True, blank=True)
    """When we last knew that the version in use is the one published."""
    failure = models.JSONField(default=dict, blank=True)
    """Why the last look brought nothing, as `apps.core.errors.told`; empty when it was good."""

    journal_silent = ("etag", "last_modified", "checked_at", "confirmed_at")

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class ListVersion(BaseModel):
    """A file of a source in one state. At most one per source is in use."""

    journal_silent = ("read",)

    class State(models.TextChoices):
        STAGED = "staged", _("Being read")
        REFUSED = "refused", _("Refused")
        DROPPED = "dropped", _("Dropped")
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
    """In bytes."""
    read = models.PositiveIntegerField(default=0)
    """Entries that have been read so far, for whoever watches."""
    staged_at = models.DateTimeField(null=True, blank=True)
    """When the whole file had been read."""
    counts = models.JSONField(default=dict)
    """Entries by list: `{"US-SDN": 19181, …}`."""
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list)
    """Rows that could not be read: `[{"row", "message"}]`, the first 500; nothing is dropped silently."""
    rejected_rows = models.PositiveIntegerField(default=0)
    """How many there were in all."""
    notes = models.JSONField(default=list)
    """What a person should know of rows that were read, likewise."""
    refusals = models.JSONField(default=list)
    """Why the guards refused it: `[{"guard", "message"}]`."""
    accepted_by = models.CharField(max_length=300, blank=True)
    """Who took it into use although a guard had refused it."""
    accepted_because = models.TextField(blank=True)

    class Meta:
        ordering = ("source", "-number")
        constraints = (
            models.UniqueConstraint(fields=("source", "number"), name="list_version_once"),
            models.UniqueConstraint(fields=("source",), condition=Q(state="in_use"), name="list_version_in_use"),
        )

    def __str__(self) -> str:
        return f"{self.source_id} {self.number}"

    @property
    def by_list(self) -> list[tuple[str, int]]:
        """Its counts in the order of the lists' keys; the database keeps them in one of its own."""
        return sorted(self.counts.items())


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries by whether they count."""

    def in_use(self, at: dt.datetime | None = None) -> Self:
        """Those of the versions in use, now or at a moment.

        A version that was never taken into use begins and ends nothing, so that taking it is a matter of one row.
        """
        taken = (
            ListVersion.objects.filter(used_from__lte=at) if at else ListVersion.objects.filter(used_from__isnull=False)
        )
        versions = taken.order_by().values("id")
        return self.filter(Q(since__in=versions) & (Q(until__isnull=True) | ~Q(until__in=versions)))


class Entry(BaseModel):
    """An entry of a list in one wording: it counts from the version `since` until the one named `until`.

    Both are written while a file is staged and take effect when that version is taken into use (`used_from`):
    ask with `in_use`. A changed entry is a new row; the old one ends.
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
    since = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="begun")
    until = models.ForeignKey(ListVersion, on_delete=models.PROTECT, related_name="ended", null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("list_key", "reference", "id")
        indexes = (
            models.Index(fields=("source", "list_key", "reference"), name="entry_by_number"),
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
        # The page's search for a part of a name; screening has keys of its own.
        indexes = (GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="entry_name_trgm"),)

    def __str__(self) -> str:
        return self.text
