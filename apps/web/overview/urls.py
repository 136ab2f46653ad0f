"""The first page, the search at the top, the state of the system."""

from django.urls import path

from apps.web.overview import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("search", views.search, name="search"),
    path("settings/system", views.system, name="system"),
]
