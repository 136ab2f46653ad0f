"""Reviews of uses, what an approval rests on, and what changed since."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.policy.models import Decision, Evaluation
from apps.registry.models import Use


class Review(BaseModel):
    """A completed review, with the verdict that was in front of the reviewer."""

    class Conclusion(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        CHANGES_NEEDED = "changes_needed", _("Changes needed")
        END_USE = "end_use", _("Use to be ended")

    use = models.ForeignKey(Use, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    conclusion = models.CharField(max_length=16, choices=Conclusion)
    note = models.TextField(blank=True)
    next_review = models.DateField()
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision, blank=True)

    class Meta:
        ordering = ("-reviewed_at",)

    def __str__(self) -> str:
        return f"{self.use_id} {self.reviewed_at:%Y-%m-%d} {self.conclusion}"


class ApprovalSnapshot(BaseModel):
    """What an approval of a use rests on, as it was when somebody approved: compared with what is, from then on.

    One is current per use; older ones stay, superseded.
    """

    class Basis(models.TextChoices):
        REVIEW = "review", _("A completed review")
        STATED = "stated", _("A stated day of approval")
        AGAIN = "again", _("Approved again after a change")
        NOT_MATERIAL = "not_material", _("A change that is not material")

    use = models.ForeignKey(Use, on_delete=models.CASCADE, related_name="snapshots")
    basis = models.CharField(max_length=12, choices=Basis)
    approved_on = models.DateField()
    taken_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    state = models.JSONField()
    """By kind of change and by what it is about: see `comparing.py`."""
    approved_text = models.JSONField(default=dict, blank=True)
    """The licence text of the use's own model then: `{"sha256", "wording", "source", "as_of"}`; empty if unknown."""
    present_text = models.JSONField(default=dict, blank=True)
    """The same, as it was when the use was last compared."""
    review_before = models.DateField(null=True, blank=True)
    """While a change waits to be settled: the day of review that it moved, if it moved one."""

    journal_silent = ("state",)

    class Meta:
        ordering = ("-taken_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("use",), condition=Q(superseded_at__isnull=True), name="snapshot_current_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.use_id} {self.approved_on} {self.basis}"


class Change(BaseModel):
    """Something that an approval rests on is no longer as it was. The same difference is the same change."""

    class Kind(models.TextChoices):
        TEXT = "licence-text", _("Licence text")
        LICENCE = "declared-licence", _("Declared licence")
        TERMS = "terms", _("Terms of the licence")
        CARD = "card", _("Model card")
        PARENT = "parent", _("Parent of the model")
        DEVELOPER = "developer", _("Developer")
        REVISION = "revision", _("Revision")

    kind = models.CharField(max_length=16, choices=Kind)
    about = models.CharField(max_length=500)
    """What changed, by name: a model, a licence, a parent."""
    key = models.CharField(max_length=500)
    """What changed, within its kind: identifiers, for comparing."""
    identity = models.CharField(max_length=80, unique=True)
    """Digest of kind, subject, before and after."""
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    seen_at = models.DateTimeField()
    source_label = models.CharField(max_length=500, blank=True)
    source_url = models.URLField(max_length=1000, blank=True)
    as_of = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-seen_at", "-id")
        indexes = (models.Index(fields=("-seen_at", "-id"), name="change_recent"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class Reopening(BaseModel):
    """A change touches the approval of a use, until a person has settled it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PROPOSED = "proposed", _("To be agreed: not material")
        APPROVED = "approved", _("Approved again")
        NOT_MATERIAL = "not_material", _("Not material")
        GONE = "gone", _("Gone again")

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="reopenings")
    use = models.ForeignKey(Use, on_delete=models.CASCADE, related_name="reopenings")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("change", "use"), name="reopening_once"),
            models.CheckConstraint(
                condition=~Q(state="not_material")
                | (Q(proposed_by__isnull=False) & Q(settled_by__isnull=False) & ~Q(settled_by=F("proposed_by"))),
                name="reopening_two_people",
            ),
        )
        indexes = (
            models.Index(fields=("use",), name="reopening_waiting", condition=Q(state__in=("open", "proposed"))),
        )

    def __str__(self) -> str:
        return f"{self.change_id} {self.use_id} {self.state}"


WAITING = (Reopening.State.OPEN, Reopening.State.PROPOSED)
"""States in which a person still has to settle the change."""
