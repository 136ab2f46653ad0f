"""`lists`."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.lists import Fields
from apps.api.views import NounViewSet, Shown, identifier
from apps.core.errors import NotFound
from apps.sanctions import selectors
from apps.sanctions.entries import EntryKind
from apps.sanctions.lists import selectors as published
from apps.sanctions.lists.standing import Standing
from apps.sanctions.models import EffectClass, Entry, RestrictedPartyList


class ListStanding(serializers.Serializer[Any]):
    """How fresh one source of a list is. Without a version nothing of it was imported yet."""

    source = serializers.CharField()  # type: ignore[assignment]  # declared fields are taken off the class
    title = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    version_id = serializers.UUIDField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    entries = serializers.IntegerField(allow_null=True)
    added = serializers.IntegerField(allow_null=True)
    changed = serializers.IntegerField(allow_null=True)
    removed = serializers.IntegerField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    age_hours = serializers.FloatField(allow_null=True)
    usable = serializers.BooleanField()
    alarm = serializers.CharField(allow_null=True)
    failure = serializers.CharField(allow_null=True)


class RestrictedPartyListSerializer(Shown[RestrictedPartyList]):
    sources = serializers.SerializerMethodField()

    class Meta:
        model = RestrictedPartyList
        fields = (
            *("id", "key", "title", "authority_en", "authority_de", "effect_class", "meaning_en", "meaning_de"),
            *("source_label", "source_url", "as_of", "sources"),
        )

    @cached_property
    def _standings(self) -> dict[str, list[Standing]]:
        """Read once for all lists of an answer: this serializer is the one for each of them."""
        return published.standings()

    @extend_schema_field(ListStanding(many=True))
    def get_sources(self, row: RestrictedPartyList) -> list[dict[str, Any]]:
        """Where its entries come from, and how fresh they are."""
        return [_standing(one) for one in self._standings.get(row.key, ())]


def _standing(standing: Standing) -> dict[str, Any]:
    source, version = standing.source, standing.version
    columns = ("published_at", "sha256", "added", "changed", "removed")
    return {
        "source": source.key,
        "title": source.title,
        "version": version.number if version else None,
        "version_id": version.id if version else None,
        **{name: getattr(version, name) if version else None for name in columns},
        "entries": standing.rows if version else None,
        "confirmed_at": source.confirmed_at,
        "age_hours": round(standing.age.total_seconds() / 3600, 2) if standing.age is not None else None,
        "usable": standing.usable,
        "alarm": standing.alarm or None,
        "failure": source.failure.get("message"),
    }


class Lists(NounViewSet):
    """Published lists of parties, each with its legal effect, where its entries come from, and how fresh they are."""

    serializer_class = RestrictedPartyListSerializer
    filters = {"effect_class": ("effect_class", tuple(EffectClass.values)), "key": ("key", str)}
    searches = ("key", "title")
    orderings = ("key",)

    def rows(self) -> QuerySet[RestrictedPartyList]:
        self.actor.require("register.read")
        return selectors.lists()


class EntrySerializer(Shown[Entry]):
    source = serializers.CharField(source="source.key")  # type: ignore[assignment]  # likewise
    since = serializers.IntegerField(source="since.number")
    body = serializers.JSONField()

    class Meta:
        model = Entry
        fields = ("id", "list_key", "reference", "name", "kind", "countries", "digest", "source", "since", "body")


class ListEntries(NounViewSet):
    """The entries of a list that are in use: each with all that it says, its digest, and the version it came with."""

    serializer_class = EntrySerializer
    filter_backends = (Fields,)
    filters = {"kind": ("kind", tuple(kind.value for kind in EntryKind)), "reference": ("reference", str)}
    searches = ("name",)
    orderings = ("name",)

    def rows(self) -> QuerySet[Entry]:
        self.actor.require("register.read")
        found = selectors.lists().filter(id=identifier(self.kwargs["pk"])).first()
        if found is None:
            raise NotFound("There is nothing with this identifier that you may see.")
        return published.entries_in_use().filter(list_key=found.key).select_related("source", "since").order_by()

    @extend_schema(responses=EntrySerializer(many=True))
    def list_rows(self, request: Request, pk: str) -> Response:
        """The entries of a list that are in use."""
        return self.list(request)
