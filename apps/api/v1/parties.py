"""`parties`."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.lists import search_text
from apps.api.v1.exposure import ExposureSerializer, told
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.core.clock import now, today
from apps.core.errors import InvalidInput
from apps.core.spreadsheets import csv_bytes
from apps.parties import selectors, services
from apps.parties.models import Domain, HubOrganisation, Party, PartyName
from apps.parties.ownership import Edge, Outcome, Regime, Share
from apps.policy.exposure import of_party
from apps.policy.standing import Standing
from apps.sanctions.screening.past import known_at
from apps.sanctions.screening.records import record_of, table_of
from apps.sanctions.screening.selectors import results_by

SOURCED = ("state", "source_label", "source_url", "as_of", "note")


class PartyNameSerializer(Shown[PartyName]):
    class Meta:
        model = PartyName
        fields = ("id", "name", "kind", "language", *SOURCED)


class DomainSerializer(Shown[Domain]):
    class Meta:
        model = Domain
        fields = ("id", "domain", "lookalike", *SOURCED)


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


class SourcedBody(Body):
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]  # as in facts.FactBody
    source_url = serializers.URLField(max_length=1000, required=False, default="", allow_blank=True)
    as_of = serializers.DateField()


class PartyNameBody(SourcedBody):
    name = serializers.CharField(max_length=300)
    kind = serializers.ChoiceField(choices=PartyName.Kind.choices)
    language = serializers.CharField(max_length=10, required=False, default="", allow_blank=True)


class DomainBody(SourcedBody):
    domain = serializers.CharField(max_length=253)
    lookalike = serializers.BooleanField(required=False, default=False)


class RemoveNameBody(Body):
    name = serializers.UUIDField()
    reason = serializers.CharField(max_length=2000)


class RemoveDomainBody(Body):
    domain = serializers.UUIDField()
    reason = serializers.CharField(max_length=2000)


class HoldingSerializer(serializers.Serializer[Any]):
    """A holding of the path that makes a share."""

    owner = serializers.UUIDField()
    owned = serializers.UUIDField()
    equity_pct = serializers.DecimalField(max_digits=6, decimal_places=3)
    voting_pct = serializers.DecimalField(max_digits=6, decimal_places=3)
    control = serializers.ListField(child=serializers.CharField())


class ShareSerializer(serializers.Serializer[Any]):
    """What one regime's test says."""

    regime = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    in_force = serializers.BooleanField()
    owned_pct = serializers.DecimalField(max_digits=6, decimal_places=3)
    together_pct = serializers.DecimalField(max_digits=6, decimal_places=3)
    unresolved_pct = serializers.DecimalField(max_digits=6, decimal_places=3)
    path = HoldingSerializer(many=True)
    source = serializers.CharField()  # type: ignore[assignment]  # as in facts.FactBody
    source_as_of = serializers.DateField()


class OwnershipSerializer(serializers.Serializer[Any]):
    party = serializers.UUIDField()
    as_of = serializers.DateField()
    shares = ShareSerializer(many=True)


class CsvRenderer(JSONRenderer):
    """Lets a caller who accepts nothing but CSV ask for it; problems are still told in JSON."""

    media_type = "text/csv"
    format = "csv"


