"""Where a model comes from, derived through its weight lineage; never read off a name."""

from typing import Any
from uuid import UUID

from apps.policy.sheets.entries import Entry, derived, from_fact, is_known
from apps.policy.sheets.surroundings import Surroundings
from apps.registry.models import LineageEdge, Model

DERIVED_KINDS = frozenset({Model.Kind.FINE_TUNE, Model.Kind.ADAPTER, Model.Kind.MERGE, Model.Kind.QUANTISATION})


def origin(facts: dict[str, Entry], model: Model, around: Surroundings) -> dict[str, Entry]:
    """`model.lineage_complete`, `model.origin_countries`, `model.origin_confirmed` and `model.origin`.

    `origin_countries` exists only when every weight ancestor and every developer's country is known; otherwise the
    elements that are known stand in `origin_confirmed`, so that a rule can find something in them but never pass on them.
    """
    edges = around.lineage.weight_ancestors(model.id)
    found: dict[str, Entry] = {}
    complete = facts.get("model.lineage_complete")
    if not is_known(complete):
        complete = _lineage_complete(facts, edges)
        if complete:
            found["model.lineage_complete"] = complete
    countries, basis, gaps = _countries(model, edges, around)
    sources = [element["source"] for element in countries]
    known = sorted({element["country"] for element in countries})
    if countries:
        found["model.origin_confirmed"] = derived(known, basis, sources)
        found["model.origin"] = derived([_shown(element) for element in countries], basis, sources)
    if countries and not gaps and is_known(complete) and complete and complete["value"] is True:
        found["model.origin_countries"] = derived(known, [*basis, complete], sources)
    return found


def _lineage_complete(facts: dict[str, Entry], edges: list[LineageEdge]) -> Entry | None:
    if any(edge.parent_id is None for edge in edges):
        open_edges = [edge.parent_name for edge in edges if edge.parent_id is None]
        return derived(False, [facts.get("model.kind")], [f"Register: unresolved parent {', '.join(open_edges)}"])
    kind = facts.get("model.kind")
    if not is_known(kind) or kind is None:
        return None
    if kind["value"] in DERIVED_KINDS and not edges:
        return None
    if any(edge.parent is not None and edge.parent.kind == Model.Kind.UNKNOWN for edge in edges):
        return None
    return derived(True, [kind], [kind["source"], *(edge.source_label for edge in edges)])


def _countries(
    model: Model, edges: list[LineageEdge], around: Surroundings
) -> tuple[list[dict[str, Any]], list[Entry], list[str]]:
    """Elements (country, role, party, model, source), the entries they rest on, and what stayed unknown."""
    elements: list[dict[str, Any]] = []
    basis: list[Entry] = []
    gaps: list[str] = []
    steps: list[tuple[str, Model | None, str]] = [("developer", model, model.name)]
    steps += [("weight_ancestor", edge.parent, edge.parent_name) for edge in edges]
    for role, made, name in steps:
        developer = made.developer if made else None
        entry = _headquarters(developer.id, around) if developer else None
        if not is_known(entry) or entry is None or developer is None:
            gaps.append(name)
            continue
        basis.append(entry)
        element = {"country": entry["value"], "role": role, "party": developer.name, "model": name}
        elements.append({**element, "source": entry["source"]})
    return elements, basis, gaps


def _shown(element: dict[str, Any]) -> dict[str, Any]:
    return {key: element[key] for key in ("country", "role", "party", "model")}


def _headquarters(party_id: UUID, around: Surroundings) -> Entry | None:
    for member in around.family(party_id):
        fact = around.facts_of("party", member).get("hq_country")
        if fact and fact.known:
            return from_fact(fact)
    return None
