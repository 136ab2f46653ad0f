"""Documents we make."""

from django.urls import path

from apps.web.reports import views

urlpatterns = [
    path("reports", views.reports, name="reports"),
    path("reports/<uuid:report_id>", views.report, name="report"),
    path("reports/<uuid:report_id>/file", views.file, name="report-file"),
    path("reports/<uuid:report_id>/evidence.json", views.evidence, name="report-evidence"),
]
