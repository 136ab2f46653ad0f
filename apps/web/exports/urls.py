"""Files for others."""

from django.urls import path

from apps.web.exports import views

urlpatterns = [
    path("exports", views.exports, name="exports"),
    path("exports/<uuid:export_id>", views.export, name="export"),
    path("exports/<uuid:export_id>/file", views.file, name="export-file"),
    path("models/<uuid:model_id>/completeness", views.completeness, name="model-completeness"),
]
