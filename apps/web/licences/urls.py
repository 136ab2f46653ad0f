"""Licences."""

from django.urls import path

from apps.web.licences import views

urlpatterns = [
    path("licences", views.licences, name="licences"),
    path("licences/<uuid:licence_id>", views.licence, name="licence"),
]
