"""Which model this is: what is published about it, its identifiers and its releases."""

from typing import Any

from apps.policy.sheets.entries import from_columns, from_fact
from apps.registry.models import Artefact, Release
from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import day


def identity(scope: Scope) -> dict[str, Any]:
    """Columns and facts of the model, and the identifiers under which it is referred to."""
    model = scope.model
    developer = model.developer
    entries = {
        "name": from_columns(model.name, model),
        "family": from_columns(model.family, model),
        "developer": from_columns(str(developer.id) if developer else None, model, developer.name if developer else ""),
        "kind": from_columns(model.kind, model),
        "access": from_columns(model.access, model),
    }
    entries |= {
        field: from_fact(fact, scope.names.get(str(fact.value), ""))
        for field, fact in scope.facts_of("model", model.id).items()
    }
    return {
        "id": str(model.id),
        "name": model.name,
        "facts": scope.ledger.entries("model", entries),
        "identifiers": [
            {"namespace": alias.namespace, "identifier": alias.identifier, **scope.ledger.row(alias)}
            for alias in model.aliases.all()
        ],
    }


def releases(scope: Scope) -> list[dict[str, Any]]:
    """The floating release and every fixed one that runs, with recorded files."""
    files: dict[Any, list[Artefact]] = {}
    for artefact in Artefact.objects.filter(release__in=scope.releases).order_by("path"):
        files.setdefault(artefact.release_id, []).append(artefact)
    return [_release(scope, release, files.get(release.id, [])) for release in scope.releases]


def _release(scope: Scope, release: Release, files: list[Artefact]) -> dict[str, Any]:
    return {
        "revision": release.revision,
        "pinned": release.pinned,
        "purl": release.purl,
        "entered_on": day(release.created_at.date()),
        "statement": scope.ledger.row(release),
        "facts": scope.ledger.facts("release", scope.facts_of("release", release.id), scope.names),
        "files": [
            {
                "path": row.path,
                "sha256": row.sha256,
                "size": row.size,
                "format": row.format,
                "signature": row.signature,
                **scope.ledger.row(row),
            }
            for row in files
        ],
        "deployments": [
            scope.deployment_numbers[deployment.id]
            for deployment in scope.deployments
            if deployment.release_id == release.id
        ],
    }
