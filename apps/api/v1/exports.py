"""`exports`, and how complete the record of a model is."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import Body, NounViewSet, Shown
from apps.core.errors import Conflict
from apps.exports import selectors, services
from apps.exports.completeness import SOURCE, VERIFIED, Completeness
from apps.exports.models import Export


class ExportSerializer(Shown[Export]):
    class Meta:
        model = Export
        fields = (
            *("id", "format", "subject_type", "subject_id", "subject_name", "table", "state", "progress", "error"),
            *("file_sha256", "file_size", "created_at", "finished_at"),
        )


class ExportSubjectBody(Body):
    type = serializers.ChoiceField(choices=["model", "use"])
    id = serializers.UUIDField()


class ExportBody(Body):
    format = serializers.ChoiceField(choices=Export.Format.choices)
    subject = ExportSubjectBody(required=False)
    table = serializers.ChoiceField(choices=Export.Table.choices, required=False)


def _renderer(media: str) -> type[JSONRenderer]:
    """Lets a caller ask for the file by its media type; problems are still told in JSON."""
    return type("FileRenderer", (JSONRenderer,), {"media_type": media, "format": media.rpartition("/")[2]})


FILE_RENDERERS = [_renderer(media.partition(";")[0]) for media in services.MEDIA_TYPES.values()]


class Exports(NounViewSet):
    """Files for others: bills of materials, tables, the journal. Making one takes a while: the answer is 202."""

    serializer_class = ExportSerializer
    filters = {
        "format": ("format", tuple(Export.Format.values)),
        "state": ("state", tuple(Export.State.values)),
        "subject": ("subject_id", UUID),
    }
    searches = ("subject_name",)

    def rows(self) -> QuerySet[Export]:
        return selectors.exports(self.actor)

    @extend_schema(request=ExportBody, responses={202: ExportSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a file about a model, a use, or without a subject the whole register. `Location` says where it will
        be."""
        body = self.read(ExportBody)
        subject = body.get("subject")
        return self.created(
            lambda: services.request_export(
                actor=self.actor,
                format=body["format"],
                subject_type=subject["type"] if subject else Export.Subject.REGISTER,
                subject_id=subject["id"] if subject else None,
                table=body.get("table", ""),
            ),
            status=202,
        )

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def file(self, request: Request, pk: str) -> Any:
        """The file; 409 while it is being made and when it could not be made."""
        one = self.row(pk)
        if one.state != Export.State.DONE:
            raise Conflict(f"This export is {one.state}; its file comes when it is done. {one.error}".strip())
        return FileResponse(
            services.open_file(one),
            as_attachment=True,
            filename=services.file_name(one),
            content_type=services.media_type(one),
        )


class ElementSerializer(serializers.Serializer[Any]):
    cluster = serializers.CharField()
    element = serializers.CharField()
    known = serializers.BooleanField()


class CompletenessSerializer(serializers.Serializer[Any]):
    list = serializers.CharField()
    list_verified = serializers.BooleanField()
    known = serializers.IntegerField()
    elements = serializers.IntegerField()
    share = serializers.FloatField()
    details = ElementSerializer(many=True)


def shown(found: Completeness) -> dict[str, Any]:
    """How complete a model's record is, as it is answered."""
    return {
        "list": SOURCE,
        "list_verified": VERIFIED,
        "known": found.known,
        "elements": len(found.elements),
        "share": round(found.share, 3),
        "details": [{"cluster": one.cluster, "element": one.key, "known": one.known} for one in found.elements],
    }
