"""`reports`."""

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
from apps.reports import selectors, services
from apps.reports.models import Report


class ReportSerializer(Shown[Report]):
    class Meta:
        model = Report
        fields = (
            *("id", "kind", "subject_type", "subject_id", "subject_name", "language", "as_of", "state", "progress"),
            *("stage", "error", "evidence_digest", "file_sha256", "pages", "created_at", "finished_at"),
        )


class SubjectBody(Body):
    type = serializers.ChoiceField(choices=["model", "use", "party"])
    id = serializers.UUIDField()


class ReportBody(Body):
    kind = serializers.ChoiceField(choices=Report.Kind.choices)
    subject = SubjectBody()
    language = serializers.ChoiceField(choices=[("en", "English"), ("de", "Deutsch")], default="en")
    as_of = serializers.DateTimeField(required=False, help_text="Screening evidence only: a moment that has been.")


class PdfRenderer(JSONRenderer):
    """Lets a caller who accepts nothing but PDF ask for one; problems are still told in JSON."""

    media_type = "application/pdf"
    format = "pdf"


class Reports(NounViewSet):
    """Audit documents. Making one takes seconds: the answer is 202, the report shows its state and progress."""

    serializer_class = ReportSerializer
    filters = {
        "kind": ("kind", tuple(Report.Kind.values)),
        "state": ("state", tuple(Report.State.values)),
        "language": ("language", ("en", "de")),
        "subject": ("subject_id", UUID),
    }
    searches = ("subject_name",)

    def rows(self) -> QuerySet[Report]:
        return selectors.reports(self.actor).defer("evidence")

    @extend_schema(request=ReportBody, responses={202: ReportSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a document. `Location` says where it will be."""
        body = self.read(ReportBody)
        return self.created(
            lambda: services.request_report(
                actor=self.actor,
                kind=body["kind"],
                subject_type=body["subject"]["type"],
                subject_id=body["subject"]["id"],
                language=body["language"],
                as_of=body.get("as_of"),
            ),
            status=202,
        )

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def file(self, request: Request, pk: str) -> Any:
        """The document; 409 while it is being made and when it could not be made."""
        report = self.row(pk)
        if report.state != Report.State.DONE:
            raise Conflict(f"This report is {report.state}; its file comes when it is done. {report.error}".strip())
        return FileResponse(
            services.open_file(report),
            as_attachment=True,
            filename=services.file_name(report),
            content_type="application/pdf",
        )

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def evidence(self, request: Request, pk: str) -> Response:
        """Everything the document was made from."""
        report = self.row(pk)
        if report.evidence is None:
            raise Conflict("The evidence of this report is being gathered.")
        return Response(report.evidence)
