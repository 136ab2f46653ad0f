"""What reaches a use, a model or a party: the answer of `exposure` below each of these nouns."""

from typing import Any

from rest_framework import serializers

from apps.policy.exposure import Bound, Exposed, Exposure, Kind, Stand, Way
from apps.sanctions.models import EffectClass


class AnswerSerializer(serializers.Serializer[Any]):
    """Whether it binds our organisation, and which facts about it would settle that."""

    bound = serializers.ChoiceField(choices=Bound.values)
    reason = serializers.CharField(source="sentence")
    missing_facts = serializers.ListField(child=serializers.CharField(), source="needs")


class FurtherWaySerializer(serializers.Serializer[Any]):
    """Another way by which the same thing reaches it."""

    way = serializers.SerializerMethodField()
    path = serializers.SerializerMethodField()

    def get_way(self, pair: Any) -> str:
        """One of the ways."""
        return str(pair[0])

    def get_path(self, pair: Any) -> list[str]:
        """By name."""
        return list(pair[1])


class ExposureRowSerializer(serializers.Serializer[Exposure]):
    way = serializers.ChoiceField(choices=Way.values)
    party = serializers.UUIDField(source="party.id")
    party_name = serializers.CharField(source="party.name")
    path = serializers.ListField(child=serializers.CharField())
    also = FurtherWaySerializer(many=True)
    kind = serializers.ChoiceField(choices=Kind.values)
    key = serializers.CharField()
    title = serializers.CharField()
    effect = serializers.ChoiceField(choices=EffectClass.values)
    state = serializers.ChoiceField(choices=Stand.values)
    since = serializers.DateField(allow_null=True)
    source_label = serializers.CharField()
    source_url = serializers.CharField()
    as_of = serializers.DateField(allow_null=True)
    fact_state = serializers.CharField()
    note = serializers.CharField()
    match = serializers.UUIDField(source="match.id", allow_null=True, default=None)
    owned_pct = serializers.DecimalField(
        source="share.percent", max_digits=6, decimal_places=3, allow_null=True, default=None
    )
    binds = serializers.CharField()
    us = AnswerSerializer(source="answer")
    meaning = serializers.CharField(source="sentence")


class NotComparedSerializer(serializers.Serializer[Any]):
    party = serializers.UUIDField(source="id")
    party_name = serializers.CharField(source="name")


class ExposureSerializer(serializers.Serializer[Exposed]):
    """No row is no clearance: see who was not compared, and who is no party of the register."""

    rows = ExposureRowSerializer(many=True)
    not_compared = NotComparedSerializer(many=True)
    nameless = serializers.ListField(child=serializers.CharField())


def told(exposed: Exposed) -> dict[str, Any]:
    """An exposure in plain JSON."""
    return dict(ExposureSerializer(exposed).data)
