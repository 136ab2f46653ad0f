"""Files that are brought into the register."""

from django.urls import path

from apps.web.imports import views

urlpatterns = [
    path("imports", views.imports, name="imports"),
    path("imports/new", views.new, name="import-new"),
    path("imports/fetch", views.fetch, name="import-fetch"),
    path("imports/template", views.template, name="import-template"),
    path("imports/<uuid:import_id>", views.detail, name="import"),
    path("imports/<uuid:import_id>/progress", views.progress, name="import-progress"),
    path("imports/<uuid:import_id>/quarantine.csv", views.quarantine, name="import-quarantine"),
    path("imports/<uuid:import_id>/apply", views.apply, name="import-apply"),
    path("imports/<uuid:import_id>/undo", views.undo, name="import-undo"),
    path("imports/<uuid:import_id>/again", views.again, name="import-again"),
]
