"""`projects` and the gate."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.roles import Scope
from apps.api.problems import only_read
from apps.api.v1.accounts import team_of
from apps.api.v1.policy import ReadFactSerializer
from apps.api.views import Body, NounViewSet, Shown, identifier
from apps.core.errors import InvalidInput
from apps.gate import receipts, requests, selectors, services
from apps.gate.models import GateDecision, Project
from apps.policy.models import Decision, GateEffect, Severity
from apps.registry.models import Environment

ASKING = frozenset({Scope.GATE, Scope.WRITE})
LOOKING = frozenset({Scope.GATE, Scope.READ, Scope.WRITE})


class ProjectSerializer(Shown[Project]):
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
    read_scopes = LOOKING
    filters = {"team": ("team_id", UUID), "name": ("name", str)}
    searches = ("name",)
    orderings = ("name", "updated_at")

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
    revision = serializers.CharField(max_length=120, required=False, allow_null=True, allow_blank=True)
    kind = serializers.ChoiceField(choices=[(one, one) for one in requests.KINDS], required=False, allow_null=True)
    operator = serializers.CharField(max_length=300, required=False, allow_null=True, allow_blank=True)
    region = serializers.CharField(max_length=100, required=False, allow_null=True, allow_blank=True)
    locations: Any = serializers.ListSerializer(
        child=LocationBody(), required=False, allow_null=True, max_length=requests.MAX_LOCATIONS
    )


class DeclaredBody(Body):
    data_class = serializers.ChoiceField(
        choices=["public", "internal", "confidential", "restricted"], required=False, allow_null=True
    )
    data_categories = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)
    use_case = serializers.CharField(max_length=300, required=False, allow_null=True, allow_blank=True)


class DecisionBody(Body):
    """What a CI job asks."""

    # Read by `apps.gate.requests`, which says what is wrong at once; here it is only described.
    project = serializers.CharField(max_length=120)
    ref = serializers.CharField(max_length=300, required=False, allow_null=True, allow_blank=True)
    commit = serializers.CharField(max_length=64, required=False, allow_null=True, allow_blank=True)
    environment = serializers.ChoiceField(
        choices=[one for one in Environment.choices if one[0] != "unknown"], required=False, allow_null=True
    )
    mode = serializers.ChoiceField(choices=[(one, one) for one in requests.MODES], required=False, allow_null=True)
    declared = DeclaredBody(required=False, allow_null=True)
    models: Any = serializers.ListSerializer(child=ModelReferenceBody(), min_length=1, max_length=requests.MAX_MODELS)


class DecisionSerializer(Shown[GateDecision]):
    project = serializers.CharField(source="project.name")

    class Meta:
        model = GateDecision
        fields = (
            *("id", "project", "decision", "facts_digest", "requested_by", "ref", "commit", "environment"),
            *("valid_until", "created_at"),
        )


class UsedWaiverSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    expires_on = serializers.DateField()


class WaiverOfRuleSerializer(UsedWaiverSerializer):
    use = serializers.UUIDField()
    rule = serializers.CharField()


class LocationSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)


class GateResultSerializer(serializers.Serializer[Any]):
    model = serializers.CharField()
    use = serializers.UUIDField(allow_null=True)
    rule = serializers.CharField()
    version = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["finding", "unknown"])
    severity = serializers.ChoiceField(choices=Severity.choices)
    effect = serializers.ChoiceField(choices=GateEffect.choices)
    path = serializers.CharField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    locations = LocationSerializer(many=True)
    title = serializers.CharField()
    why = serializers.CharField()
    fix = serializers.CharField()
    facts = ReadFactSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    waivable = serializers.BooleanField()
    waiver = UsedWaiverSerializer(allow_null=True)
    new = serializers.BooleanField()
    fingerprint = serializers.CharField()
    url = serializers.URLField()
    alternatives = serializers.ListField(child=serializers.CharField())


class UnregisteredSerializer(serializers.Serializer[Any]):
    model = serializers.CharField()
    revision = serializers.CharField(allow_null=True)
    path = serializers.CharField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    locations = LocationSerializer(many=True)
    fix = serializers.CharField()
    url = serializers.URLField()


class PolicySerializer(serializers.Serializer[Any]):
    version = serializers.CharField()
    digest = serializers.CharField()


class GateAnswerSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=Decision.choices)
    decision_id = serializers.UUIDField()
    policy = PolicySerializer()
    facts_digest = serializers.CharField()
    valid_until = serializers.DateTimeField()
    results = GateResultSerializer(many=True)
    unregistered = UnregisteredSerializer(many=True)
    waived = GateResultSerializer(many=True)
    expired_waivers = WaiverOfRuleSerializer(many=True)
    unused_waivers = WaiverOfRuleSerializer(many=True)
    receipt = serializers.CharField()


class SignatureSerializer(serializers.Serializer[Any]):
    keyid = serializers.CharField()
    sig = serializers.CharField()


class ReceiptSerializer(serializers.Serializer[Any]):
    payloadType = serializers.CharField()  # noqa: N815  # DSSE's name
    payload = serializers.CharField()
    signatures = SignatureSerializer(many=True)


class Decisions(NounViewSet):
    """What the gate was asked and what it answered."""

    serializer_class = DecisionSerializer
    read_scopes = LOOKING
    write_scopes = ASKING
    filters = {
        "project": ("project__name", str),
        "decision": ("decision", tuple(Decision.values)),
        "commit": ("commit", str),
        "environment": ("environment", tuple(one for one in Environment.values if one != "unknown")),
    }

    def rows(self) -> QuerySet[GateDecision]:
        return selectors.decisions(self.actor)

    @extend_schema(request=DecisionBody, responses={200: GateAnswerSerializer})
    def create(self, request: Request) -> Response:
        """Ask the gate whether models may be used by a project: pass, review, block or undecided, at once."""
        row = services.decide(
            actor=self.actor, body=request.data, idempotency_key=request.headers.get("Idempotency-Key", "")
        )
        return Response(row.response)

    @extend_schema(responses={200: GateAnswerSerializer})
    def retrieve(self, request: Request, pk: str) -> Response:
        """A decision as it was given."""
        return Response(self._decision(pk).response)

    @extend_schema(responses={200: ReceiptSerializer})
    def receipt(self, request: Request, pk: str) -> Response:
        """The decision as a signed in-toto statement in a DSSE envelope."""
        return Response(receipts.receipt(actor=self.actor, decision=self._decision(pk)))

    def _decision(self, pk: str) -> GateDecision:
        return selectors.decision_by_id(self.actor, identifier(pk))


@only_read
def public_key(request: HttpRequest) -> HttpResponse:
    """The key with which receipts are checked, as PEM; it is no secret."""
    return HttpResponse(receipts.public_key_pem(settings.WEIGHBRIDGE_HOME), content_type="application/x-pem-file")
