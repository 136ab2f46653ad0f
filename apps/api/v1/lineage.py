"""`lineage-suggestions`, and lineage and origin of one model."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import Body, NounViewSet, Shown
from apps.facts.models import State
from apps.registry import selectors, services
from apps.registry.models import LineageClaim, LineageEdge, LineageSuggestion
from apps.registry.origins import OriginElement


class ClaimSerializer(Shown[LineageClaim]):
    """Who says that an edge is there."""

    class Meta:
        model = LineageClaim
        fields = (
            *("id", "state", "source_label", "source_url", "as_of", "note", "channel", "who", "parent_name"),
            *("recorded_at", "withdrawn_at", "withdrawn_by", "withdrawn_reason"),
        )


class LineageSuggestionSerializer(Shown[LineageSuggestion]):
    child = serializers.UUIDField(source="child_id")
    parent = serializers.UUIDField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # as in FactBody

    class Meta:
        model = LineageSuggestion
        fields = (
            *("id", "child", "parent", "parent_name", "parent_namespace", "reason", "strength", "channel", "status"),
            *("decided_by", "decided_at", "decision_reason", "created_at"),
        )


class SuggestionConfirmBody(Body):
    relation = serializers.ChoiceField(choices=LineageEdge.Relation.choices)
    reason = serializers.CharField(max_length=2000)
    state = serializers.ChoiceField(
        choices=[State.CLAIMED_BY_OWNER.value, State.VERIFIED.value], default=State.CLAIMED_BY_OWNER.value
    )


class SuggestionRefuseBody(Body):
    reason = serializers.CharField(max_length=2000)


class LineageSuggestions(NounViewSet):
    """Parents that nobody declares and that something speaks for; no facts until a person confirms them."""

    serializer_class = LineageSuggestionSerializer
    filters = {
        "child": ("child_id", UUID),
        "parent": ("parent_id", UUID),
        "status": ("status", tuple(LineageSuggestion.Status.values)),
        "strength": ("strength", tuple(LineageSuggestion.Strength.values)),
        "channel": ("channel", str),
    }
    searches = ("parent_name",)

    def rows(self) -> QuerySet[LineageSuggestion]:
        self.actor.require("register.read")
        return LineageSuggestion.objects.all()

    @extend_schema(request=SuggestionConfirmBody, responses={200: LineageSuggestionSerializer})
    def confirm(self, request: Request, pk: str) -> Response:
        """Make it a claim of whoever confirms it."""
        body = self.read(SuggestionConfirmBody)
        return self.changed(pk, lambda row: services.confirm_suggestion(actor=self.actor, suggestion=row, **body))

    @extend_schema(request=SuggestionRefuseBody, responses={200: LineageSuggestionSerializer})
    def refuse(self, request: Request, pk: str) -> Response:
        """Say that it is none; the same source does not ask again."""
        body = self.read(SuggestionRefuseBody)
        return self.changed(pk, lambda row: services.refuse_suggestion(actor=self.actor, suggestion=row, **body))


class OriginStepSerializer(serializers.Serializer[Any]):
    relation = serializers.CharField()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # as in FactBody
    name = serializers.CharField()
    state = serializers.CharField()


class OriginElementSerializer(serializers.Serializer[OriginElement]):
    country = serializers.CharField(allow_null=True)
    role = serializers.CharField()
    party = serializers.UUIDField(source="party.id", allow_null=True, default=None)
    party_name = serializers.CharField(source="party.name", allow_null=True, default=None)
    model = serializers.UUIDField(source="model.id", allow_null=True, default=None)
    name = serializers.CharField()
    path = OriginStepSerializer(many=True)


class OriginSerializer(serializers.Serializer[Any]):
    elements = OriginElementSerializer(many=True)


class RelationSerializer(Shown[LineageEdge]):
    """An edge near or far, with its ends by name."""

    child = serializers.UUIDField(source="child_id")
    child_name = serializers.CharField(source="child.name")
    parent = serializers.UUIDField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # as in FactBody

    class Meta:
        model = LineageEdge
        fields = (
            *("id", "child", "child_name", "parent", "parent_name", "relation", "weights_transfer", "state"),
            *("source_label", "source_url", "as_of"),
        )


class LineageSerializer(serializers.Serializer[Any]):
    ancestors = RelationSerializer(many=True)
    descendants = RelationSerializer(many=True)


def lineage_of(model_id: UUID) -> dict[str, Any]:
    """The edges above and below a model."""
    ends = ("child", "parent__developer")
    upwards = selectors.Lineage.above(model_id).ancestors(model_id)
    below = [edge for edge in selectors.edges_at(None, below=[model_id], ends=ends) if edge not in upwards]
    return dict(LineageSerializer({"ancestors": upwards, "descendants": below}).data)
