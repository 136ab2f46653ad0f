"""`restriction-events`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.v1.parties import SOURCED, SourcedBody
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.facts.models import Quality
from apps.parties.models import Party
from apps.sanctions import measures, selectors
from apps.sanctions.models import EffectClass, EventStep, RestrictionEvent
from apps.sanctions.words import MEASURE_CHOICES, SCOPES


class EventStepSerializer(Shown[EventStep]):
    recorded_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = EventStep
        fields = ("id", "status", "on", "recorded_at", "taken_back_at", "source_quality", *SOURCED)


class RestrictionEventSerializer(Shown[RestrictionEvent]):
    parties = serializers.SerializerMethodField()
    steps = EventStepSerializer(many=True)

    class Meta:
        model = RestrictionEvent
        fields = (
            *("id", "key", "authority", "jurisdiction", "instrument", "effect", "effect_class", "binds", "scope"),
            *("models_named", "others_named", "valid_from", "valid_to", "date_text", "status", "status_note"),
            *("parties", "source_quality", "steps", *SOURCED),
        )

    def get_parties(self, event: RestrictionEvent) -> list[UUID]:
        """The parties it names."""
        return [party.id for party in event.parties.all()]


def _texts(max_length: int, **more: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=max_length), max_length=200, **more)


def _ids(**more: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.UUIDField(), max_length=200, **more)


class SaidOfEventBody(Body):
    """What may be said of a measure."""

    authority = serializers.CharField(max_length=300, required=False)
    jurisdiction = serializers.CharField(max_length=10, required=False)
    instrument = serializers.CharField(max_length=500, required=False, allow_blank=True)
    effect = serializers.ChoiceField(choices=MEASURE_CHOICES, required=False)
    effect_class = serializers.ChoiceField(choices=EffectClass.choices, required=False)
    binds = serializers.CharField(max_length=500, required=False, allow_blank=True)
    scope = serializers.ListField(child=serializers.ChoiceField(choices=tuple(SCOPES)), required=False)
    parties = _ids(required=False)
    others_named = _texts(300, required=False)
    models_named = _texts(200, required=False)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    date_text = serializers.CharField(max_length=100, required=False, allow_blank=True)
    source = serializers.CharField(max_length=500, required=False)  # type: ignore[assignment]  # as in facts.FactBody
    source_url = serializers.URLField(max_length=1000, required=False, allow_blank=True)
    quality = serializers.ChoiceField(choices=Quality.choices, required=False)
    as_of = serializers.DateField(required=False)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class ChangedEventBody(SaidOfEventBody):
    """What is to be put right; what is left out stays."""

    reason = serializers.CharField(max_length=2000)


class EventBody(SaidOfEventBody):
    """A new measure."""

    authority = serializers.CharField(max_length=300)
    jurisdiction = serializers.CharField(max_length=10)
    effect = serializers.ChoiceField(choices=MEASURE_CHOICES)
    effect_class = serializers.ChoiceField(choices=EffectClass.choices)
    status = serializers.ChoiceField(choices=RestrictionEvent.Status.choices)
    status_note = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    source = serializers.CharField(max_length=500)
    as_of = serializers.DateField()


class StatusBody(SourcedBody):
    status = serializers.ChoiceField(choices=RestrictionEvent.Status.choices)
    on = serializers.DateField()
    quality = serializers.ChoiceField(choices=Quality.choices, required=False)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class StepBackBody(Body):
    step = serializers.UUIDField()
    reason = serializers.CharField(max_length=2000)


class RestrictionEvents(NounViewSet):
    """Authorities' measures: instrument, effect, who is bound, dates, present status and how it came to it."""

    serializer_class = RestrictionEventSerializer
    filters = {
        "status": ("status", tuple(RestrictionEvent.Status.values)),
        "jurisdiction": ("jurisdiction", str),
        "effect_class": ("effect_class", tuple(EffectClass.values)),
        "party": ("parties", UUID),
    }
    searches = ("authority", "instrument")
    orderings = ("valid_from", "valid_to")

    def rows(self) -> QuerySet[RestrictionEvent]:
        self.actor.require("register.read")
        return selectors.events().prefetch_related("steps")

    @extend_schema(request=EventBody, responses={201: RestrictionEventSerializer})
    def create(self, request: Request) -> Response:
        """Enter a measure as a source has it."""
        self.actor.require("sanctions.change")
        body = self.read(EventBody)
        body["parties"] = _parties(body.get("parties", ()))
        return self.created(lambda: measures.enter_event(actor=self.actor, **body))

    @extend_schema(request=ChangedEventBody, responses={200: RestrictionEventSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Put right what is recorded of a measure; its status is changed by a step."""
        self.actor.require("sanctions.change")
        body = self.read(ChangedEventBody)
        if "parties" in body:
            body["parties"] = _parties(body["parties"])
        return self.changed(pk, lambda event: measures.correct_event(actor=self.actor, event=event, **body))

    @extend_schema(request=StatusBody, responses={200: RestrictionEventSerializer})
    def status(self, request: Request, pk: str) -> Response:
        """Say how a measure stands since a day, as a source has it."""
        self.actor.require("sanctions.change")
        body = self.read(StatusBody)
        return self.changed(pk, lambda event: measures.change_status(actor=self.actor, event=event, **body))

    @extend_schema(request=StepBackBody, responses={200: RestrictionEventSerializer})
    def step_back(self, request: Request, pk: str) -> Response:
        """Take back the last step, which never happened."""
        self.actor.require("sanctions.change")
        body = self.read(StepBackBody)

        def write(event: RestrictionEvent) -> RestrictionEvent:
            step = reference(EventStep.objects.filter(event=event), body["step"], "/step")
            return measures.take_back_step(actor=self.actor, step=step, reason=body["reason"])

        return self.changed(pk, write)


def _parties(ids: list[UUID]) -> list[Party]:
    return [reference(Party.objects.all(), key, f"/parties/{number}") for number, key in enumerate(dict.fromkeys(ids))]
