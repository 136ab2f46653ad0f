"""The journal."""

from django.urls import path

from apps.web.audit import views

urlpatterns = [
    path("journal", views.journal, name="journal"),
    path("journal/<uuid:entry_id>", views.entry, name="journal-entry"),
]
