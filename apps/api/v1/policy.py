"""`packs`, `rules`, `policy-versions`, `verdicts`."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import NounViewSet
from apps.core.errors import InvalidInput, NotFound
from apps.policy import selectors
from apps.policy.models import GateEffect, Outcome, Pack, PolicyVersion, Rule, Severity
from apps.policy.selectors import Explained
from apps.registry.selectors import use_by_id


class PackSerializer(serializers.ModelSerializer[Pack]):
    class Meta:
        model = Pack
        fields = ("id", "code", "title_en", "title_de", "description_en", "description_de", "applies_if")


class Packs(NounViewSet):
    """Rules that belong together, and to whom they apply."""

    serializer_class = PackSerializer
    filters = {"code": ("code", str)}
    searches = ("code", "title_en", "title_de")
    orderings = ("code",)

    def rows(self) -> QuerySet[Pack]:
        self.actor.require("policy.read")
        return Pack.objects.all()


class RuleSerializer(serializers.ModelSerializer[Rule]):
    pack = serializers.CharField(source="pack.code")
    title = serializers.SerializerMethodField()
    content = serializers.JSONField(read_only=True)

    class Meta:
        model = Rule
        fields = ("id", "code", "version", "pack", "title", "severity", "gate", "content")

    def get_title(self, rule: Rule) -> dict[str, str]:
        """The title in both languages."""
        return {"en": rule.title_en, "de": rule.title_de}

    def to_representation(self, instance: Rule) -> dict[str, Any]:
        """One flat object: what the rule says beside what it is."""
        shown: dict[str, Any] = super().to_representation(instance)
        content = shown.pop("content")
        names = (
            "rationale",
            "statement",
            "remedy",
            "expression",
            "reads",
            "on_unknown",
            "waivable",
            "references",
            "examples",
        )
        return {**shown, **{name: content[name] for name in names}}


class Rules(NounViewSet):
    """Rules in their present wording; addressed by identifier or by code."""

    serializer_class = RuleSerializer
    filters = {
        "code": ("code", str),
        "pack": ("pack__code", str),
        "severity": ("severity", tuple(Severity.values)),
        "gate": ("gate", tuple(GateEffect.values)),
    }
    searches = ("code", "title_en", "title_de")
    orderings = ("code",)

    def rows(self) -> QuerySet[Rule]:
        self.actor.require("policy.read")
        return selectors.rules()

    def row(self, pk: str, rows: QuerySet[Any] | None = None) -> Rule:
        if pk.upper().startswith("WB-"):
            found = self.rows().filter(Q(code=pk.upper())).first()
            if found is None:
                raise NotFound("There is no such rule.")
            return found
        rule: Rule = super().row(pk, rows)
        return rule


class PolicyVersionSerializer(serializers.ModelSerializer[PolicyVersion]):
    version = serializers.CharField(source="label", read_only=True)

    class Meta:
        model = PolicyVersion
        fields = ("id", "version", "number", "digest", "published_at", "published_by", "note")


class PolicyVersions(NounViewSet):
    """Published policy versions; each is immutable and has a digest."""

    serializer_class = PolicyVersionSerializer
    filters = {"digest": ("digest", str)}
    orderings = ("number",)

    def rows(self) -> QuerySet[PolicyVersion]:
        self.actor.require("policy.read")
        return selectors.policy_versions()


class VerdictFactSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    state = serializers.CharField()
    source = serializers.CharField(allow_blank=True)
    as_of = serializers.CharField(allow_null=True)


class VerdictSerializer(serializers.Serializer[Any]):
    rule = serializers.CharField()
    version = serializers.IntegerField()
    pack = serializers.CharField()
    title = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    severity = serializers.ChoiceField(choices=Severity.choices)
    gate = serializers.ChoiceField(choices=GateEffect.choices)
    explanation = serializers.CharField()
    fix = serializers.CharField()
    facts = VerdictFactSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())


class VerdictListSerializer(serializers.Serializer[Any]):
    use = serializers.UUIDField()
    decision = serializers.CharField()
    policy_version = serializers.CharField()
    policy_digest = serializers.CharField()
    facts_digest = serializers.CharField()
    evaluated_at = serializers.DateTimeField()
    results = VerdictSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


def shown(one: Explained, language: str) -> dict[str, Any]:
    """A verdict as the API gives it."""
    words = "de" if language == "de" else "en"
    return {
        "rule": one.rule.code,
        "version": one.rule.version,
        "pack": one.rule.pack,
        "title": one.rule.title[words],
        "outcome": one.outcome,
        "severity": one.severity,
        "gate": one.rule.gate,
        "explanation": one.rule.statement[words],
        "fix": one.rule.remedy[words],
        "facts": [
            {
                "path": path,
                "value": entry["value"],
                "state": entry["state"],
                "source": entry["source"],
                "as_of": entry["as_of"],
            }
            for path, entry in one.facts
        ],
        "missing": list(one.missing),
    }


class Verdicts(NounViewSet):
    """The outcome of every rule on one use, worst first, with the facts that decided."""

    serializer_class = VerdictListSerializer
    pagination_class = None  # type: ignore[assignment]
    filter_backends = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("use", {"type": "string", "format": "uuid"}, required=True),
            OpenApiParameter("outcome", {"type": "string", "enum": list(Outcome.values)}),
            OpenApiParameter("language", {"type": "string", "enum": ["en", "de"]}),
        ],
        responses=VerdictListSerializer,
    )
    def list(self, request: Request) -> Response:
        """The present verdicts of a use."""
        self.actor.require("register.read")
        unknown = set(request.query_params) - {"use", "outcome", "language"}
        if unknown:
            raise InvalidInput("is no filter here; there are use, outcome, language", pointer=f"/{min(unknown)}")
        try:
            use = use_by_id(self.actor, UUID(request.query_params.get("use", "")))
        except ValueError as error:
            raise InvalidInput("name the use by its identifier (UUID)", pointer="/use") from error
        outcome = request.query_params.get("outcome")
        if outcome and outcome not in Outcome.values:
            raise InvalidInput(f"must be one of {', '.join(Outcome.values)}", pointer="/outcome")
        verdict = selectors.verdict_of(use.id)
        if verdict is None:
            raise NotFound("This use has not been judged yet. POST to its “evaluate”.")
        explained = [one for one in selectors.explain(verdict.evaluation) if not outcome or one.outcome == outcome]
        language = request.query_params.get("language", "en")
        return Response(
            {
                "use": str(use.id),
                "decision": verdict.decision,
                "policy_version": verdict.evaluation.policy_version.label,
                "policy_digest": verdict.policy_digest,
                "facts_digest": verdict.sheet_digest,
                "evaluated_at": verdict.evaluation.created_at,
                "results": [shown(one, language) for one in explained],
                "next": None,
                "previous": None,
            }
        )
