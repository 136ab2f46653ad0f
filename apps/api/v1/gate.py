"""`projects` and the gate."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.v1.accounts import team_of
from apps.api.views import Body, NounViewSet
from apps.core.errors import InvalidInput
from apps.gate import receipts, selectors, services
from apps.gate.models import GateDecision, Project
from apps.policy.models import Decision
from apps.registry.models import Environment


class ProjectSerializer(serializers.ModelSerializer[Project]):
    team = serializers.UUIDField(source="team_id")

    class Meta:
        model = Project
        fields = ("id", "name", "team", "description", "default_branch", "created_at", "updated_at")


class ProjectBody(Body):
    name = serializers.CharField(max_length=120)
    team = serializers.UUIDField()
    description = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    default_branch = serializers.CharField(max_length=200, required=False, default="main")


class Projects(NounViewSet):
    """Source repositories and pipelines whose jobs ask the gate."""

    serializer_class = ProjectSerializer
    filters = {"team": ("team_id", UUID), "name": ("name", str)}
    searches = ("name",)
    orderings = ("name",)

    def rows(self) -> QuerySet[Project]:
        return selectors.projects(self.actor)

    @extend_schema(request=ProjectBody, responses={201: ProjectSerializer})
    def create(self, request: Request) -> Response:
        """Enter a project."""
        body = self.read(ProjectBody)
        body["team"] = team_of(self, body)
        if body["team"] is None:
            raise InvalidInput("choose the team that answers for the project", pointer="/team")
        return self.created(lambda: services.create_project(actor=self.actor, **body))


class LocationBody(Body):
    path = serializers.CharField(max_length=1000)
    line = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=10_000_000)


class ModelReferenceBody(Body):
    id = serializers.CharField(max_length=300)
    revision = serializers.CharField(max_length=120, required=False, allow_null=True)
    kind = serializers.ChoiceField(
        choices=["weights", "api", "config", "container", "notebook"], required=False, allow_null=True
    )
    operator = serializers.CharField(max_length=300, required=False, allow_null=True)
    region = serializers.CharField(max_length=100, required=False, allow_null=True)
    locations = LocationBody(many=True, required=False, max_length=100)


class DeclaredBody(Body):
    data_class = serializers.CharField(required=False, allow_null=True)
    data_categories = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)
    use_case = serializers.CharField(max_length=300, required=False, allow_null=True)


class DecisionBody(Body):
    project = serializers.CharField(max_length=120)
    ref = serializers.CharField(max_length=300, required=False, allow_null=True)
    commit = serializers.CharField(max_length=64, required=False, allow_null=True)
    environment = serializers.ChoiceField(
        choices=[one for one in Environment.values if one != "unknown"], required=False, allow_null=True
    )
    mode = serializers.ChoiceField(choices=["all", "new"], required=False, default="all")
    declared = DeclaredBody(required=False, allow_null=True)
    models = ModelReferenceBody(many=True, min_length=1, max_length=500)


class DecisionSerializer(serializers.ModelSerializer[GateDecision]):
    project = serializers.CharField(source="project.name")

    class Meta:
        model = GateDecision
        fields = (
            *("id", "project", "decision", "facts_digest", "requested_by", "ref", "commit", "environment"),
            *("valid_until", "created_at"),
        )


_ANSWER = inline_serializer(
    "GateAnswer",
    {
        "decision": serializers.ChoiceField(choices=Decision.choices),
        "decision_id": serializers.UUIDField(),
        "policy": serializers.DictField(child=serializers.CharField()),
        "facts_digest": serializers.CharField(),
        "valid_until": serializers.DateTimeField(),
        "results": serializers.ListField(child=serializers.DictField()),
        "unregistered": serializers.ListField(child=serializers.DictField()),
        "waived": serializers.ListField(child=serializers.DictField()),
        "expired_waivers": serializers.ListField(child=serializers.DictField()),
        "unused_waivers": serializers.ListField(child=serializers.DictField()),
        "receipt": serializers.CharField(),
    },
)


class Decisions(NounViewSet):
    """The gate: one synchronous call answers pass, review, block or undecided."""

    serializer_class = DecisionSerializer
    filters = {
        "project": ("project__name", str),
        "decision": ("decision", tuple(Decision.values)),
        "commit": ("commit", str),
    }

    def rows(self) -> QuerySet[GateDecision]:
        return selectors.decisions(self.actor)

    @extend_schema(request=DecisionBody, responses={200: _ANSWER})
    def create(self, request: Request) -> Response:
        """Ask whether models may be used by a project."""
        row = services.decide(
            actor=self.actor, body=request.data, idempotency_key=request.headers.get("Idempotency-Key", "")
        )
        return Response(row.response)

    @extend_schema(responses={200: _ANSWER})
    def retrieve(self, request: Request, pk: str) -> Response:
        """A decision as it was given."""
        return Response(self._decision(pk).response)

    @extend_schema(responses={200: dict})
    def receipt(self, request: Request, pk: str) -> Response:
        """The decision as a signed in-toto statement in a DSSE envelope."""
        return Response(receipts.receipt(actor=self.actor, decision=self._decision(pk)))

    def _decision(self, pk: str) -> GateDecision:
        from apps.api.views import identifier

        return selectors.decision_by_id(self.actor, identifier(pk))


def public_key(request: Any) -> HttpResponse:
    """The key with which receipts are checked, as PEM; it is no secret."""
    return HttpResponse(receipts.public_key_pem(settings.WEIGHBRIDGE_HOME), content_type="application/x-pem-file")
