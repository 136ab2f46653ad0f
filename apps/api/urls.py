"""Every address under `/api/v1/`."""

from collections.abc import Mapping
from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from apps.api import docs
from apps.api.authentication import register_with_schema
from apps.api.v1 import (
    accounts,
    facts,
    findings,
    gate,
    journal,
    licences,
    parties,
    policy,
    registry,
    reports,
    reviews,
    sanctions,
)
from apps.api.views import NounViewSet

register_with_schema()

NOUNS: Mapping[str, type[NounViewSet]] = {
    "artefacts": registry.Artefacts,
    "assertions": facts.Assertions,
    "deployments": registry.Deployments,
    "findings": findings.Findings,
    "gate/decisions": gate.Decisions,
    "journal": journal.Journal,
    "licences": licences.Licences,
    "lineage-edges": registry.LineageEdges,
    "lists": sanctions.Lists,
    "models": registry.Models,
    "packs": policy.Packs,
    "parties": parties.Parties,
    "policy-versions": policy.PolicyVersions,
    "projects": gate.Projects,
    "releases": registry.Releases,
    "reports": reports.Reports,
    "restriction-events": sanctions.RestrictionEvents,
    "reviews": reviews.Reviews,
    "rules": policy.Rules,
    "stakes": parties.Stakes,
    "tasks": findings.Tasks,
    "teams": accounts.Teams,
    "tokens": accounts.Tokens,
    "use-cases": registry.UseCases,
    "users": accounts.Users,
    "uses": registry.Uses,
    "waivers": findings.Waivers,
}

# Beyond list, creation and detail: noun -> address below one of them -> method -> action.
ACTIONS: Mapping[str, Mapping[str, dict[str, str]]] = {
    "gate/decisions": {"receipt": {"get": "receipt"}},
    "reports": {"file": {"get": "file"}, "evidence.json": {"get": "evidence"}},
    "tokens": {"revoke": {"post": "revoke"}},
    "uses": {
        "retire": {"post": "retire"},
        "claim": {"post": "claim"},
        "evaluate": {"post": "evaluate"},
        "fact-sheet": {"get": "fact_sheet"},
    },
    "waivers": {"approve": {"post": "approve"}, "refuse": {"post": "refuse"}, "withdraw": {"post": "withdraw"}},
}


def _routes() -> list[Any]:
    routes: list[Any] = []
    for noun, view in NOUNS.items():
        on_list = {"get": "list"} | ({"post": "create"} if hasattr(view, "create") else {})
        name = noun.replace("/", "-")
        routes.append(path(noun, view.as_view(on_list), name=f"api-{name}"))
        if noun != "verdicts":
            routes.append(path(f"{noun}/<str:pk>", view.as_view({"get": "retrieve"}), name=f"api-{name}-detail"))
        for address, methods in ACTIONS.get(noun, {}).items():
            routes.append(path(f"{noun}/<str:pk>/{address}", view.as_view(methods), name=f"api-{name}-{address}"))
    return routes


urlpatterns = [
    path(
        "openapi.json", SpectacularJSONAPIView.as_view(permission_classes=[], authentication_classes=[]), name="openapi"
    ),
    path("docs", docs.page, name="api-docs"),
    path("gate/public-key", gate.public_key, name="api-gate-public-key"),
    path("verdicts", policy.Verdicts.as_view({"get": "list"}), name="api-verdicts"),
    *_routes(),
]
