"""Packs, rules, parameters, versions."""

from django.urls import path

from apps.web.policy import views

urlpatterns = [
    path("policy/packs", views.packs, name="packs"),
    path("policy/rules/<slug:code>", views.rule, name="rule"),
    path("policy/parameters", views.parameters, name="parameters"),
    path("policy/versions", views.versions, name="policy-versions"),
]
