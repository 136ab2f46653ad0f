"""Parties."""

from django.urls import path

from apps.web.parties import views

urlpatterns = [
    path("parties", views.parties, name="parties"),
    path("parties/new", views.new, name="party-new"),
    path("parties/<uuid:party_id>", views.party, name="party"),
]
