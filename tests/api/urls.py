"""Only the API's addresses."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("apps.api.urls"))]
