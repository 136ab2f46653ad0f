"""`reviews`."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import Body, NounViewSet, Shown, reference
from apps.registry.selectors import uses
from apps.reviews import selectors, services
from apps.reviews.models import Review


class ReviewSerializer(Shown[Review]):
    use = serializers.UUIDField(source="use_id")
    reviewer = serializers.UUIDField(source="reviewer_id")
    evaluation = serializers.UUIDField(source="evaluation_id", allow_null=True)

    class Meta:
        model = Review
        fields = (
            *("id", "use", "reviewer", "reviewed_at", "conclusion", "note", "next_review", "evaluation", "decision"),
            "created_at",
        )


class ReviewBody(Body):
    use = serializers.UUIDField()
    conclusion = serializers.ChoiceField(choices=Review.Conclusion.choices)
    next_review = serializers.DateField()
    note = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)


class Reviews(NounViewSet):
    """Completed periodic reviews."""

    serializer_class = ReviewSerializer
    filters = {"use": ("use_id", UUID), "conclusion": ("conclusion", tuple(Review.Conclusion.values))}
    orderings = ("reviewed_at", "next_review")

    def rows(self) -> QuerySet[Review]:
        return selectors.reviews(self.actor)

    @extend_schema(request=ReviewBody, responses={201: ReviewSerializer})
    def create(self, request: Request) -> Response:
        """Complete the review of a use."""
        body = self.read(ReviewBody)
        body["use"] = reference(uses(self.actor), body["use"], "/use")
        return self.created(lambda: services.complete_review(actor=self.actor, **body))
