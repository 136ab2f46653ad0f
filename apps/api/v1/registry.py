"""`models`, `releases`, `lineage-edges`, `artefacts`, `hosting-offers`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.lists import folded, search_text
from apps.api.v1.exports import CompletenessSerializer, shown
from apps.api.v1.exposure import ExposureSerializer, told
from apps.api.v1.licence_layers import LayersSerializer, layers
from apps.api.v1.lineage import ClaimSerializer, LineageSerializer, OriginSerializer, lineage_of
from apps.api.v1.parties import SOURCED
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.exports.completeness import completeness_of
from apps.licences.selectors import licences
from apps.parties.selectors import parties
from apps.policy.exposure import of_model
from apps.policy.licences import licence_of_release
from apps.registry import selectors, services
from apps.registry.models import Artefact, HostingMode, HostingOffer, LineageEdge, Model, ModelAlias, Release
from apps.registry.origins import origin_of
from apps.registry.services.models import AliasInput


class AliasSerializer(Shown[ModelAlias]):
    class Meta:
        model = ModelAlias
        fields = ("namespace", "identifier", *SOURCED)


class ModelSerializer(Shown[Model]):
    developer = serializers.UUIDField(source="developer_id", allow_null=True)
    developer_name = serializers.CharField(source="developer.name", allow_null=True)
    aliases = AliasSerializer(many=True)

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
    aliases: Any = serializers.ListSerializer(child=AliasBody(), required=False, default=list, max_length=50)


class Models(NounViewSet):
    """What developers publish under one name and size. `q` looks into names and identifiers."""

    serializer_class = ModelSerializer
    filters = {
        "developer": ("developer_id", UUID),
        "kind": ("kind", tuple(Model.Kind.values)),
        "access": ("access", tuple(Model.Access.values)),
        "key": ("key", str),
        "alias": ("aliases__identifier_folded", folded),
    }
    orderings = ("name",)
    own_search = True

    def rows(self) -> QuerySet[Model]:
        self.actor.require("register.read")
        return selectors.models(search_text(self.request)).prefetch_related("aliases")

    def filter_queryset(self, queryset: Any) -> Any:
        """A model with the same identifier in two namespaces is one model."""
        found = super().filter_queryset(queryset)
        return found.distinct() if "alias" in self.request.query_params else found

    def tag(self, row: Model) -> str:
        """Changes with the identifiers too, which are rows of their own."""
        return f'"{row.row_version}.{len(row.aliases.all())}"'

    @extend_schema(request=ModelBody, responses={201: ModelSerializer})
    def create(self, request: Request) -> Response:
        """Enter a model."""
        body = self.read(ModelBody)
        body["developer"] = reference(parties(), body.get("developer"), "/developer")
        body["aliases"] = [AliasInput(**alias) for alias in body["aliases"]]
        return self.created(lambda: services.register_model(actor=self.actor, **body))

    @extend_schema(request=AliasBody, responses={200: ModelSerializer})
    def add_alias(self, request: Request, pk: str) -> Response:
        """Give a model another identifier."""
        body = self.read(AliasBody)
        return self.changed(pk, lambda model: services.add_alias(actor=self.actor, model=model, **body))

    @extend_schema(responses={200: LineageSerializer})
    def lineage(self, request: Request, pk: str) -> Response:
        """What the model was made from, nearest first, and what was made from it."""
        return Response(lineage_of(self.row(pk).id))

    @extend_schema(responses={200: OriginSerializer})
    def origin(self, request: Request, pk: str) -> Response:
        """Countries in their roles, each with the path behind it; no country where it is not known."""
        return Response(OriginSerializer({"elements": origin_of(self.row(pk).id)}).data)

    @extend_schema(responses={200: ExposureSerializer})
    def exposure(self, request: Request, pk: str) -> Response:
        """What reaches it through its maker, its weights and its teachers, and whether it binds us."""
        return Response(told(of_model(self.row(pk))))

    @extend_schema(responses={200: CompletenessSerializer})
    def completeness(self, request: Request, pk: str) -> Response:
        """Which elements of the G7's “SBOM for AI” are known of the model, and which are missing."""
        return Response(shown(completeness_of(self.row(pk).id)))


