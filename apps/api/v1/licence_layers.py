"""The licence of a release or a use in three layers, with the judgement for the organisation's licensee profile."""

import datetime as dt
from dataclasses import fields, is_dataclass
from typing import Any

from rest_framework import serializers

from apps.facts.resolution import Fact
from apps.licences.effective import Bound, Clause
from apps.licences.judging import OUTCOME_CHOICES
from apps.policy.licences import LicenceView


class StepSerializer(serializers.Serializer[Any]):
    child = serializers.CharField()
    relation = serializers.CharField()
    parent = serializers.CharField()  # type: ignore[assignment]  # as in facts.FactBody
    state = serializers.CharField()


class BoundSerializer(serializers.Serializer[Any]):
    holder = serializers.CharField()
    model = serializers.CharField(allow_null=True)
    how = serializers.ChoiceField(choices=["self", "weights", "teacher"])
    licence = serializers.CharField(allow_null=True)
    declared = serializers.CharField()
    gap = serializers.CharField(allow_null=True)
    path = StepSerializer(many=True)


class ClauseSerializer(serializers.Serializer[Any]):
    dimension = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    clause = serializers.CharField()
    quote = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # as in facts.FactBody
    url = serializers.CharField()
    state = serializers.CharField()
    bound = BoundSerializer()


class ReasonSerializer(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=OUTCOME_CHOICES)
    code = serializers.CharField()
    detail = serializers.CharField()
    clause = ClauseSerializer(allow_null=True)
    bound = BoundSerializer()


class StatedSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(allow_null=True)
    state = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # as in facts.FactBody
    as_of = serializers.DateField(allow_null=True)
    by = serializers.CharField()
    conflicts = serializers.ListField(child=serializers.DictField())


class LayersSerializer(serializers.Serializer[Any]):
    release = serializers.UUIDField()
    declared = StatedSerializer()
    concluded = StatedSerializer()
    effective = ClauseSerializer(many=True)
    gaps = BoundSerializer(many=True)
    outcome = serializers.ChoiceField(choices=OUTCOME_CHOICES)
    reasons = ReasonSerializer(many=True)


def layers(view: LicenceView) -> dict[str, Any]:
    """What the API answers."""
    return {
        "release": view.release.id,
        "declared": _stated(view.declared),
        "concluded": _stated(view.concluded),
        "effective": [_clause(clause) for clause in view.effective.clauses],
        "gaps": [_bound(bound) for bound in view.effective.gaps],
        "outcome": view.judgement.outcome,
        "reasons": [
            {
                "outcome": reason.outcome,
                "code": reason.code,
                "detail": reason.detail,
                "clause": _clause(reason.clause) if reason.clause else None,
                "bound": _bound(reason.bound),
            }
            for reason in view.judgement.reasons
        ],
    }


def _stated(fact: Fact) -> dict[str, Any]:
    return {
        "value": fact.value,
        "state": str(fact.state),
        "source": fact.source,
        "as_of": fact.as_of,
        "by": fact.asserted_by,
        "conflicts": [{"value": side.value, "source": side.source} for side in fact.conflicts],
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "holder": bound.holder_name,
        "model": bound.model_id or None,
        "how": bound.how,
        "licence": bound.licence_key or None,
        "declared": bound.declared,
        "gap": None if bound.terms else bound.gap,
        "path": [
            {"child": step.child, "relation": step.relation, "parent": step.parent, "state": step.state}
            for step in bound.via
        ],
    }


def _plain(value: Any) -> Any:
    """A typed value of a term as JSON; where it was read stands beside it."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name != "said"}
    if isinstance(value, tuple | list | frozenset | set):
        return [_plain(one) for one in (sorted(value) if isinstance(value, frozenset | set) else value)]
    return value.isoformat() if isinstance(value, dt.date) else value


def _clause(clause: Clause) -> dict[str, Any]:
    said = clause.said
    return {
        "dimension": clause.dimension,
        "value": _plain(clause.value),
        "clause": said.clause,
        "quote": said.quote,
        "source": said.source,
        "url": said.url,
        "state": said.state,
        "bound": _bound(clause.bound),
    }
