"""Every address under `/api/v1/`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import path, re_path
from rest_framework.renderers import BaseRenderer

from apps.api import docs, problems, views
from apps.api.v1 import (
    accounts,
    artefacts,
    changes,
    exports,
    facts,
    findings,
    gate,
    imports,
    journal,
    licence_texts,
    licences,
    lineage,
    measures,
    parties,
    policy,
    registry,
    reports,
    reviews,
    sanctions,
    screening,
    stakes,
    uses,
)

NOUNS: Mapping[str, type[views.NounViewSet]] = {
    "artefacts": registry.Artefacts,
    "assertions": facts.Assertions,
    "changes": changes.Changes,
    "deployments": uses.Deployments,
    "exports": exports.Exports,
    "findings": findings.Findings,
    "gate/decisions": gate.Decisions,
    "hosting-offers": registry.HostingOffers,
    "imports": imports.Imports,
    "journal": journal.Journal,
    "licence-texts": licence_texts.LicenceTexts,
    "licences": licences.Licences,
    "lineage-edges": registry.LineageEdges,
    "lineage-suggestions": lineage.LineageSuggestions,
    "lists": sanctions.Lists,
    "models": registry.Models,
    "matches": screening.Matches,
    "packs": policy.Packs,
    "parties": parties.Parties,
    "policy-versions": policy.PolicyVersions,
    "projects": gate.Projects,
    "releases": artefacts.Releases,
    "reports": reports.Reports,
    "restriction-events": measures.RestrictionEvents,
    "reviews": reviews.Reviews,
    "rules": policy.Rules,
    "screenings": screening.Screenings,
    "stakes": stakes.Stakes,
    "tasks": findings.Tasks,
    "teams": accounts.Teams,
    "tokens": accounts.Tokens,
    "trusted-signers": artefacts.TrustedSigners,
    "use-cases": uses.UseCases,
    "users": accounts.Users,
    "uses": uses.Uses,
    "verifications": artefacts.Verifications,
    "waivers": findings.Waivers,
}

# Beyond list, creation and detail: noun -> address below one of them -> method -> action.
ACTIONS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "changes": {
        "approve": {"post": "approve"},
        "propose": {"post": "propose"},
        "agree": {"post": "agree"},
        "refuse": {"post": "refuse"},
    },
    "licence-texts": {"confirm": {"post": "confirm"}, "refuse": {"post": "refuse"}},
    "exports": {"file": {"get": "file"}},
    "gate/decisions": {"receipt": {"get": "receipt"}},
    "imports": {"apply": {"post": "apply"}, "undo": {"post": "undo"}},
    "lineage-edges": {"remove": {"post": "remove"}},
    "lineage-suggestions": {"confirm": {"post": "confirm"}, "refuse": {"post": "refuse"}},
    "matches": {"judge": {"post": "judge"}, "decide": {"post": "decide"}, "reopen": {"post": "reopen"}},
    "models": {
        "aliases": {"post": "add_alias"},
        "lineage": {"get": "lineage"},
        "origin": {"get": "origin"},
        "completeness": {"get": "completeness"},
        "exposure": {"get": "exposure"},
    },
    "parties": {
        "names": {"post": "add_name"},
        "remove-name": {"post": "remove_name"},
        "domains": {"post": "add_domain"},
        "remove-domain": {"post": "remove_domain"},
        "ownership": {"get": "ownership"},
        "exposure": {"get": "exposure"},
        "screening": {"get": "screening"},
        "screening.csv": {"get": "screening_table"},
    },
    "releases": {"licence": {"get": "licence"}, "signature": {"post": "signature"}, "sums": {"post": "sums"}},
    "reports": {"file": {"get": "file"}, "evidence.json": {"get": "evidence"}},
    "restriction-events": {"status": {"post": "status"}, "step-back": {"post": "step_back"}},
    "stakes": {"end": {"post": "end"}, "correct": {"post": "correct"}, "withdraw": {"post": "withdraw"}},
    "tokens": {"revoke": {"post": "revoke"}},
    "trusted-signers": {"withdraw": {"post": "withdraw"}},
    "users": {
        "grant": {"post": "grant"},
        "revoke": {"post": "revoke"},
        "activate": {"post": "activate"},
        "deactivate": {"post": "deactivate"},
    },
    "uses": {
        "retire": {"post": "retire"},
        "claim": {"post": "claim"},
        "evaluate": {"post": "evaluate"},
        "fact-sheet": {"get": "fact_sheet"},
        "exposure": {"get": "exposure"},
        "licence": {"get": "licence"},
    },
    "verifications": {"files": {"get": "files"}, "proof": {"get": "proof"}},
    "waivers": {"approve": {"post": "approve"}, "refuse": {"post": "refuse"}, "withdraw": {"post": "withdraw"}},
}
BINARY: Mapping[tuple[str, str], Sequence[type[BaseRenderer]]] = {
    ("reports", "file"): (reports.PdfRenderer,),
    ("exports", "file"): exports.FILE_RENDERERS,
    ("parties", "screening.csv"): (parties.CsvRenderer,),
    ("verifications", "proof"): (artefacts.ZipRenderer,),
}
"""Addresses that answer with a file, and how a caller asks for nothing but it."""


def _view(view: type[views.NounViewSet], actions: Mapping[str, str], **more: Any) -> Any:
    chosen: dict[str, Any] = dict(actions)
    return view.as_view(chosen, **more)


def _routes() -> list[Any]:
    routes: list[Any] = []
    for noun, view in NOUNS.items():
        name = noun.replace("/", "-")
        on_list = {"get": "list"} | ({"post": "create"} if hasattr(view, "create") else {})
        on_one = {"get": "retrieve"} | ({"patch": "partial_update"} if hasattr(view, "partial_update") else {})
        routes.append(path(noun, _view(view, on_list), name=f"api-{name}"))
        routes.append(path(f"{noun}/<str:pk>", _view(view, on_one), name=f"api-{name}-detail"))
        for address, methods in ACTIONS.get(noun, {}).items():
            own = BINARY.get((noun, address), ())
            more = {"renderer_classes": [*view.renderer_classes, *own]} if own else {}
            routes.append(
                path(f"{noun}/<str:pk>/{address}", _view(view, methods, **more), name=f"api-{name}-{address}")
            )
    return routes


urlpatterns = [
    path("openapi.json", docs.openapi, name="api-openapi"),
    path("docs", docs.page, name="api-docs"),
    path("problems/<str:code>", problems.kind, name="api-problem"),
    path("gate/public-key", gate.public_key, name="api-gate-public-key"),
    path("organisation", _view(accounts.OrganisationView, {"get": "show", "patch": "rename"}), name="api-organisation"),
    path("verdicts", _view(policy.Verdicts, {"get": "list"}), name="api-verdicts"),
    path("imports/template", _view(imports.Templates, {"get": "show"}), name="api-imports-template"),
    path("lists/<str:pk>/entries", _view(sanctions.ListEntries, {"get": "list_rows"}), name="api-lists-entries"),
    path("imports/<str:pk>/rows", _view(imports.ImportRows, {"get": "list_rows"}), name="api-imports-rows"),
    *_routes(),
    re_path("", problems.nowhere, name="api-nowhere"),
]
