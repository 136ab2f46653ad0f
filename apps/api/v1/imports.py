"""`imports`."""

import hashlib
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.lists import Fields
from apps.api.parsing import StrictJSONParser, TooLarge
from apps.api.views import Body, NounViewSet, Shown, identifier
from apps.core.errors import InvalidInput
from apps.imports import kinds, selectors, services
from apps.imports.lists.keeping import MOST_BYTES as LARGEST_LIST
from apps.imports.lists.uploading import receive_list
from apps.imports.models import Import, ImportRow
from apps.imports.register.template import FORMATS, MEDIA_TYPES, template

FORM_AROUND = 64 * 1024
"""Bytes of a form beside its file."""


class PlaceProblem(serializers.Serializer[Any]):
    """What is wrong with one place of a file."""

    pointer = serializers.CharField()
    message = serializers.CharField()


class ImportChange(serializers.Serializer[Any]):
    """What becomes different: `old` and `new` are values of the field."""

    about = serializers.CharField()
    field = serializers.CharField()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)
    state = serializers.CharField()


class KeptRow(serializers.Serializer[Any]):
    """What an undo had to leave."""

    type = serializers.CharField()
    id = serializers.UUIDField()
    title = serializers.CharField()
    why = serializers.CharField()
    retired = serializers.BooleanField()


class ImportSerializer(Shown[Import]):
    errors = PlaceProblem(many=True)  # type: ignore[assignment]  # declared fields are taken off the class
    kept = KeptRow(many=True)
    read = serializers.IntegerField(source="rows_read")

    class Meta:
        model = Import
        fields = (
            *("id", "kind", "file_name", "sha256", "size", "format", "dry_run", "step", "state", "progress"),
            *("read", "created", "changed", "unchanged", "quarantined", "reason", "errors", "kept"),
            *("requested_by", "created_at", "finished_at"),
        )


class ImportRowSerializer(Shown[ImportRow]):
    changes = ImportChange(many=True)
    errors = PlaceProblem(many=True)  # type: ignore[assignment]  # declared fields are taken off the class
    notes = serializers.SerializerMethodField()
    raw = serializers.JSONField()

    class Meta:
        model = ImportRow
        fields = (
            *("id", "number", "locator", "outcome", "title", "subject_type", "subject_id"),
            *("changes", "errors", "notes", "raw"),
        )

    def get_notes(self, row: ImportRow) -> list[str]:
        """What a person should know."""
        return [note["message"] for note in row.notes]


class ImportBody(Body):
    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=Import.Kind.choices, required=False)
    dry_run = serializers.ChoiceField(choices=[("true", "true"), ("false", "false")], default="false")
    source = serializers.CharField(max_length=60, required=False)  # type: ignore[assignment]  # a field of its own
    format = serializers.CharField(max_length=40, required=False)


class HubBody(Body):
    """A model card that is fetched from the hub by the identifier of its repository, instead of a file."""

    kind = serializers.ChoiceField(choices=[("hf-card", "hf-card")])
    identifier = serializers.CharField(max_length=300)
    revision = serializers.CharField(max_length=120, required=False)
    dry_run = serializers.BooleanField(default=False)


class ReasonBody(Body):
    reason = serializers.CharField(max_length=2000)


class NothingBody(Body):
    """No fields: the address says it all."""


