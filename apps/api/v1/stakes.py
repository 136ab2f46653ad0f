"""`stakes`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.v1.parties import SOURCED, SourcedBody
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.parties import selectors, services
from apps.parties.models import Stake


class StakeSerializer(Shown[Stake]):
    owner = serializers.UUIDField(source="owner_id", allow_null=True)
    owned = serializers.UUIDField(source="owned_id")

    class Meta:
        model = Stake
        fields = (
            *("id", "owner", "owner_name", "free_float", "owned", "basis", "equity_pct", "voting_pct"),
            *("valid_from", "valid_to", "superseded_at"),
            *SOURCED,
        )


class PercentField(serializers.DecimalField):
    """A percentage, or null where it is not known."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            max_digits=6, decimal_places=3, min_value=0, max_value=100, required=False, allow_null=True, **more
        )


class StakeBody(SourcedBody):
    owned = serializers.UUIDField()
    owner = serializers.UUIDField(required=False, allow_null=True)
    owner_name = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    free_float = serializers.BooleanField(required=False, default=False)
    basis = serializers.ChoiceField(choices=Stake.Basis.choices)
    equity_pct = PercentField()
    voting_pct = PercentField()
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class EndBody(SourcedBody):
    valid_to = serializers.DateField()


class CorrectionBody(Body):
    reason = serializers.CharField(max_length=2000)
    basis = serializers.ChoiceField(choices=Stake.Basis.choices, required=False)
    equity_pct = PercentField()
    voting_pct = PercentField()
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    source = serializers.CharField(max_length=500, required=False)  # type: ignore[assignment]  # as in facts.FactBody
    source_url = serializers.URLField(max_length=1000, required=False, allow_blank=True)
    as_of = serializers.DateField(required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class StakeWithdrawBody(Body):
    reason = serializers.CharField(max_length=2000)


class Stakes(NounViewSet):
    """Ownership edges that stand; one that is ended or corrected gives way to another with its own identifier."""

    serializer_class = StakeSerializer
    filters = {"owner": ("owner_id", UUID), "owned": ("owned_id", UUID), "basis": ("basis", tuple(Stake.Basis.values))}
    searches = ("owner_name",)

    def rows(self) -> QuerySet[Stake]:
        self.actor.require("register.read")
        return Stake.objects.select_related("owner", "owned")

    @extend_schema(request=StakeBody, responses={201: StakeSerializer})
    def create(self, request: Request) -> Response:
        """Record who holds how much of whom."""
        body = self.read(StakeBody)
        body["owner"] = reference(selectors.parties(), body.get("owner"), "/owner")
        body["owned"] = reference(selectors.parties(), body["owned"], "/owned")
        return self.created(lambda: services.record_stake(actor=self.actor, **body))

    @extend_schema(request=EndBody, responses={200: StakeSerializer})
    def end(self, request: Request, pk: str) -> Response:
        """Say which was its last day; the answer is the stake that takes its place."""
        body = self.read(EndBody)
        return self._replaced(pk, lambda stake: services.end_stake(actor=self.actor, stake=stake, **body))

    @extend_schema(request=CorrectionBody, responses={200: StakeSerializer})
    def correct(self, request: Request, pk: str) -> Response:
        """Put right what was recorded wrongly; the answer is the stake that takes its place."""
        body = self.read(CorrectionBody)
        return self._replaced(pk, lambda stake: services.correct_stake(actor=self.actor, stake=stake, **body))

    @extend_schema(request=StakeWithdrawBody, responses={200: StakeSerializer})
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back a stake that never was."""
        body = self.read(StakeWithdrawBody)
        return self._replaced(pk, lambda stake: services.withdraw_stake(actor=self.actor, stake=stake, **body))

    def _replaced(self, pk: str, write: Callable[[Stake], Stake]) -> Response:
        services.require_shared_change(self.actor)
        return self.changed(pk, lambda stake: self.answer(write(stake)))
