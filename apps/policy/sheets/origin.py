"""Where a model comes from, derived through its lineage; never read off a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.parties.models import Party
from apps.policy.sheets.entries import KNOWN, Entry, derived, from_columns, from_fact, is_known
from apps.policy.sheets.surroundings import Surroundings
from apps.registry.models import LineageEdge, Model


@dataclass
class _Origins:
    """Elements (country, role, party, model), the entries and sources they rest on, and what stayed unknown."""

    elements: list[dict[str, Any]] = field(default_factory=list)
    basis: list[Entry] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    @property
    def countries(self) -> list[str]:
        return sorted({element["country"] for element in self.elements})

    @property
    def sources(self) -> list[str]:
        return [entry["source"] for entry in self.basis]

    def add(self, role: str, party: Party | None, name: str, around: Surroundings) -> None:
        entry = _headquarters(party.id, around) if party else None
        if entry is None or party is None:
            self.gaps.append(name)
            return
        self.elements.append({"country": entry["value"], "role": role, "party": party.name, "model": name})
        self.basis.append(entry)


def origin(facts: Mapping[str, Entry], model: Model, operator: UUID | None, around: Surroundings) -> dict[str, Entry]:
    """`model.lineage_complete`, `model.origin_countries`, `model.origin_confirmed` and `model.origin`.

    Countries of origin are those of the developer and of the developers of all weight ancestors. `origin_countries`
    exists only when every one of them is known; otherwise those that are known stand in `origin_confirmed`, so that a
    rule can find something in them but never pass on them. `origin` shows teachers and host too, each in its role.
    """
    found, shown = around.once(("origin", model.id), lambda: _of_model(facts, model, around))
    host = around.parties.get(operator) if operator else None
    shown = _Origins(list(shown.elements), list(shown.basis))
    shown.add("host", host, model.name, around)
    if shown.elements:
        return {**found, "model.origin": derived(shown.elements, shown.basis, shown.sources)}
    return found


def _of_model(facts: Mapping[str, Entry], model: Model, around: Surroundings) -> tuple[dict[str, Entry], _Origins]:
    """What holds for every use of a model, and where it comes from with its teachers but without a host."""
    edges = around.lineage.weight_ancestors(model.id)
    found: dict[str, Entry] = {}
    complete = facts.get("model.lineage_complete")
    if not is_known(complete):
        complete = _lineage_complete(model, facts, edges)
        if complete:
            found["model.lineage_complete"] = complete
    made = _Origins()
    made.add("developer", model.developer, model.name, around)
    for edge in edges:
        made.add("weight_ancestor", edge.parent.developer if edge.parent else None, edge.parent_name, around)
    if made.elements:
        found["model.origin_confirmed"] = derived(made.countries, made.basis, made.sources)
    if made.elements and not made.gaps and complete and complete["value"] is True:
        found["model.origin_countries"] = derived(made.countries, [*made.basis, complete], made.sources)
    for edge in around.lineage.teachers(model.id):
        made.add("teacher", edge.parent.developer if edge.parent else None, edge.parent_name, around)
    return found, made


def _lineage_complete(model: Model, facts: Mapping[str, Entry], edges: Sequence[LineageEdge]) -> Entry | None:
    """Whether every line of weights is recorded up to a base model; None where nobody can tell."""
    kind = facts.get("model.kind")
    unresolved = [edge.parent_name for edge in edges if edge.parent_id is None]
    if unresolved:
        return derived(False, [kind], [f"Register: unresolved parent {', '.join(unresolved)}"])
    if not is_known(kind) or kind is None or any(edge.state not in KNOWN for edge in edges):
        return None
    with_parents = {edge.child_id for edge in edges}
    ends = [edge.parent for edge in edges if edge.parent_id not in with_parents]
    kinds = {end.kind for end in ends if end} if edges else {kind["value"]}
    if kinds != {Model.Kind.BASE}:
        return None
    return derived(
        True,
        [kind, *(from_columns(True, edge) for edge in edges)],
        [kind["source"], *(edge.source_label for edge in edges)],
    )


def _headquarters(party_id: UUID, around: Surroundings) -> Entry | None:
    for member in around.family(party_id):
        fact = around.facts_of("party", member).get("hq_country")
        if fact and fact.known:
            return from_fact(fact)
    return None