class Imports(NounViewSet):
    """Files that were sent: registers, model cards, AI-BOMs, headers of weights, configurations of gateways.

    The work takes seconds or minutes: the answer is 202, the import shows its state, its progress and its counts.
    """

    serializer_class = ImportSerializer
    filters = {
        "kind": ("kind", tuple(Import.Kind.values)),
        "state": ("state", tuple(Import.State.values)),
        "sha256": ("sha256", str),
    }
    searches = ("file_name",)

    _asked: Any = None

    def rows(self) -> QuerySet[Import]:
        return selectors.imports(self.actor)

    def asked(self) -> Any:
        """The body; of a file its name and checksum."""
        return super().asked() if self._asked is None else self._asked

    def get_parsers(self) -> list[Any]:
        """A file comes as a form; everything else is JSON."""
        creates = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser(), StrictJSONParser()] if creates else [StrictJSONParser()]

    @extend_schema(
        request={"multipart/form-data": ImportBody, "application/json": HubBody}, responses={202: ImportSerializer}
    )
    def create(self, request: Request) -> Response:
        """Send a file: `kind` is told by its content when left out; with `dry_run` it is only previewed.

        A published list (`kind` list) names its `source`, such as us-csl; it comes into use unless a guard refuses it.

        As JSON, name a repository of the hub instead: its card, configuration and licence are fetched. 404 where there
        is no such repository, 403 where the hub does not give it out, 409 where this installation fetches nothing.
        """
        if request.content_type.partition(";")[0].strip().lower() == "application/json":
            return self._fetch()
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_LIST + FORM_AROUND:
            raise TooLarge(f"A file has at most {LARGEST_LIST // 1024 // 1024} MiB.")
        body = self.read(ImportBody)
        file: Any = body["file"]
        if body.get("kind") == Import.Kind.LIST:
            return self._take_list(body, file)
        if file.size > kinds.MOST_BYTES:
            raise TooLarge(f"A file of this kind has at most {kinds.MOST_BYTES // 1024 // 1024} MiB.")
        if "source" in body or "format" in body:
            raise InvalidInput("belongs to a list", pointer="/source" if "source" in body else "/format")
        content = file.read()
        self._asked = {**body, "file": [file.name, hashlib.sha256(content).hexdigest()]}
        return self.created(
            lambda: services.receive_import(
                actor=self.actor,
                content=content,
                file_name=file.name or "",
                kind=body.get("kind", ""),
                dry_run=body["dry_run"] == "true",
            ),
            status=202,
        )

    def _take_list(self, body: dict[str, Any], file: Any) -> Response:
        if body["dry_run"] == "true":
            raise InvalidInput("A list is not previewed: guards refuse it where it is wrong.", pointer="/dry_run")
        digest = hashlib.sha256()
        for piece in file.chunks():
            digest.update(piece)
        file.seek(0)
        self._asked = {**body, "file": [file.name, digest.hexdigest()]}
        return self.created(
            lambda: receive_list(
                actor=self.actor,
                source_key=body.get("source", ""),
                content=file,
                file_name=file.name or "",
                format=body.get("format", ""),
            ),
            status=202,
        )

    def _fetch(self) -> Response:
        body = self.read(HubBody)
        content, name = services.fetch_from_hub(
            actor=self.actor, identifier=body["identifier"], revision=body.get("revision", "")
        )
        return self.created(
            lambda: services.receive_import(
                actor=self.actor, content=content, file_name=name, kind=body["kind"], dry_run=body["dry_run"]
            ),
            status=202,
        )

    @extend_schema(request=NothingBody, responses={202: ImportSerializer})
    def apply(self, request: Request, pk: str) -> Response:
        """Bring what was previewed into the register; 409 unless it is previewed, or failed halfway."""
        self.read(NothingBody)
        return self.changed(pk, lambda row: self._accepted(services.apply_import(actor=self.actor, one=row)))

    @extend_schema(request=ReasonBody, responses={202: ImportSerializer})
    def undo(self, request: Request, pk: str) -> Response:
        """Take back what an import wrote; 409 when nothing of it stands. What must stay is listed in `kept`."""
        reason = self.read(ReasonBody)["reason"]
        return self.changed(
            pk, lambda row: self._accepted(services.undo_import(actor=self.actor, one=row, reason=reason))
        )

    def _accepted(self, one: Import) -> Response:
        response = Response(self.get_serializer(self.row(str(one.id))).data, status=202)
        response["Location"] = self.request.path.rpartition("/")[0]
        response["ETag"] = one.etag
        return response


class ImportRows(NounViewSet):
    """What became of every entry of an import, with what was written, what was refused and why."""

    serializer_class = ImportRowSerializer
    filter_backends = (Fields,)
    filters = {"outcome": ("outcome", tuple(ImportRow.Outcome.values))}
    searches = ("title", "locator")
    orderings = ("number",)

    def rows(self) -> QuerySet[ImportRow]:
        return selectors.rows_of(self.actor, identifier(self.kwargs["pk"])).order_by()

    @extend_schema(responses=ImportRowSerializer(many=True))
    def list_rows(self, request: Request, pk: str) -> Response:
        """What became of every entry of an import, with what was written, what was refused and why."""
        return self.list(request)


class Templates(NounViewSet):
    """The empty register: one column per fact."""

    @extend_schema(
        parameters=[
            OpenApiParameter("format", enum=list(FORMATS), description="CSV, or XLSX with values to choose from."),
            OpenApiParameter("language", enum=["en", "de"], description="The language of names and legend."),
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, MEDIA_TYPES["xlsx"]): OpenApiTypes.BINARY},
    )
    def show(self, request: Request) -> Any:
        """The template for a register, as a table to fill in."""
        self.actor.require("imports.run")
        chosen = {"format": "csv", "language": "en"}
        for name, texts in request.query_params.lists():
            allowed = {"format": FORMATS, "language": ("en", "de")}.get(name, ())
            if len(texts) != 1 or texts[0] not in allowed:
                message = f"must be one of {', '.join(allowed)}" if allowed else "is not known here"
                raise InvalidInput(message, pointer=f"/{name[:100]}")
            chosen[name] = str(texts[0])
        content = template(chosen["format"], chosen["language"])
        response = HttpResponse(content, content_type=MEDIA_TYPES[chosen["format"]])
        response["Content-Disposition"] = f'attachment; filename="weighbridge-register.{chosen["format"]}"'
        return response
