"""`assertions`, and facts inside of other bodies."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import Body, NounViewSet, Shown
from apps.facts.models import Assertion, Quality, State
from apps.registry import selectors
from apps.registry.services.facts import FactInput, state_facts

SUBJECTS = ("org", "party", "model", "release", "licence", "deployment", "use_case", "screening")


class AssertionSerializer(Shown[Assertion]):
    superseded_by = serializers.UUIDField(source="superseded_by_id", allow_null=True)
    value = serializers.JSONField(allow_null=True)
    conflict = serializers.JSONField(allow_null=True)

    class Meta:
        model = Assertion
        fields = (
            *("id", "subject_type", "subject_id", "field", "value", "state", "source_label", "source_url"),
            *("source_quality", "source_date", "as_of", "valid_until", "asserted_by", "channel", "evidence", "note"),
            *("conflict", "recorded_at", "superseded_at", "superseded_by"),
        )


class FactBody(Body):
    field = serializers.CharField(max_length=80)
    value = serializers.JSONField(required=False, allow_null=True, default=None)
    state = serializers.ChoiceField(choices=State.choices, default=State.CLAIMED_BY_OWNER)
    # The contract's word; to the stub it is an attribute of fields.
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=500, required=False, default="", allow_blank=True
    )
    source_url = serializers.URLField(max_length=1000, required=False, default="", allow_blank=True)
    source_quality = serializers.ChoiceField(choices=Quality.choices, default=Quality.PRIMARY)
    as_of = serializers.DateField(required=False, allow_null=True, default=None)
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    evidence = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)


class AssertionBody(FactBody):
    subject_type = serializers.ChoiceField(choices=SUBJECTS)
    subject_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


def fact_inputs(facts: Sequence[dict[str, Any]]) -> list[FactInput]:
    """Facts of a body as the services take them."""
    return [FactInput(**fact) for fact in facts]


class Assertions(NounViewSet):
    """What somebody says about one field of one subject. Never overwritten: a newer one supersedes it."""

    serializer_class = AssertionSerializer
    filters = {
        "subject_type": ("subject_type", SUBJECTS),
        "subject_id": ("subject_id", UUID),
        "field": ("field", str),
        "state": ("state", tuple(State.values)),
        "current": ("superseded_at__isnull", bool),
    }

    def rows(self) -> QuerySet[Assertion]:
        self.actor.require("register.read")
        if self.actor.sees_all:
            return Assertion.objects.all()
        uses = selectors.uses(self.actor)
        shared = Q(subject_type__in=("org", "party", "model", "release", "licence"))
        own = Q(subject_type="deployment", subject_id__in=uses.values("deployment_id"))
        own |= Q(subject_type="use_case", subject_id__in=uses.values("use_case_id"))
        own |= Q(subject_type="screening", subject_id__in=uses.values("id"))
        return Assertion.objects.filter(shared | own)

    @extend_schema(request=AssertionBody, responses={201: AssertionSerializer})
    def create(self, request: Request) -> Response:
        """Assert one fact; an older assertion of the same kind about the same field is superseded."""
        body = self.read(AssertionBody)
        subject_type, subject_id, reason = body.pop("subject_type"), body.pop("subject_id"), body.pop("reason")
        return self.created(
            lambda: state_facts(
                actor=self.actor,
                subject_type=subject_type,
                subject_id=subject_id,
                facts=fact_inputs([body]),
                reason=reason,
            )[0]
        )
