"""`findings`, `tasks`, `waivers`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actors import Actor
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.findings import selectors, services
from apps.findings.models import Finding, Task, Waiver
from apps.policy.evaluation import judge_use
from apps.policy.models import GateEffect, Outcome, Severity


class FindingSerializer(Shown[Finding]):
    use = serializers.UUIDField(source="use_id")
    use_name = serializers.CharField(source="use.name", read_only=True)
    rule = serializers.CharField(source="rule_code")
    title = serializers.CharField(source="title_en")

    class Meta:
        model = Finding
        fields = (
            *("id", "use", "use_name", "rule", "rule_version", "title", "outcome", "severity", "gate", "waivable"),
            *("status", "opened_at", "resolved_at", "due_on", "created_at", "updated_at"),
        )


class Findings(NounViewSet):
    """Verdicts that need somebody. They follow the verdicts; what a person adds is a waiver or a better fact."""

    serializer_class = FindingSerializer
    filters = {
        "use": ("use_id", UUID),
        "team": ("use__team_id", UUID),
        "rule": ("rule_code", str),
        "status": ("status", tuple(Finding.Status.values)),
        "severity": ("severity", tuple(Severity.values)),
        "gate": ("gate", tuple(GateEffect.values)),
        "outcome": ("outcome", tuple(Outcome.values)),
    }
    searches = ("rule_code", "title_en", "title_de", "use__name")
    orderings = ("due_on", "opened_at", "updated_at")

    def rows(self) -> QuerySet[Finding]:
        return selectors.findings(self.actor)


class MissingFactSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    rules = serializers.ListField(child=serializers.CharField())


class TaskSerializer(Shown[Task]):
    use = serializers.UUIDField(source="use_id")
    missing = MissingFactSerializer(many=True)

    class Meta:
        model = Task
        fields = ("id", "use", "status", "missing", "due_on", "created_at", "updated_at")


class Tasks(NounViewSet):
    """Requests to complete the record of a use: which facts are missing, and which rules wait for them."""

    serializer_class = TaskSerializer
    filters = {
        "use": ("use_id", UUID),
        "team": ("use__team_id", UUID),
        "status": ("status", tuple(Task.Status.values)),
    }

    def rows(self) -> QuerySet[Task]:
        return selectors.tasks(self.actor)


class WaiverSerializer(Shown[Waiver]):
    finding = serializers.UUIDField(source="finding_id")
    compensating_controls = serializers.ListField(child=serializers.CharField())
    requested_by = serializers.UUIDField(source="requested_by_id")
    decided_by = serializers.UUIDField(source="decided_by_id", allow_null=True)

    class Meta:
        model = Waiver
        fields = (
            *("id", "finding", "reason", "compensating_controls", "expires_on", "state", "effective"),
            *("requested_by", "decided_by", "decided_at", "decision_reason", "created_at", "updated_at"),
        )


class WaiverBody(Body):
    finding = serializers.UUIDField()
    reason = serializers.CharField(max_length=5000)
    compensating_controls = serializers.ListField(
        child=serializers.CharField(max_length=500), min_length=1, max_length=50
    )
    expires_on = serializers.DateField()


class WaiverReasonBody(Body):
    reason = serializers.CharField(max_length=5000)


class Waivers(NounViewSet):
    """Accepted findings: asked for by one person, decided by another, until a day."""

    serializer_class = WaiverSerializer
    filters = {"finding": ("finding_id", UUID), "state": ("state", tuple(Waiver.State.values))}
    orderings = ("expires_on",)

    def rows(self) -> QuerySet[Waiver]:
        return selectors.waivers(self.actor)

    @extend_schema(request=WaiverBody, responses={201: WaiverSerializer})
    def create(self, request: Request) -> Response:
        """Ask that a finding be accepted."""
        body = self.read(WaiverBody)
        body["finding"] = reference(selectors.findings(self.actor), body["finding"], "/finding")
        return self.created(lambda: services.propose_waiver(actor=self.actor, **body))

    @extend_schema(request=WaiverReasonBody, responses={200: WaiverSerializer})
    def approve(self, request: Request, pk: str) -> Response:
        """Accept the finding until the waiver's last day."""
        return self._decide(pk, services.approve_waiver)

    @extend_schema(request=WaiverReasonBody, responses={200: WaiverSerializer})
    def refuse(self, request: Request, pk: str) -> Response:
        """Turn the request down."""
        return self._decide(pk, services.refuse_waiver)

    @extend_schema(request=WaiverReasonBody, responses={200: WaiverSerializer})
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take the request back, or end the waiver."""
        return self._decide(pk, services.withdraw_waiver)

    def _decide(self, pk: str, decide: "services.Decide") -> Response:
        reason = self.read(WaiverReasonBody)["reason"]

        def write(waiver: Waiver) -> None:
            decide(actor=self.actor, waiver=waiver, reason=reason)
            judge_use(actor=Actor.system("waiver"), use_id=waiver.finding.use_id)

        return self.changed(pk, write)
