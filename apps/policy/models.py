"""Rules and their immutable versions, the fact sheets they were run on, and what came out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.registry.models import Use


class Severity(models.TextChoices):
    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Outcome(models.TextChoices):
    FINDING = "finding", _("Finding")
    UNKNOWN = "unknown", _("Unknown")
    PASS = "pass", _("Pass")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Decision(models.TextChoices):
    BLOCK = "block", _("Block")
    UNDECIDED = "undecided", _("Undecided")
    REVIEW = "review", _("Review")
    PASS = "pass", _("Pass")


class GateEffect(models.TextChoices):
    BLOCK = "block", _("Block")
    REVIEW = "review", _("Review")
    WARN = "warn", _("Warn")
    NONE = "none", _("None")


class Pack(BaseModel):
    """Rules that belong together, and to whom they apply."""

    code = models.SlugField(max_length=80, unique=True)
    title_en = models.CharField(max_length=300)
    title_de = models.CharField(max_length=300)
    description_en = models.TextField(blank=True)
    description_de = models.TextField(blank=True)
    applies_if = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.title_en


class Rule(BaseModel):
    """One rule in its present wording; `content` is what a policy version freezes."""

    code = models.CharField(max_length=60, unique=True)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="rules")
    version = models.PositiveIntegerField(default=1)
    title_en = models.CharField(max_length=300)
    title_de = models.CharField(max_length=300)
    severity = models.CharField(max_length=10, choices=Severity)
    gate = models.CharField(max_length=8, choices=GateEffect)
    content = models.JSONField()

    class Meta:
        ordering = ("pack__position", "code")

    def __str__(self) -> str:
        return self.code


class Parameter(BaseModel):
    """A list or threshold that rules read."""

    name = models.CharField(max_length=80, unique=True)
    value = models.JSONField()
    content = models.JSONField(default=dict)
    """Meaning in both languages, source and date."""

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PolicyVersion(BaseModel):
    """Packs, rules and parameters as published at one moment. Never changed."""

    number = models.PositiveIntegerField(unique=True)
    content = models.JSONField()
    digest = models.CharField(max_length=80)
    """Of the content; two versions have the same when an earlier policy is published again."""
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=300)
    note = models.TextField(blank=True)

    journal_silent = ("content",)

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The version as people and CI jobs see it."""
        return f"v{self.number}"


class FactSheet(BaseModel):
    """All facts of one use, frozen: `content["facts"]` maps each path to value, state, source and dates."""

    journal_exempt = "made from assertions, which the journal has"

    use = models.ForeignKey(Use, on_delete=models.CASCADE, related_name="fact_sheets")
    digest = models.CharField(max_length=80)
    content = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("use", "digest"), name="fact_sheet_once"),)

    def __str__(self) -> str:
        return self.digest


class Evaluation(BaseModel):
    """The outcome of every rule of one policy version on one fact sheet, on one day."""

    journal_exempt = "can be made again from fact sheet, policy version and day"

    use = models.ForeignKey(Use, on_delete=models.CASCADE, related_name="evaluations")
    sheet = models.ForeignKey(FactSheet, on_delete=models.PROTECT)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    on = models.DateField()
    decision = models.CharField(max_length=10, choices=Decision)
    outcomes = models.JSONField()
    """By rule code: `{"outcome", "missing": [paths]}`; what the rule says stands in the policy version."""

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("use", "-created_at"), name="evaluation_history"),)

    def __str__(self) -> str:
        return f"{self.use_id} {self.decision}"


class CurrentVerdict(BaseModel):
    """The last evaluation of a use, with what lists show and sort by."""

    journal_exempt = "a copy of the last evaluation, for lists"

    use = models.OneToOneField(Use, on_delete=models.CASCADE, related_name="verdict")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision)
    findings = models.PositiveIntegerField()
    unknowns = models.PositiveIntegerField()
    worst_severity = models.CharField(max_length=10, choices=Severity, blank=True)
    sheet_digest = models.CharField(max_length=80)
    policy_digest = models.CharField(max_length=80)
    next_change_on = models.DateField(null=True)
    """The first day on which an outcome changes though nobody states anything."""
    data_class = models.CharField(max_length=20, blank=True)
    """The class of data that the judged sheet knows; empty while it is unknown."""

    class Meta:
        indexes = (
            models.Index(fields=("decision", "data_class"), name="verdict_decision"),
            models.Index(fields=("next_change_on",), name="verdict_next_change"),
        )

    def __str__(self) -> str:
        return f"{self.use_id} {self.decision}"


class DueUse(BaseModel):
    """A mark on a use whose facts changed since it was judged, set in the transaction that changes the facts.

    There may be several for one use. With one each, a judge could take away an older mark while the transaction that
    relies on it has not committed, and its facts would wait for the next change.
    """

    journal_exempt = "a work list"

    use = models.ForeignKey(Use, on_delete=models.CASCADE, related_name="due")

    def __str__(self) -> str:
        return str(self.use_id)
