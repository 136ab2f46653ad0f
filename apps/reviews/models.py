"""Periodic reviews: somebody looked at a use on a day and confirmed it, or did not."""

from django.conf import settings
from django.db import models
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
