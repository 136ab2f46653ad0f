"""Lists and authorities' measures."""

from django.urls import path

from apps.web.sanctions import views

urlpatterns = [
    path("screening/lists", views.lists, name="lists"),
    path("screening/events", views.events, name="restriction-events"),
    path("screening/events/<uuid:event_id>", views.event, name="restriction-event"),
]
