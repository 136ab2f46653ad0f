"""`parties`, `stakes`."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.lists import search_text
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.parties import selectors, services
from apps.parties.models import Domain, HubOrganisation, Party, PartyName, Stake

SOURCED = ("state", "source_label", "source_url", "as_of", "note")


class PartyNameSerializer(Shown[PartyName]):
    class Meta:
        model = PartyName
        fields = ("name", "kind", "language", *SOURCED)


class DomainSerializer(Shown[Domain]):
    class Meta:
        model = Domain
        fields = ("domain", "lookalike", *SOURCED)


class HubOrganisationSerializer(Shown[HubOrganisation]):
    class Meta:
        model = HubOrganisation
        fields = ("hub", "name", *SOURCED)


class PartySerializer(Shown[Party]):
    principal = serializers.UUIDField(source="principal_id", allow_null=True)
    group = serializers.UUIDField(source="group_id", allow_null=True)
    names = PartyNameSerializer(many=True)
    domains = DomainSerializer(many=True)
    hub_organisations = HubOrganisationSerializer(many=True)

    class Meta:
        model = Party
        fields = (
            *("id", "name", "kind", "key", "principal", "group", "names", "domains", "hub_organisations"),
            *("created_at", "updated_at"),
        )


class PartyBody(Body):
    name = serializers.CharField(max_length=300)
    kind = serializers.ChoiceField(choices=Party.Kind.choices, default=Party.Kind.COMPANY)
    native_name = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class Parties(NounViewSet):
    """Legal entities and bodies around models. `q` looks into names, aliases and domains."""

    serializer_class = PartySerializer
    filters = {"kind": ("kind", tuple(Party.Kind.values)), "group": ("group_id", UUID), "key": ("key", str)}
    own_search = True
    orderings = ("name", "updated_at")

    def rows(self) -> QuerySet[Party]:
        self.actor.require("register.read")
        return selectors.parties(search_text(self.request)).prefetch_related("names", "domains", "hub_organisations")

    @extend_schema(request=PartyBody, responses={201: PartySerializer})
    def create(self, request: Request) -> Response:
        """Enter a party."""
        body = self.read(PartyBody)
        return self.created(lambda: services.create_party(actor=self.actor, **body))


class StakeSerializer(Shown[Stake]):
    owner = serializers.UUIDField(source="owner_id", allow_null=True)
    owned = serializers.UUIDField(source="owned_id")

    class Meta:
        model = Stake
        fields = (
            *("id", "owner", "owner_name", "owned", "basis", "equity_pct", "voting_pct", "valid_from", "valid_to"),
            *SOURCED,
        )


class StakeBody(Body):
    owner = serializers.UUIDField()
    owned = serializers.UUIDField()
    basis = serializers.ChoiceField(choices=Stake.Basis.choices)
    equity_pct = serializers.DecimalField(
        max_digits=6, decimal_places=3, min_value=0, max_value=100, required=False, allow_null=True
    )
    voting_pct = serializers.DecimalField(
        max_digits=6, decimal_places=3, min_value=0, max_value=100, required=False, allow_null=True
    )
    valid_from = serializers.DateField(required=False, allow_null=True)
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]  # as in facts.FactBody
    source_url = serializers.URLField(max_length=1000, required=False, default="", allow_blank=True)
    as_of = serializers.DateField()


class Stakes(NounViewSet):
    """Ownership edges."""

    serializer_class = StakeSerializer
    filters = {"owner": ("owner_id", UUID), "owned": ("owned_id", UUID), "basis": ("basis", tuple(Stake.Basis.values))}
    searches = ("owner_name",)

    def rows(self) -> QuerySet[Stake]:
        self.actor.require("register.read")
        return Stake.objects.all()

    @extend_schema(request=StakeBody, responses={201: StakeSerializer})
    def create(self, request: Request) -> Response:
        """Record who owns how much of whom."""
        body = self.read(StakeBody)
        body["owner"] = reference(selectors.parties(), body["owner"], "/owner")
        body["owned"] = reference(selectors.parties(), body["owned"], "/owned")
        return self.created(lambda: services.record_stake(actor=self.actor, **body))