_MOMENT = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="A moment that has been; now by default.")


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

    @extend_schema(request=PartyNameBody, responses={200: PartySerializer})
    def add_name(self, request: Request, pk: str) -> Response:
        """Record a further name."""
        body = self.read(PartyNameBody)
        return self._told(pk, lambda party: services.add_name(actor=self.actor, party=party, **body))

    @extend_schema(request=RemoveNameBody, responses={200: PartySerializer})
    def remove_name(self, request: Request, pk: str) -> Response:
        """Remove a name that is none."""
        body = self.read(RemoveNameBody)

        def write(party: Party) -> None:
            name = reference(PartyName.objects.filter(party=party), body["name"], "/name")
            services.remove_name(actor=self.actor, name=name, reason=body["reason"])

        return self._told(pk, write)

    @extend_schema(request=DomainBody, responses={200: PartySerializer})
    def add_domain(self, request: Request, pk: str) -> Response:
        """Record a domain, or one that only looks like the party's."""
        body = self.read(DomainBody)
        return self._told(pk, lambda party: services.add_domain(actor=self.actor, party=party, **body))

    @extend_schema(request=RemoveDomainBody, responses={200: PartySerializer})
    def remove_domain(self, request: Request, pk: str) -> Response:
        """Remove a domain that is not the party's."""
        body = self.read(RemoveDomainBody)

        def write(party: Party) -> None:
            domain = reference(Domain.objects.filter(party=party), body["domain"], "/domain")
            services.remove_domain(actor=self.actor, domain=domain, reason=body["reason"])

        return self._told(pk, write)

    def _told(self, pk: str, write: Callable[[Party], object]) -> Response:
        """The party after something that hangs on it has changed."""
        services.require_shared_change(self.actor)

        def respond(party: Party) -> Response:
            write(party)
            return self.answer(self.row(pk))

        return self.changed(pk, respond)

    @extend_schema(responses={200: ExposureSerializer})
    def exposure(self, request: Request, pk: str) -> Response:
        """What names it, who stands for it or its owners, and whether that binds us."""
        return Response(told(of_party(self.row(pk))))

    @extend_schema(
        parameters=[OpenApiParameter("as_of", OpenApiTypes.DATE, description="The day; today by default.")],
        responses={200: OwnershipSerializer},
    )
    def ownership(self, request: Request, pk: str) -> Response:
        """How much of it listed parties own by each regime's test, on a day, and what is not resolved."""
        party = self.row(pk)
        day = _day(request.query_params.get("as_of"))
        standing = Standing.of([party.id], on=day)
        shares = [_share(regime, share, day) for regime, share in standing.shares(party.id)]
        return Response(OwnershipSerializer({"party": party.id, "as_of": day, "shares": shares}).data)

    @extend_schema(parameters=[_MOMENT], responses={200: OpenApiTypes.OBJECT})
    def screening(self, request: Request, pk: str) -> Response:
        """What was compared with which versions of which lists, what was found and judged, as known at a moment."""
        return Response(self._record(pk))

    @extend_schema(parameters=[_MOMENT], responses={(200, "text/csv"): OpenApiTypes.STR})
    def screening_table(self, request: Request, pk: str) -> Any:
        """The same as one table: a line for the party, each list, match, judgement and run."""
        content = csv_bytes(table_of(self._record(pk)))
        return HttpResponse(content, content_type="text/csv; charset=utf-8")

    def _record(self, pk: str) -> dict[str, Any]:
        self.actor.require("screening.read")
        party, moment = self.row(pk), _moment(self.request.query_params.get("as_of"))
        return record_of(known_at(party.id, moment), results_by(party.id, moment))


def _moment(text: str | None) -> dt.datetime:
    """A moment of the address, now without one. Raises `InvalidInput`."""
    try:
        found = dt.datetime.fromisoformat(text) if text else now()
    except ValueError as error:
        raise InvalidInput("must be a moment such as 2026-11-24T12:00:00Z", pointer="/as_of") from error
    if found.tzinfo is None or found > now():
        raise InvalidInput("must be a moment that has been, with its zone", pointer="/as_of")
    return found


def _day(text: str | None) -> dt.date:
    """A day of the address, today without one. Raises `InvalidInput`."""
    try:
        return dt.date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise InvalidInput("must be a day such as 2026-11-24", pointer="/as_of") from error


def _share(regime: Regime, share: Share, day: dt.date) -> dict[str, Any]:
    return {
        "regime": regime.key,
        "outcome": share.outcome,
        "in_force": regime.applies(day),
        "owned_pct": share.percent,
        "together_pct": share.together,
        "unresolved_pct": share.unresolved,
        "path": _steps(share.path),
        "source": regime.source,
        "source_as_of": regime.as_of,
    }


def _steps(path: Sequence[Edge]) -> list[dict[str, Any]]:
    return [
        {
            "owner": edge.owner,
            "owned": edge.owned,
            "equity_pct": Decimal(edge.equity) / 1000,
            "voting_pct": Decimal(edge.votes) / 1000,
            "control": sorted(edge.control),
        }
        for edge in path
    ]
