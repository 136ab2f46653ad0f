"""`packs`, `rules`, `policy-versions`, `verdicts`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import NounViewSet, Shown
from apps.core.errors import FieldError, InvalidInput, NotFound
from apps.policy import selectors
from apps.policy.engine.content import ON_UNKNOWN, Bilingual
from apps.policy.models import Decision, GateEffect, Outcome, Pack, PolicyVersion, Rule, Severity
from apps.policy.selectors import Explained
from apps.registry.selectors import use_by_id

LANGUAGES = ("en", "de")


class BilingualSerializer(serializers.Serializer[Any]):
    en = serializers.CharField()
    de = serializers.CharField()


class PackSerializer(Shown[Pack]):
    class Meta:
        model = Pack
        fields = ("id", "code", "title_en", "title_de", "description_en", "description_de", "applies_if")


class Packs(NounViewSet):
    """Rules that belong together, and to whom they apply."""

    serializer_class = PackSerializer
    filters = {"code": ("code", str)}
    searches = ("code", "title_en", "title_de")
    orderings = ("code", "position")

    def rows(self) -> QuerySet[Pack]:
        self.actor.require("policy.read")
        return Pack.objects.all()


class RuleReferenceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    as_of = serializers.CharField()
    verified = serializers.BooleanField()


class RuleExampleSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    expect = serializers.ChoiceField(choices=Outcome.choices)
    facts = serializers.DictField()


class EscalationSerializer(serializers.Serializer[Any]):
    when = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.choices)


class RuleSerializer(Shown[Rule]):
    pack = serializers.CharField(source="pack.code")
    title = BilingualSerializer(source="content.title")
    statement = BilingualSerializer(source="content.statement")
    rationale = BilingualSerializer(source="content.rationale")
    remedy = BilingualSerializer(source="content.remedy")
    expression = serializers.CharField(source="content.expression")
    reads = serializers.ListField(source="content.reads", child=serializers.CharField())
    on_unknown = serializers.ChoiceField(source="content.on_unknown", choices=[(one, one) for one in ON_UNKNOWN])
    waivable = serializers.BooleanField(source="content.waivable")
    escalation = EscalationSerializer(source="content.escalation", many=True)
    references = RuleReferenceSerializer(source="content.references", many=True)
    examples = RuleExampleSerializer(source="content.examples", many=True)

    class Meta:
        model = Rule
        fields = (
            *("id", "code", "version", "pack", "title", "statement", "rationale", "remedy", "expression", "reads"),
            *("on_unknown", "severity", "escalation", "gate", "waivable", "references", "examples"),
        )


class Rules(NounViewSet):
    """Rules in their present wording."""

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


class PolicyVersionSerializer(Shown[PolicyVersion]):
    version = serializers.CharField(source="label")

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


class ReadFactSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    state = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # as in facts.FactBody
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
    facts = ReadFactSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(many=False)
class VerdictListSerializer(serializers.Serializer[Any]):
    use = serializers.UUIDField()
    decision = serializers.ChoiceField(choices=Decision.choices)
    policy_version = serializers.CharField()
    policy_digest = serializers.CharField()
    facts_digest = serializers.CharField()
    evaluated_at = serializers.DateTimeField()
    results = VerdictSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


def in_language(text: Bilingual, language: str) -> str:
    """One of the two wordings."""
    return text["de"] if language == "de" else text["en"]


def shown(one: Explained, language: str) -> dict[str, Any]:
    """A verdict as the API gives it."""
    return {
        "rule": one.rule.code,
        "version": one.rule.version,
        "pack": one.rule.pack,
        "title": in_language(one.rule.title, language),
        "outcome": one.outcome,
        "severity": one.severity,
        "gate": one.rule.gate,
        "explanation": in_language(one.rule.statement, language),
        "fix": in_language(one.rule.remedy, language),
        "facts": [
            {"path": path, **{name: entry.get(name) for name in ("value", "state", "source", "as_of")}}
            for path, entry in one.facts
        ],
        "missing": list(one.missing),
    }


class Verdicts(NounViewSet):
    """The outcome of every rule on one use, worst first, with the facts that decided. All on one page."""

    serializer_class = VerdictListSerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "use", {"type": "string", "format": "uuid"}, required=True, description="Which use was judged."
            ),
            OpenApiParameter(
                "outcome", {"type": "string", "enum": list(Outcome.values)}, description="Only this outcome."
            ),
            OpenApiParameter(
                "language", {"type": "string", "enum": list(LANGUAGES)}, description="Of the texts; English by default."
            ),
        ],
        responses={200: VerdictListSerializer},
    )
    def list(self, request: Request) -> Response:
        """The present verdicts of a use."""
        use_id, outcome, language = _asked(request)
        use = use_by_id(self.actor, use_id)
        verdict = selectors.verdict_of(use.id)
        if verdict is None:
            raise NotFound("This use has not been judged yet. POST to its “evaluate”.")
        explained = [one for one in selectors.explain(verdict.evaluation) if outcome in ("", one.outcome)]
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


def _asked(request: Request) -> tuple[UUID, str, str]:
    """Which use, which outcome, which language. Raises `InvalidInput` with every parameter that is wrong."""
    allowed = {"outcome": Outcome.values, "language": LANGUAGES}
    errors = []
    for name, texts in request.query_params.lists():
        if name not in ("use", *allowed):
            errors.append(FieldError(f"/{name[:100]}", "is no filter here; there are use, outcome, language"))
        elif len(texts) > 1:
            errors.append(FieldError(f"/{name}", "is given twice"))
        elif name in allowed and texts[0] not in allowed[name]:
            errors.append(FieldError(f"/{name}", f"must be one of {', '.join(allowed[name])}"))
    use_id = None
    try:
        use_id = UUID(request.query_params.get("use", ""))
    except ValueError:
        errors.append(FieldError("/use", "name the use by its identifier (UUID)"))
    if errors or use_id is None:
        raise InvalidInput(errors=errors)
    return use_id, request.query_params.get("outcome", ""), request.query_params.get("language", "en")
