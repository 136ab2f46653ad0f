"""Whom we compared with the lists, when, with which versions of them; what was found, and what people judged of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.parties.models import Party
from apps.sanctions.models.published import Entry, ListVersion


class Band(models.TextChoices):
    """How near a name is: from 0.85 probable, from 0.70 possible, from 0.60 weak (kept where somebody asked)."""

    PROBABLE = "probable", _("Probable")
    POSSIBLE = "possible", _("Possible")
    WEAK = "weak", _("Weak")


class ScreeningRun(BaseModel):
    """One comparing of parties with lists, with everything that is needed to say later what it was worth.

    A run over all parties says of each party that has no row of its own in it that nothing was found anew.
    """

    class Reason(models.TextChoices):
        REGISTRATION = "registration", _("A party was entered")
        CHANGE = "change", _("A party was changed")
        LIST = "list", _("A list has a new version")
        NIGHTLY = "nightly", _("Every night")
        ALGORITHM = "algorithm", _("The way of comparing has changed")
        REQUEST = "request", _("Somebody asked")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    reason = models.CharField(max_length=12, choices=Reason)
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    everybody = models.BooleanField(default=False)
    """Whether every party of the register was covered."""
    version = models.ForeignKey(ListVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="runs")
    """For a new version of a list: only what it brought was compared."""
    algorithm = models.CharField(max_length=40)
    threshold = models.FloatField()
    lists = models.JSONField(default=list)
    """The versions compared with, frozen: `[{"source", "version", "sha256", "published_at", "confirmed_at", "lists",
    "stale"}]`; `stale` where the last good look was longer ago than allowed."""
    parties = models.PositiveIntegerField(default=0)
    """How many were compared."""
    matches = models.PositiveIntegerField(default=0)
    """How many have a match that was open or confirmed."""
    reached = models.UUIDField(null=True, blank=True)
    """The last party that is done; whoever goes on after a crash begins behind it."""
    digest = models.CharField(max_length=71, blank=True)
    """SHA-256 over the results in the order of the parties, which the journal keeps."""
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    requested_as = models.CharField(max_length=300)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)

    journal_silent = ("parties", "matches", "reached")

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("created_at", "id"), name="screening_run_by_time"),)

    def __str__(self) -> str:
        return f"{self.reason} {self.created_at:%Y-%m-%d %H:%M}"


class Screening(BaseModel):
    """The result for one party in one run, also where nothing was found."""

    class Result(models.TextChoices):
        CLEAN = "clean", _("Nothing found")
        MATCHES = "matches", _("Matches")
        UNKNOWN = "unknown", _("Unknown")
        WAITING = "waiting", _("Waiting to be compared")

    journal_exempt = "the run's entry has a digest over its results"

    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="screenings")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, blank=True, related_name="screenings")
    """Empty for a name that somebody asked for and that is no party of the register."""
    asked = models.JSONField()
    """What was compared: `{"name", "aliases", "kind", "countries", "identifiers"}`."""
    asked_digest = models.CharField(max_length=71)
    result = models.CharField(max_length=7, choices=Result)
    found = models.JSONField(default=list)
    """`[{"list", "reference", "entry", "digest", "name", "score", "band", "judged"}]`, the nearest first."""

    class Meta:
        ordering = ("run", "id")
        indexes = (models.Index(fields=("party", "-created_at"), name="screening_of_party"),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.asked.get('name', '')}"


class Match(BaseModel):
    """A party and an entry of a list whose names are near each other, in one wording of both.

    Another wording of the entry or other names of the party make another match; the older one is gone.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SAME = "same", _("The same")
        DIFFERENT = "different", _("Another")
        GONE = "gone", _("Gone")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="matches")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="matches")
    list_key = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)
    entry_digest = models.CharField(max_length=71)
    asked_digest = models.CharField(max_length=71)
    algorithm = models.CharField(max_length=40)
    score = models.FloatField()
    band = models.CharField(max_length=8, choices=Band)
    matched_names = models.JSONField(default=list)
    """`[[our name, the list's name]]`."""
    features = models.JSONField(default=list)
    """What made the score: `[{"code", "points", "detail"}]`."""
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    first_run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="+")
    gone_at = models.DateTimeField(null=True, blank=True)

    journal_silent = ("last_run", "matched_names", "features")

    class Meta:
        verbose_name_plural = "matches"
        ordering = ("-score", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("party", "list_key", "reference", "entry_digest", "asked_digest", "algorithm"),
                name="match_once",
            ),
        )
        indexes = (
            models.Index(F("state"), F("score").desc(), F("id"), name="match_queue"),
            models.Index(fields=("list_key", "reference"), name="match_by_entry"),
        )

    def __str__(self) -> str:
        return f"{self.party_id} {self.list_key}:{self.reference} {self.score:.2f}"


class Judgement(BaseModel):
    """What a person says of a match: the same or another, why, until when. Some need a second person."""

    class Outcome(models.TextChoices):
        SAME = "same", _("The same")
        DIFFERENT = "different", _("Another")

    class Ground(models.TextChoices):
        """Why; the codes are part of the record of evidence."""

        IDENTIFIER_EQUAL = "identifier-equal", _("A register number is the same")
        DETAILS_EQUAL = "details-equal", _("Name, country and further details agree")
        SOURCE_SAYS = "source-says", _("A reliable source says so")
        COUNTRY_DIFFERS = "country-differs", _("The country differs")
        KIND_DIFFERS = "kind-differs", _("One is a person, vessel or aircraft, the other is not")
        IDENTIFIER_DIFFERS = "identifier-differs", _("A register number differs")
        BIRTH_DIFFERS = "birth-differs", _("Date or place of birth differ")
        NAME_DIFFERS = "name-differs", _("The distinctive part of the name differs")
        BUSINESS_DIFFERS = "business-differs", _("The business differs")
        OTHER = "other", _("Another reason, see the comment")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Awaits a second person")
        IN_FORCE = "in_force", _("In force")
        REFUSED = "refused", _("Refused by the second person")
        VOID = "void", _("Void: something changed")
        EXPIRED = "expired", _("Expired")

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="judgements")
    outcome = models.CharField(max_length=9, choices=Outcome)
    ground = models.CharField(max_length=20, choices=Ground)
    comment = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    """What it rests on, in words or as an address."""
    state = models.CharField(max_length=8, choices=State)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_comment = models.TextField(blank=True)
    expires_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("match",), condition=Q(state__in=("proposed", "in_force")), name="judgement_alive_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="judgement_four_eyes"
            ),
        )

    def __str__(self) -> str:
        return f"{self.match_id} {self.outcome}"


class PartyStanding(BaseModel):
    """How a party stood when it was last compared: what lists of parties and fact sheets read."""

    journal_exempt = "a copy of the last screening, for lists and fact sheets"

    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="standing")
    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="+")
    """The last run that covered it."""
    compared_at = models.DateTimeField()
    """When its names were compared with everything."""
    covered_at = models.DateTimeField()
    """When it was last known to stand like this: also a comparing of all parties with what a list brought counts."""
    asked_digest = models.CharField(max_length=71)
    algorithm = models.CharField(max_length=40)
    result = models.CharField(max_length=7, choices=Screening.Result)
    open_matches = models.PositiveIntegerField(default=0)
    """Probable and possible ones that nobody has judged."""
    listed_on = models.JSONField(default=list)
    """Lists on which a person confirmed it to be, by key, sorted."""

    class Meta:
        ordering = ("party",)
        indexes = (models.Index(fields=("result", "party"), name="standing_by_result"),)

    def __str__(self) -> str:
        return f"{self.party_id} {self.result}"
