"""`licence-texts`."""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import Body, NounViewSet, Shown, reference
from apps.core.errors import InvalidInput
from apps.licences import selectors
from apps.licences.models import Licence, LicenceText, TextSighting
from apps.licences.services import store_text
from apps.registry.models import Release
from apps.registry.services.texts import record_release_text, settle_text


class CandidateSerializer(serializers.Serializer[Any]):
    """A known text that a text is like: `score` is the share of runs of three words that both have, 0 to 1."""

    licences = serializers.ListField(child=serializers.CharField())
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields are taken off the class
    score = serializers.FloatField()
    words = serializers.IntegerField()
    numbers_only_here = serializers.ListField(child=serializers.CharField())
    numbers_only_there = serializers.ListField(child=serializers.CharField())


class SightingSerializer(Shown[TextSighting]):
    release = serializers.UUIDField(source="release_id", allow_null=True)
    licence = serializers.UUIDField(source="licence_id", allow_null=True)

    class Meta:
        model = TextSighting
        fields = ("release", "licence", "source_label", "source_url", "as_of", "seen_at")


class LicenceTextSerializer(Shown[LicenceText]):
    licence = serializers.UUIDField(source="licence_id", allow_null=True)
    decided_by = serializers.UUIDField(source="decided_by_id", allow_null=True)
    candidates = CandidateSerializer(many=True)
    sightings = SightingSerializer(many=True)

    class Meta:
        model = LicenceText
        fields = (
            *("id", "sha256", "wording_sha256", "size", "words", "encoding", "licence", "label", "state", "how"),
            *("candidates", "sightings", "decided_by", "decided_at", "decision_note", "created_at", "updated_at"),
        )


class LicenceTextBody(Body):
    text = serializers.CharField(required=False, trim_whitespace=False, max_length=1024 * 1024)
    content = serializers.CharField(required=False, max_length=1500000)
    """Base64 of the very bytes; `text` is kept as UTF-8."""
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]
    url = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    as_of = serializers.DateField(required=False)
    release = serializers.UUIDField(required=False)
    licence = serializers.UUIDField(required=False)


class ConfirmBody(Body):
    licence = serializers.UUIDField()
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class RefuseBody(Body):
    note = serializers.CharField(max_length=2000)


class LicenceTexts(NounViewSet):
    """Texts of licences as they were brought, with what each is recognised as. A score concludes nothing."""

    serializer_class = LicenceTextSerializer
    filters = {
        "state": ("state", tuple(LicenceText.State.values)),
        "licence": ("licence_id", UUID),
        "sha256": ("sha256", str),
    }
    orderings = ("created_at",)

    def rows(self) -> QuerySet[LicenceText]:
        self.actor.require("register.read")
        return selectors.texts()

    @extend_schema(request=LicenceTextBody, responses={201: LicenceTextSerializer})
    def create(self, request: Request) -> Response:
        """Bring a text, as `text` or as `content` in base64; the same bytes again give the text there is.

        `release` is what it came with, `licence` the licence whose own text it is by now: at most one of them.
        """
        body = self.read(LicenceTextBody)
        content = _content(body.pop("text", None), body.pop("content", None))
        release, licence = body.pop("release", None), body.pop("licence", None)
        if release and licence:
            raise InvalidInput("name a release or a licence, not both", pointer="/licence")
        said = {"actor": self.actor, "content": content, **body}
        if release:
            row = reference(Release.objects.all(), release, "/release")
            return self.created(lambda: record_release_text(release=row, **said))
        own = reference(Licence.objects.all(), licence, "/licence") if licence else None
        return self.created(lambda: store_text(licence=own, **said))

    @extend_schema(request=ConfirmBody, responses={200: LicenceTextSerializer})
    def confirm(self, request: Request, pk: str) -> Response:
        """Say of which licence the text is."""
        body = self.read(ConfirmBody)
        licence = reference(Licence.objects.all(), body["licence"], "/licence")
        return self.changed(
            pk, lambda text: settle_text(actor=self.actor, text=text, licence=licence, note=body["note"]) and None
        )

    @extend_schema(request=RefuseBody, responses={200: LicenceTextSerializer})
    def refuse(self, request: Request, pk: str) -> Response:
        """Say that the text is of none of the known licences."""
        note = self.read(RefuseBody)["note"]
        return self.changed(pk, lambda text: settle_text(actor=self.actor, text=text, licence=None, note=note) and None)


def _content(text: str | None, encoded: str | None) -> bytes:
    if (text is None) == (encoded is None):
        raise InvalidInput("give the text as “text”, or its bytes in base64 as “content”", pointer="/text")
    if text is not None:
        return text.encode()
    try:
        return base64.b64decode(encoded or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("must be base64", pointer="/content") from error
