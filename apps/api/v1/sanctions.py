"""`lists`, `restriction-events`."""

from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.v1.parties import SOURCED
from apps.api.views import NounViewSet, Shown
from apps.sanctions import selectors
from apps.sanctions.models import EffectClass, RestrictedPartyList, RestrictionEvent


class RestrictedPartyListSerializer(Shown[RestrictedPartyList]):
    class Meta:
        model = RestrictedPartyList
        fields = (
            *("id", "key", "title", "authority_en", "authority_de", "effect_class", "meaning_en", "meaning_de"),
            *("source_label", "source_url", "as_of"),
        )


class Lists(NounViewSet):
    """Published lists of parties, each with its legal effect."""

    serializer_class = RestrictedPartyListSerializer
    filters = {"effect_class": ("effect_class", tuple(EffectClass.values)), "key": ("key", str)}
    searches = ("key", "title")
    orderings = ("key",)

    def rows(self) -> QuerySet[RestrictedPartyList]:
        self.actor.require("register.read")
        return selectors.lists()


class RestrictionEventSerializer(Shown[RestrictionEvent]):
    parties = serializers.SerializerMethodField()

    class Meta:
        model = RestrictionEvent
        fields = (
            *("id", "key", "authority", "jurisdiction", "instrument", "effect", "effect_class", "binds", "scope"),
            *("models_named", "valid_from", "valid_to", "date_text", "status", "status_note", "parties", *SOURCED),
        )

    def get_parties(self, event: RestrictionEvent) -> list[UUID]:
        """The parties it names."""
        return [party.id for party in event.parties.all()]


class RestrictionEvents(NounViewSet):
    """Authorities' measures: instrument, effect, who is bound, dates, present status."""

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
        return selectors.events()