class ReleaseSerializer(Shown[Release]):
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
    source = serializers.CharField(  # type: ignore[assignment]  # as in facts.FactBody
        max_length=500, required=False, default="", allow_blank=True
    )


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

    @extend_schema(responses={200: LayersSerializer}, filters=False)
    def licence(self, request: Request, pk: str) -> Response:
        """Its licence: declared, concluded and effective over the lineage, judged for our licensee profile."""
        return Response(layers(licence_of_release(selectors.release_by_id(self.row(pk).id))))


class LineageEdgeSerializer(Shown[LineageEdge]):
    child = serializers.UUIDField(source="child_id")
    parent = serializers.UUIDField(  # type: ignore[assignment]  # as in facts.FactBody
        source="parent_id", allow_null=True
    )
    claims = ClaimSerializer(many=True)

    class Meta:
        model = LineageEdge
        fields = ("id", "child", "parent", "parent_name", "relation", "weights_transfer", *SOURCED, "claims")


class LineageEdgeBody(Body):
    child = serializers.UUIDField()
    parent = serializers.UUIDField(  # type: ignore[assignment]  # as in facts.FactBody
        required=False, allow_null=True
    )
    parent_name = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    relation = serializers.ChoiceField(choices=LineageEdge.Relation.choices)
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]  # as in facts.FactBody
    source_url = serializers.URLField(max_length=1000, required=False, default="", allow_blank=True)
    as_of = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class RemoveBody(Body):
    reason = serializers.CharField(max_length=2000)


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
        return LineageEdge.objects.prefetch_related("claims")

    @extend_schema(request=LineageEdgeBody, responses={201: LineageEdgeSerializer})
    def create(self, request: Request) -> Response:
        """Record what a model was made from."""
        body = self.read(LineageEdgeBody)
        body["child"] = reference(selectors.models(), body["child"], "/child")
        body["parent"] = reference(selectors.models(), body.get("parent"), "/parent")
        return self.created(lambda: services.add_lineage_edge(actor=self.actor, **body))

    @extend_schema(request=RemoveBody, responses={204: None})
    def remove(self, request: Request, pk: str) -> Response:
        """Take back an edge that was wrong; the journal keeps it."""
        reason = self.read(RemoveBody)["reason"]

        def write(edge: LineageEdge) -> Response:
            services.remove_lineage_edge(actor=self.actor, edge=edge, reason=reason)
            return Response(status=204)

        return self.changed(pk, write)


class ArtefactSerializer(Shown[Artefact]):
    release = serializers.UUIDField(source="release_id")

    class Meta:
        model = Artefact
        fields = ("id", "release", "path", "sha256", "size", "format", "signature", *SOURCED)


class ArtefactBody(Body):
    release = serializers.UUIDField()
    path = serializers.CharField(max_length=500)
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$", max_length=64)
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


class HostingOfferSerializer(Shown[HostingOffer]):
    operator = serializers.UUIDField(source="operator_id", allow_null=True)

    class Meta:
        model = HostingOffer
        fields = (
            *("id", "key", "title_en", "title_de", "operator", "hosting_mode", "region", "endpoint_domain"),
            *("models_offered", *SOURCED, "created_at", "updated_at"),
        )


class HostingOffers(NounViewSet):
    """Ways in which operators offer models; a use that names one by its `key` starts with what its terms say."""

    serializer_class = HostingOfferSerializer
    filters = {
        "key": ("key", str),
        "operator": ("operator_id", UUID),
        "hosting_mode": ("hosting_mode", tuple(HostingMode.values)),
    }
    searches = ("title_en", "title_de", "key")
    orderings = ("key",)

    def rows(self) -> QuerySet[HostingOffer]:
        self.actor.require("register.read")
        return HostingOffer.objects.all()
