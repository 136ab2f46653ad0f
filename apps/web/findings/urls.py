"""Findings, waivers, tasks."""

from django.urls import path

from apps.web.findings import views, waiving

urlpatterns = [
    path("findings", views.findings, name="findings"),
    path("findings/<uuid:finding_id>", views.finding, name="finding"),
    path("findings/<uuid:finding_id>/waiver", waiving.propose, name="waiver-new"),
    path("tasks", views.tasks, name="tasks"),
    path("waivers", waiving.waivers, name="waivers"),
    path("waivers/<uuid:waiver_id>", waiving.waiver, name="waiver"),
]
