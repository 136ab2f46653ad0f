"""Addresses of this noun."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
