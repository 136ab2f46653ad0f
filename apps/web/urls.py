"""Every page: one package per noun."""

from django.urls import include, path

NOUNS = (
    "overview",
    "registry",
    "artefacts",
    "parties",
    "licences",
    "sanctions",
    "policy",
    "findings",
    "reviews",
    "gate",
    "imports",
    "reports",
    "exports",
    "notices",
    "audit",
    "accounts",
)

urlpatterns = [path("", include(f"apps.web.{noun}.urls")) for noun in NOUNS]
