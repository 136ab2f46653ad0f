"""What the model was made from and what was made from it."""

from typing import Any

from apps.core.canonical import canonical_json
from apps.registry.models import LineageEdge, Model
from apps.registry.selectors import children_at
from apps.reports.dossier.scope import Scope

ORIGIN_PATHS = ("model.origin_confirmed", "model.origin_countries", "model.lineage_complete")


def lineage(scope: Scope) -> dict[str, Any]:
    """Every edge upwards, nearest first, and the direct descendants, as they stood at the moment of the document.

    A parent outside of the register stays named.
    """
    names = dict(Model.objects.filter(id__in=scope.ancestor_ids).values_list("id", "name"))
    names[scope.model.id] = scope.model.name
    children = children_at(scope.model.id, scope.as_of)
    return {
        "ancestors": [_edge(scope, edge, names[edge.child_id]) for edge in scope.ancestors],
        "descendants": [_edge(scope, edge, edge.child.name) for edge in children],
    }


def _edge(scope: Scope, edge: LineageEdge, child: str) -> dict[str, Any]:
    developer = edge.parent.developer if edge.parent else None
    return {
        "child": child,
        "relation": edge.relation,
        "parent": edge.parent.name if edge.parent else edge.parent_name,
        "written_as": edge.parent_name,
        "resolved": edge.parent_id is not None,
        "weights_pass": edge.weights_transfer,
        "parent_developer": developer.name if developer else "",
        "claimed_through": edge.channel,
        **scope.ledger.row(edge),
    }


def origin(scope: Scope) -> list[dict[str, Any]]:
    """What the fact sheets derive about origin; uses for which it is the same (the host may differ) stand together."""
    found: dict[bytes, dict[str, Any]] = {}
    for use in scope.uses:
        if use.id not in scope.evaluations:
            continue
        facts = scope.evaluations[use.id].sheet.content["facts"]
        row = {
            "statements": [{"path": path, **scope.ledger.entry(facts[path])} for path in ORIGIN_PATHS if path in facts],
            "elements": facts.get("model.origin", {}).get("value") or [],
        }
        found.setdefault(canonical_json(row), {**row, "uses": []})["uses"].append(scope.use_numbers[use.id])
    return list(found.values())
