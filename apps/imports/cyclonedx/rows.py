"""From a valid CycloneDX document to rows: which components are models, and what stands between them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from apps.core.errors import FieldError, InvalidInput
from apps.facts.models import State
from apps.imports import own_properties
from apps.imports.cyclonedx.models import MODEL, Told, model_record, naming, pairs_of
from apps.imports.own_parties import PARTY, party_from
from apps.imports.own_properties import PREFIX
from apps.imports.pointers import join, leaves
from apps.imports.records import ModelRecord, ParentRecord, Row
from apps.registry.models import LineageEdge

ON_MODEL = PREFIX + "model"
"""On the component of a use: the `bom-ref` of the model's component."""


@dataclass
class _Document:
    """The components of a document, in order, and where they stand."""

    components: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    by_ref: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "_Document":
        found = cls()
        subject = document.get("metadata", {}).get("component")
        for pointer, component in (
            *(_nested("/metadata/component", subject) if subject else ()),
            *_listed("/components", document.get("components", ())),
        ):
            found.components[pointer] = component
            if "bom-ref" in component:
                found.by_ref.setdefault(component["bom-ref"], pointer)
        return found

    def models(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        return ((pointer, one) for pointer, one in self.components.items() if one["type"] == MODEL)


def _listed(pointer: str, components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, component in enumerate(components):
        yield from _nested(join(pointer, index), component)


def _nested(pointer: str, component: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield pointer, component
    yield from _listed(join(pointer, "components"), component.get("components", ()))


def rows_of(document: Mapping[str, Any]) -> tuple[list[Row], Told]:
    """A row per model and per use of ours, and which field of the document went where."""
    found, told = _Document.of(document), Told()
    rows = {pointer: _row(pointer, component, told) for pointer, component in found.models()}
    _needs(document, found, rows, told)
    descendants = [row for pointer, component in found.models() for row in _descendants(pointer, component, told)]
    return [*_parties(document, told), *rows.values(), *descendants, *_uses(found, rows, told)], told


def _parties(document: Mapping[str, Any], told: Told) -> Iterator[Row]:
    """The parties of our own exports, which stand in the properties of the document."""
    metadata = document.get("metadata", {})
    pairs = pairs_of(metadata)
    if not own_properties.is_ours(pairs):
        return
    for index, (name, value) in enumerate(pairs):
        if name != PARTY:
            continue
        where = join("/metadata/properties", index)
        try:
            record = party_from(value, index)
        except InvalidInput as error:
            errors = [FieldError(where, one.message) for one in error.errors]
            yield Row(locator=where, errors=errors, raw=metadata["properties"][index])
            continue
        told |= {join(where, part): "statement party" for part in ("name", "value")}
        yield Row(locator=where, record=record, raw=metadata["properties"][index])


def _row(pointer: str, component: Mapping[str, Any], told: Told) -> Row:
    pairs = pairs_of(component)
    if not own_properties.is_ours(pairs):
        return model_record(pointer, component, told)
    try:
        record = own_properties.model_from(pairs)
    except InvalidInput as error:
        return _refused(pointer, component, error)
    _told_by_us(pointer, pairs, told)
    return Row(locator=pointer, record=record, raw=component)


def _refused(pointer: str, component: Mapping[str, Any], error: InvalidInput) -> Row:
    errors = [FieldError(join(pointer, "properties") + one.pointer, one.message) for one in error.errors]
    return Row(locator=pointer, errors=errors, raw=component)


def _told_by_us(pointer: str, pairs: Sequence[tuple[str, str]], told: Told) -> None:
    for index, (name, _) in enumerate(pairs):
        if name.startswith(PREFIX):
            for part in ("name", "value"):
                told[join(pointer, "properties", index, part)] = f"statement {name.removeprefix(PREFIX)}"


def _needs(document: Mapping[str, Any], found: _Document, rows: dict[str, Row], told: Told) -> None:
    """Models that models depend on. What kind of dependency it is, CycloneDX does not say: the relation is inferred."""
    for index, entry in enumerate(document.get("dependencies", ())):
        child = found.by_ref.get(entry["ref"], "")
        row = rows.get(child)
        if row is None or not isinstance(row.record, ModelRecord) or own_properties.is_ours(pairs_of(row.raw)):
            continue
        parents = list(row.record.parents)
        for position, ref in enumerate(entry.get("dependsOn", ())):
            parent = found.by_ref.get(ref, "")
            if parent not in rows or parent == child:
                continue
            where = join("/dependencies", index, "dependsOn", position)
            parents.append(_parent(found.components[parent], LineageEdge.Relation.RUNTIME_DEPENDENCY, where, _DEPENDS))
            told[where] = "lineage.parent"
            told[join("/dependencies", index, "ref")] = "lineage.child"
        rows[child] = replace(row, record=replace(row.record, parents=parents))


_DEPENDS = "CycloneDX says “depends on” and not how: read as needed at run time."


def _parent(component: Mapping[str, Any], relation: str, pointer: str, note: str) -> ParentRecord:
    named = naming(component)
    return ParentRecord(
        name=named.identifier or named.name,
        namespace=named.namespace,
        revision=named.revision,
        relation=relation,
        state=State.INFERRED,
        note=note,
        pointer=pointer,
    )


def _descendants(pointer: str, component: Mapping[str, Any], told: Told) -> Iterator[Row]:
    """What the document says was made from a model: rows of their own, only mentioned."""
    note = "CycloneDX names a descendant without saying how it was made: read as a fine-tune."
    for index, one in enumerate(component.get("pedigree", {}).get("descendants", ())):
        where = join(pointer, "pedigree", "descendants", index)
        if one["type"] != MODEL or own_properties.is_ours(pairs_of(component)):
            continue
        named = naming(one)
        record = ModelRecord(
            name=named.name,
            identifiers=named.identifiers,
            revision=named.revision,
            parents=[_parent(component, LineageEdge.Relation.FINETUNE, where, note)],
            described=False,
        )
        for leaf, _ in leaves(one, where):
            if leaf.removeprefix(where) in ("/name", "/group", "/purl", "/version"):
                told[leaf] = "lineage.child"
        yield Row(locator=where, record=record, raw=one)


def _uses(found: _Document, rows: Mapping[str, Row], told: Told) -> Iterator[Row]:
    for pointer, component in found.components.items():
        pairs = pairs_of(component)
        on = next((value for name, value in pairs if name == ON_MODEL), None)
        if component["type"] == MODEL or on is None or not own_properties.is_ours(pairs):
            continue
        row = rows.get(found.by_ref.get(on, ""))
        if row is None or not isinstance(row.record, ModelRecord):
            error = FieldError(pointer, "names a model that the document does not hold, or that could not be read")
            yield Row(locator=pointer, errors=[error], raw=component)
            continue
        try:
            record = own_properties.use_from(pairs, own_properties.mention(row.record))
        except InvalidInput as error:
            yield _refused(pointer, component, error)
            continue
        _told_by_us(pointer, pairs, told)
        yield Row(locator=pointer, record=record, raw=component)
