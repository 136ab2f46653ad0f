"""`models`, `releases`, `lineage-edges`, `artefacts`, `deployments`, `use-cases`, `uses`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import Team
from apps.api.v1.accounts import team_of
from apps.api.v1.facts import FactBody, fact_inputs
from apps.api.v1.parties import SOURCED
from apps.api.views import Body, NounViewSet, reference
from apps.core.clock import now
from apps.core.errors import InvalidInput
from apps.licences.selectors import licences
from apps.parties.selectors import parties
from apps.policy.evaluation import judge_use
from apps.policy.selectors import evaluation_at
from apps.registry import selectors, services
from apps.registry.models import (
    Artefact,
    Deployment,
    Environment,
    HostingMode,
    HostingOffer,
    LineageEdge,
    Model,
    ModelAlias,
    Release,
    Use,
    UseCase,
)


class AliasSerializer(serializers.ModelSerializer[ModelAlias]):
    class Meta:
        model = ModelAlias
        fields = ("namespace", "identifier", *SOURCED)


class ModelSerializer(serializers.ModelSerializer[Model]):
    developer = serializers.UUIDField(source="developer_id", allow_null=True)
    developer_name = serializers.CharField(source="developer.name", default=None, allow_null=True, read_only=True)
    aliases = AliasSerializer(many=True, read_only=True)

    class Meta:
        model = Model
        fields = (
            *("id", "name", "family", "key", "developer", "developer_name", "kind", "access", "aliases", *SOURCED),
            *("created_at", "updated_at"),
        )


class AliasBody(Body):
    namespace = serializers.CharField(max_length=40)
    identifier = serializers.CharField(max_length=300)


class ModelBody(Body):
    name = serializers.CharField(max_length=300)
    developer = serializers.UUIDField(required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=Model.Kind.choices, default=Model.Kind.UNKNOWN)
    access = serializers.ChoiceField(choices=Model.Access.choices, default=Model.Access.UNKNOWN)
    family = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    aliases = AliasBody(many=True, required=False, default=list, max_length=50)


class Models(NounViewSet):
    """What developers publish under one name and size. `q` looks into names and identifiers."""

    serializer_class = ModelSerializer
    filters = {
        "developer": ("developer_id", UUID),
        "kind": ("kind", tuple(Model.Kind.values)),
        "access": ("access", tuple(Model.Access.values)),
        "key": ("key", str),
        "alias": ("aliases__identifier_folded", str),
    }
    orderings = ("name",)
    own_search = True

    def rows(self) -> QuerySet[Model]:
        self.actor.require("register.read")
        return selectors.models(self.request.query_params.get("q", "")[:300].replace("\x00", "")).prefetch_related(
            "aliases"
        )

    @extend_schema(request=ModelBody, responses={201: ModelSerializer})
    def create(self, request: Request) -> Response:
        """Enter a model."""
        body = self.read(ModelBody)
        body["developer"] = reference(parties(), body.get("developer"), "/developer")
        body["aliases"] = [services.AliasInput(**alias) for alias in body["aliases"]]
        return self.created(lambda: services.register_model(actor=self.actor, **body))


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    model = serializers.UUIDField(source="model_id")
    licence = serializers.UUIDField(source="licence_id", allow_null=True)

    class Meta:
        model = Release
        fields = (
            *("id", "model", "revision", "pinned", "purl", "licence", "licence_expression", "licence_state"),
            *("licence_source", "licence_source_url", "licence_as_of", *SOURCED, "created_at", "updated_at"),
        )


class ReleaseBody(Body):
    model = serializers.UUIDField()
    revision = serializers.CharField(max_length=120)
    licence = serializers.UUIDField(required=False, allow_null=True)
    licence_expression = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    source = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class Releases(NounViewSet):
    """Fixed revisions and floating names of models."""

    serializer_class = ReleaseSerializer
    filters = {"model": ("model_id", UUID), "pinned": ("pinned", bool), "licence": ("licence_id", UUID)}
    searches = ("revision", "purl")

    def rows(self) -> QuerySet[Release]:
        self.actor.require("register.read")
        return Release.objects.all()

    @extend_schema(request=ReleaseBody, responses={201: ReleaseSerializer})
    def create(self, request: Request) -> Response:
        """Enter a fixed revision of a model."""
        body = self.read(ReleaseBody)
        body["model"] = reference(selectors.models(), body["model"], "/model")
        body["licence"] = reference(licences(), body.get("licence"), "/licence")
        return self.created(lambda: services.add_release(actor=self.actor, **body))


class LineageEdgeSerializer(serializers.ModelSerializer[LineageEdge]):
    child = serializers.UUIDField(source="child_id")
    parent = serializers.UUIDField(source="parent_id", allow_null=True)

    class Meta:
        model = LineageEdge
        fields = ("id", "child", "parent", "parent_name", "relation", "weights_transfer", *SOURCED)


class LineageEdgeBody(Body):
    child = serializers.UUIDField()
    parent = serializers.UUIDField(required=False, allow_null=True)
    parent_name = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    relation = serializers.ChoiceField(choices=LineageEdge.Relation.choices)
    source = serializers.CharField(max_length=500)
    source_url = serializers.URLField(max_length=1000, required=False, default="", allow_blank=True)
    as_of = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class LineageEdges(NounViewSet):
    """What models were made from."""

    serializer_class = LineageEdgeSerializer
    filters = {
        "child": ("child_id", UUID),
        "parent": ("parent_id", UUID),
        "relation": ("relation", tuple(LineageEdge.Relation.values)),
    }
    searches = ("parent_name",)

    def rows(self) -> QuerySet[LineageEdge]:
        self.actor.require("register.read")
        return LineageEdge.objects.all()

    @extend_schema(request=LineageEdgeBody, responses={201: LineageEdgeSerializer})
    def create(self, request: Request) -> Response:
        """Record what a model was made from."""
        body = self.read(LineageEdgeBody)
        body["child"] = reference(selectors.models(), body["child"], "/child")
        body["parent"] = reference(selectors.models(), body.get("parent"), "/parent")
        return self.created(lambda: services.add_lineage_edge(actor=self.actor, **body))


class ArtefactSerializer(serializers.ModelSerializer[Artefact]):
    release = serializers.UUIDField(source="release_id")

    class Meta:
        model = Artefact
        fields = ("id", "release", "path", "sha256", "size", "format", "signature", *SOURCED)


class ArtefactBody(Body):
    release = serializers.UUIDField()
    path = serializers.CharField(max_length=500)
    sha256 = serializers.CharField(max_length=64)
    size = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**62 - 1)
    format = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class Artefacts(NounViewSet):
    """Files of releases by their SHA-256."""

    serializer_class = ArtefactSerializer
    filters = {"release": ("release_id", UUID), "sha256": ("sha256", str)}
    searches = ("path",)

    def rows(self) -> QuerySet[Artefact]:
        self.actor.require("register.read")
        return Artefact.objects.all()

    @extend_schema(request=ArtefactBody, responses={201: ArtefactSerializer})
    def create(self, request: Request) -> Response:
        """Record a file of a release."""
        body = self.read(ArtefactBody)
        body["release"] = reference(Release.objects.all(), body["release"], "/release")
        return self.created(lambda: services.add_artefact(actor=self.actor, **body))


class DeploymentSerializer(serializers.ModelSerializer[Deployment]):
    release = serializers.UUIDField(source="release_id")
    team = serializers.UUIDField(source="team_id", allow_null=True)
    operator = serializers.UUIDField(source="operator_id", allow_null=True)
    offer = serializers.SlugField(source="offer.key", default=None, allow_null=True, read_only=True)

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
    orderings = ("name",)

    def rows(self) -> QuerySet[Deployment]:
        return selectors.deployments(self.actor)


class UseCaseSerializer(serializers.ModelSerializer[UseCase]):
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
    orderings = ("name",)

    def rows(self) -> QuerySet[UseCase]:
        return selectors.use_cases(self.actor)


class UseSerializer(serializers.ModelSerializer[Use]):
    use_case = serializers.UUIDField(source="use_case_id")
    deployment = serializers.UUIDField(source="deployment_id")
    team = serializers.UUIDField(source="team_id", allow_null=True)
    model = serializers.UUIDField(source="deployment.release.model_id", read_only=True)
    model_name = serializers.CharField(source="deployment.release.model.name", read_only=True)
    decision = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField()
    unknowns = serializers.SerializerMethodField()

    class Meta:
        model = Use
        fields = (
            *("id", "name", "status", "team", "use_case", "deployment", "model", "model_name"),
            *("decision", "findings", "unknowns", "created_at", "updated_at"),
        )

    def get_decision(self, use: Use) -> str | None:
        """The verdict in force; null before the first one."""
        return use.verdict.decision if hasattr(use, "verdict") else None

    def get_findings(self, use: Use) -> int | None:
        """How many rules found something."""
        return use.verdict.findings if hasattr(use, "verdict") else None

    def get_unknowns(self, use: Use) -> int | None:
        """How many rules lack a fact."""
        return use.verdict.unknowns if hasattr(use, "verdict") else None


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
    deployment_facts = FactBody(many=True, required=False, default=list, max_length=100)
    use_case_facts = FactBody(many=True, required=False, default=list, max_length=100)


class ReasonBody(Body):
    reason = serializers.CharField(max_length=2000)


class ClaimBody(Body):
    team = serializers.UUIDField()
    reason = serializers.CharField(max_length=2000)


class Uses(NounViewSet):
    """One use case on one deployment: the unit that rules judge."""

    serializer_class = UseSerializer
    filters = {
        "team": ("team_id", UUID),
        "status": ("status", tuple(Use.Status.values)),
        "model": ("deployment__release__model_id", UUID),
        "developer": ("deployment__release__model__developer_id", UUID),
        "environment": ("deployment__environment", tuple(Environment.values)),
        "hosting_mode": ("deployment__hosting_mode", tuple(HostingMode.values)),
        "decision": ("verdict__decision", ("block", "undecided", "review", "pass")),
        "observed_only": ("deployment__observed_only", bool),
    }
    searches = ("name",)
    orderings = ("name",)

    def rows(self) -> QuerySet[Use]:
        return selectors.uses(self.actor).select_related("verdict")

    @extend_schema(request=UseBody, responses={201: UseSerializer})
    def create(self, request: Request) -> Response:
        """Register a use and judge it at once."""
        body = self.read(UseBody)
        return self.created(lambda: self._register(body))

    def _register(self, body: dict[str, Any]) -> Use:
        release = reference(Release.objects.all(), body.pop("release", None), "/release")
        model = reference(selectors.models(), body.pop("model", None), "/model")
        if release is None and model is None:
            raise InvalidInput("name the model, or the release", pointer="/model")
        offer_key = body.pop("offer", None)
        offer = HostingOffer.objects.filter(key=offer_key).first() if offer_key else None
        if offer_key and offer is None:
            raise InvalidInput("there is no such hosting offer", pointer="/offer")
        operator = reference(parties(), body.pop("operator", None), "/operator")
        use = services.register_use(
            actor=self.actor,
            name=body["name"],
            release=release or floating_release(model),
            team=team_of(self, body),
            environment=body["environment"],
            hosting_mode=body["hosting_mode"],
            operator_id=operator.id if operator else None,
            offer=offer,
            use_case=reference(selectors.use_cases(self.actor), body.get("use_case"), "/use_case"),
            use_case_name=body["use_case_name"],
            deployment_facts=fact_inputs(body["deployment_facts"]),
            use_case_facts=fact_inputs(body["use_case_facts"]),
        )
        self._judge(use)
        return self.row(str(use.id))

    def _judge(self, use: Use) -> None:
        from apps.accounts.actors import Actor

        judge_use(actor=Actor.system("use.register"), use_id=use.id)

    @extend_schema(request=ReasonBody, responses=UseSerializer)
    def retire(self, request: Request, pk: str) -> Response:
        """End a use."""
        use = self.row(pk)
        self.expect_version(use)
        services.retire_use(actor=self.actor, use=use, reason=self.read(ReasonBody)["reason"])
        return self.answer(self.row(pk))

    @extend_schema(request=ClaimBody, responses=UseSerializer)
    def claim(self, request: Request, pk: str) -> Response:
        """Make a team answer for a use that nobody registered."""
        use = self.row(pk)
        self.expect_version(use)
        body = self.read(ClaimBody)
        team = reference(Team.objects.all(), body["team"], "/team")
        services.claim_use(actor=self.actor, use=use, team=team, reason=body["reason"])
        return self.answer(self.row(pk))

    @extend_schema(request=None, responses={200: dict})
    def evaluate(self, request: Request, pk: str) -> Response:
        """Judge the use now; the answer is its verdict in short, the details are `verdicts?use=…`."""
        use = self.row(pk)
        verdict = judge_use(actor=self.actor, use_id=use.id)
        return Response(
            {
                "use": str(use.id),
                "decision": verdict.decision,
                "findings": verdict.findings,
                "unknowns": verdict.unknowns,
                "facts_digest": verdict.sheet_digest,
                "policy_version": verdict.evaluation.policy_version.label,
                "policy_digest": verdict.policy_digest,
                "evaluated_at": verdict.evaluation.created_at,
                "next_change_on": verdict.next_change_on,
            }
        )

    @extend_schema(
        parameters=[OpenApiParameter("as_of", {"type": "string", "format": "date-time"}, description="A past moment.")],
        responses={200: dict},
        filters=False,
    )
    def fact_sheet(self, request: Request, pk: str) -> Response:
        """The facts that were judged, now or at a past moment, with the digest they had then."""
        use = self.row(pk)
        text = request.query_params.get("as_of", "")
        moment = _moment(text) if text else now()
        evaluation = evaluation_at(use.id, moment)
        facts = evaluation.sheet.content["facts"]
        return Response(
            {
                "use": str(use.id),
                "as_of": moment,
                "evaluated_at": evaluation.created_at,
                "digest": evaluation.sheet.digest,
                "policy_version": evaluation.policy_version.label,
                "policy_digest": evaluation.policy_version.digest,
                "facts": [{"path": path, **facts[path]} for path in sorted(facts)],
            }
        )


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput("must be a time with its zone, such as 2026-11-24T12:00:00Z", pointer="/as_of")
    return found


def floating_release(model: Model) -> Release:
    """The release of a model that follows its name. Raises `InvalidInput` when the model has none."""
    found = Release.objects.filter(model=model, revision="").first()
    if found is None:
        raise InvalidInput("this model has only fixed releases; name one of them", pointer="/release")
    return found
