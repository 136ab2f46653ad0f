"""`changes`: what changed since it was approved."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actors import Actor
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.policy.evaluation import judge_uses
from apps.registry.selectors import uses
from apps.reviews import selectors, settling
from apps.reviews.models import Change, Reopening


class ReopeningSerializer(Shown[Reopening]):
    use = serializers.UUIDField(source="use_id")
    proposed_by = serializers.UUIDField(source="proposed_by_id", allow_null=True)
    settled_by = serializers.UUIDField(source="settled_by_id", allow_null=True)

    class Meta:
        model = Reopening
        fields = ("use", "state", "opened_at", "reason", "proposed_by", "settled_by", "settled_at")


class ChangeSerializer(Shown[Change]):
    uses = ReopeningSerializer(many=True, source="in_sight")
    waiting = serializers.IntegerField()

    class Meta:
        model = Change
        fields = (
            *("id", "kind", "about", "before", "after", "seen_at", "source_label", "source_url", "as_of"),
            *("waiting", "uses", "created_at", "updated_at"),
        )


class SettleBody(Body):
    reason = serializers.CharField(max_length=5000)
    uses = serializers.ListField(child=serializers.UUIDField(), required=False, min_length=1, max_length=500)


class Changes(NounViewSet):
    """What an approval rested on and is no longer so: licence texts, licences, terms, cards, parents, developers."""

    serializer_class = ChangeSerializer
    filters = {"kind": ("kind", tuple(Change.Kind.values))}
    orderings = ("seen_at",)

    def rows(self) -> QuerySet[Change]:
        in_sight = selectors.reopenings(self.actor).order_by("use__name", "id")
        return selectors.changes(self.actor).prefetch_related(
            Prefetch("reopenings", queryset=in_sight, to_attr="in_sight")
        )

    @extend_schema(request=SettleBody, responses={200: ChangeSerializer})
    def approve(self, request: Request, pk: str) -> Response:
        """Approve the uses again with the change; never by their owner."""
        return self._settle(pk, settling.approve_again)

    @extend_schema(request=SettleBody, responses={200: ChangeSerializer})
    def propose(self, request: Request, pk: str) -> Response:
        """Propose that the change is not material."""
        return self._settle(pk, settling.propose_not_material)

    @extend_schema(request=SettleBody, responses={200: ChangeSerializer})
    def agree(self, request: Request, pk: str) -> Response:
        """Agree that the change is not material; never by whoever proposed it."""
        return self._settle(pk, settling.agree_not_material)

    @extend_schema(request=SettleBody, responses={200: ChangeSerializer})
    def refuse(self, request: Request, pk: str) -> Response:
        """Disagree: the change stays open."""
        return self._settle(pk, settling.refuse_not_material)

    def _settle(self, pk: str, way: Any) -> Response:
        body = self.read(SettleBody)
        named: list[UUID] | None = body.get("uses")

        def write(change: Change) -> None:
            chosen = [reference(uses(self.actor), one, "/uses") for one in named] if named else None
            rows = way(actor=self.actor, change_=change, reason=body["reason"], uses=chosen)
            judge_uses(actor=Actor.system("review"), use_ids=[row.use_id for row in rows])

        return self.changed(pk, write)
