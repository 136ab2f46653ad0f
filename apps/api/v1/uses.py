"""`deployments`, `use-cases`, `uses`."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actors import Actor
from apps.api.v1.accounts import team_of
from apps.api.v1.exposure import ExposureSerializer, told
from apps.api.v1.facts import FactBody, fact_inputs
from apps.api.v1.licence_layers import LayersSerializer, layers
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.core.clock import now
from apps.core.errors import Conflict, InvalidInput
from apps.parties.selectors import parties
from apps.policy.evaluation import judge_use
from apps.policy.exposure import of_use
from apps.policy.licences import licence_of_use
from apps.policy.models import Decision, PolicyVersion
from apps.policy.selectors import evaluation_at
from apps.registry import selectors, services
from apps.registry.models import Deployment, Environment, HostingMode, HostingOffer, Model, Release, Use, UseCase

MOST_FACTS = 100
YEARS = range(1990, 2200)
"""Outside of them a time cannot be meant."""


class DeploymentSerializer(Shown[Deployment]):
    release = serializers.UUIDField(source="release_id")
    team = serializers.UUIDField(source="team_id", allow_null=True)
    operator = serializers.UUIDField(source="operator_id", allow_null=True)
    offer = serializers.SlugField(source="offer.key", allow_null=True)

    class Meta:
        model = Deployment
        fields = (
            *("id", "name", "release", "team", "environment", "hosting_mode", "operator", "offer", "observed_only"),
            *("created_at", "updated_at"),
        )


class Deployments(NounViewSet):
    """Where and how releases run. They are made together with a use; their facts are assertions."""

    serializer_class = DeploymentSerializer
    filters = {
        "team": ("team_id", UUID),
        "release": ("release_id", UUID),
        "operator": ("operator_id", UUID),
        "environment": ("environment", tuple(Environment.values)),
        "hosting_mode": ("hosting_mode", tuple(HostingMode.values)),
        "observed_only": ("observed_only", bool),
    }
    searches = ("name",)
    orderings = ("name", "updated_at")

    def rows(self) -> QuerySet[Deployment]:
        return selectors.deployments(self.actor)


class UseCaseSerializer(Shown[UseCase]):
    team = serializers.UUIDField(source="team_id", allow_null=True)
    owner = serializers.UUIDField(source="owner_id", allow_null=True)
    deputy = serializers.UUIDField(source="deputy_id", allow_null=True)
    approver = serializers.UUIDField(source="approver_id", allow_null=True)

    class Meta:
        model = UseCase
        fields = ("id", "name", "team", "owner", "deputy", "approver", "next_review", "created_at", "updated_at")


class UseCases(NounViewSet):
    """What models are used for. They are made together with a use; their facts are assertions."""

    serializer_class = UseCaseSerializer
    filters = {"team": ("team_id", UUID), "owner": ("owner_id", UUID)}
    searches = ("name",)
    orderings = ("name", "next_review", "updated_at")

    def rows(self) -> QuerySet[UseCase]:
        return selectors.use_cases(self.actor)


class UseSerializer(Shown[Use]):
    use_case = serializers.UUIDField(source="use_case_id")
    deployment = serializers.UUIDField(source="deployment_id")
    team = serializers.UUIDField(source="team_id", allow_null=True)
    release = serializers.UUIDField(source="deployment.release_id")
    model = serializers.UUIDField(source="deployment.release.model_id")
    model_name = serializers.CharField(source="deployment.release.model.name")
    # The verdict in force; null before the first one.
    decision = serializers.ChoiceField(
        source="verdict.decision", choices=Decision.choices, default=None, allow_null=True
    )
    findings = serializers.IntegerField(source="verdict.findings", allow_null=True)
    unknowns = serializers.IntegerField(source="verdict.unknowns", allow_null=True)

    class Meta:
        model = Use
        fields = (
            *("id", "name", "status", "team", "use_case", "deployment", "release", "model", "model_name"),
            *("decision", "findings", "unknowns", "created_at", "updated_at"),
        )


class UseBody(Body):
    name = serializers.CharField(max_length=300)
    model = serializers.UUIDField(required=False, allow_null=True)
    release = serializers.UUIDField(required=False, allow_null=True)
    team = serializers.UUIDField(required=False, allow_null=True)
    environment = serializers.ChoiceField(choices=Environment.choices, default=Environment.UNKNOWN)
    hosting_mode = serializers.ChoiceField(choices=HostingMode.choices, default=HostingMode.UNKNOWN)
    operator = serializers.UUIDField(required=False, allow_null=True)
    offer = serializers.CharField(max_length=150, required=False, allow_null=True)
    use_case = serializers.UUIDField(required=False, allow_null=True)
    use_case_name = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    deployment_facts: Any = serializers.ListSerializer(
        child=FactBody(), required=False, default=list, max_length=MOST_FACTS
    )
    use_case_facts: Any = serializers.ListSerializer(
        child=FactBody(), required=False, default=list, max_length=MOST_FACTS
    )


class RetireBody(Body):
    reason = serializers.CharField(max_length=2000)


class ClaimBody(Body):
    team = serializers.UUIDField()
    reason = serializers.CharField(max_length=2000)


class NoBody(Body):
    """An empty object, or nothing."""


class VerdictInShortSerializer(serializers.Serializer[Any]):
    use = serializers.UUIDField(source="use_id")
    decision = serializers.ChoiceField(choices=Decision.choices)
    findings = serializers.IntegerField()
    unknowns = serializers.IntegerField()
    facts_digest = serializers.CharField(source="sheet_digest")
    policy_version = serializers.CharField(source="evaluation.policy_version.label")
    policy_digest = serializers.CharField()
    evaluated_at = serializers.DateTimeField(source="evaluation.created_at")
    next_change_on = serializers.DateField(allow_null=True)


class SheetSideSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField(allow_null=True)
    state = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # as in facts.FactBody
    as_of = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(required=False)


class SheetFactSerializer(SheetSideSerializer):
    path = serializers.CharField()
    url = serializers.CharField(required=False)
    note = serializers.CharField(required=False)
    label = serializers.CharField(required=False)  # type: ignore[assignment]  # as in facts.FactBody
    derived = serializers.BooleanField(required=False)
    conflicts = SheetSideSerializer(many=True, required=False)


class FactSheetSerializer(serializers.Serializer[Any]):
    format = serializers.IntegerField()
    use = serializers.UUIDField()
    as_of = serializers.DateTimeField()
    evaluated_at = serializers.DateTimeField()
    digest = serializers.CharField()
    policy_version = serializers.CharField()
    policy_digest = serializers.CharField()
    facts = SheetFactSerializer(many=True)


class Uses(NounViewSet):
    """One use case on one deployment: the unit that rules judge."""

    serializer_class = UseSerializer
    filters = {
        "team": ("team_id", UUID),
        "status": ("status", tuple(Use.Status.values)),
        "use_case": ("use_case_id", UUID),
        "deployment": ("deployment_id", UUID),
        "model": ("deployment__release__model_id", UUID),
        "developer": ("deployment__release__model__developer_id", UUID),
        "environment": ("deployment__environment", tuple(Environment.values)),
        "hosting_mode": ("deployment__hosting_mode", tuple(HostingMode.values)),
        "decision": ("verdict__decision", tuple(Decision.values)),
        "observed_only": ("deployment__observed_only", bool),
    }
    searches = ("name", "deployment__release__model__name")
    orderings = ("name", "updated_at")

    def rows(self) -> QuerySet[Use]:
        return selectors.uses(self.actor).select_related("verdict")

    @extend_schema(request=UseBody, responses={201: UseSerializer})
    def create(self, request: Request) -> Response:
        """Register a use and judge it at once."""
        body = self.read(UseBody)
        return self.created(lambda: self._register(body))

    def _register(self, body: dict[str, Any]) -> Use:
        release = reference(Release.objects.all(), body.get("release"), "/release")
        model = reference(selectors.models(), body.get("model"), "/model")
        if release is None and model is None:
            raise InvalidInput("name the model, or the release", pointer="/model")
        if release is not None and model is not None and release.model_id != model.id:
            raise InvalidInput("this is a release of another model", pointer="/release")
        operator = reference(parties(), body.get("operator"), "/operator")
        use = services.register_use(
            actor=self.actor,
            name=body["name"],
            release=release or floating_release(model),
            team=team_of(self, body),
            environment=body["environment"],
            hosting_mode=body["hosting_mode"],
            operator_id=operator.id if operator else None,
            offer=_offer(body.get("offer")),
            use_case=reference(selectors.use_cases(self.actor), body.get("use_case"), "/use_case"),
            use_case_name=body["use_case_name"],
            deployment_facts=fact_inputs(body["deployment_facts"]),
            use_case_facts=fact_inputs(body["use_case_facts"]),
        )
        if PolicyVersion.objects.exists():
            judge_use(actor=Actor.system("use.register"), use_id=use.id)
        return use

    @extend_schema(request=RetireBody, responses={200: UseSerializer})
    def retire(self, request: Request, pk: str) -> Response:
        """End a use. It stays in the register with its history and is judged no more."""
        reason = self.read(RetireBody)["reason"]
        return self.changed(pk, lambda use: services.retire_use(actor=self.actor, use=use, reason=reason))

    @extend_schema(request=ClaimBody, responses={200: UseSerializer})
    def claim(self, request: Request, pk: str) -> Response:
        """Make a team answer for a use that nobody registered."""
        body = self.read(ClaimBody)

        def write(use: Use) -> None:
            team = team_of(self, body)
            if team is not None:
                services.claim_use(actor=self.actor, use=use, team=team, reason=body["reason"])

        return self.changed(pk, write)

    @extend_schema(request=NoBody, responses={200: VerdictInShortSerializer})
    def evaluate(self, request: Request, pk: str) -> Response:
        """Judge the use now. The answer is its verdict in short; the details are at `verdicts?use=…`."""
        self.read(NoBody)

        def write(use: Use) -> Response:
            self.actor.require("evaluate.run")
            if use.status == Use.Status.RETIRED:
                raise Conflict("This use is retired and is judged no more.")
            return Response(VerdictInShortSerializer(judge_use(actor=self.actor, use_id=use.id)).data)

        return self.changed(pk, write)

    @extend_schema(responses={200: ExposureSerializer}, filters=False)
    def exposure(self, request: Request, pk: str) -> Response:
        """What reaches it through its model, its operator and sub-processors, and whether it binds us."""
        return Response(told(of_use(self.row(pk))))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "as_of", {"type": "string", "format": "date-time"}, description="A past moment; now by default."
            )
        ],
        responses={200: FactSheetSerializer, 422: None},
        filters=False,
    )
    def fact_sheet(self, request: Request, pk: str) -> Response:
        """The facts that were judged, now or at a past moment, with the digest they had then."""
        use = self.row(pk)
        moment = _moment(request.query_params.get("as_of"))
        evaluation = evaluation_at(use.id, moment)
        content = evaluation.sheet.content
        return Response(
            {
                "format": content["format"],
                "use": str(use.id),
                "as_of": moment,
                "evaluated_at": evaluation.created_at,
                "digest": evaluation.sheet.digest,
                "policy_version": evaluation.policy_version.label,
                "policy_digest": evaluation.policy_version.digest,
                "facts": [{"path": path, **entry} for path, entry in sorted(content["facts"].items())],
            }
        )

    @extend_schema(responses={200: LayersSerializer}, filters=False)
    def licence(self, request: Request, pk: str) -> Response:
        """The licence that binds this use: declared, concluded and effective, judged for our licensee profile."""
        return Response(layers(licence_of_use(self.row(pk))))


def _moment(text: str | None) -> dt.datetime:
    if text is None:
        return now()
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year not in YEARS:
        raise InvalidInput("must be a time with its zone, such as 2026-11-24T12:00:00Z", pointer="/as_of")
    return found


def _offer(key: str | None) -> HostingOffer | None:
    found = HostingOffer.objects.filter(key=key).first() if key else None
    if key and found is None:
        raise InvalidInput("there is no such hosting offer", pointer="/offer")
    return found


def floating_release(model: Model) -> Release:
    """The release of a model that follows its name. Raises `InvalidInput` when the model has none."""
    found = Release.objects.filter(model=model, revision="").first()
    if found is None:
        raise InvalidInput("this model has only fixed releases; name one of them", pointer="/release")
    return found
