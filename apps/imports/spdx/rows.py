"""From the elements of an SPDX 3 document to rows: one per AI package. Pure.

What is taken: name, package URL and addresses of the hub, version, who it originates from, licences, SHA-256 sums,
files, relationships of descent, copies, generated data and dependency, and the day of release. Everything else has no
field of ours and is kept with the element.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError, InvalidInput
from apps.facts.models import State
from apps.imports import own_properties
from apps.imports.hub_names import Named, from_address, from_purl
from apps.imports.own_parties import PARTY, party_from
from apps.imports.own_properties import PREFIX
from apps.imports.pointers import join
from apps.imports.records import FactRecord, FileRecord, ModelRecord, ParentRecord, Row
from apps.imports.revisions import revision_of
from apps.imports.spdx.graph import Graph, Relation, listed, reference, target_pointer
from apps.imports.spdx.licences import licences_of
from apps.registry.models import LineageEdge

AI_PACKAGE = "ai_AIPackage"
DIALECT_PACKAGE = "ai-bom:AIPackage"
ON_MODEL = PREFIX + "model"
STUB = PREFIX + "stub"
"""On a package of our exports that only stands at the other end of a relationship."""
Told = dict[str, str]


def rows_of(graph: Graph) -> tuple[list[Row], Told]:
    """A row per AI package and per use of ours, and which field of the document went where."""
    told: Told = {}
    packages = (entry for entry in graph.of_type(AI_PACKAGE) if STUB not in {name for name, _, _ in pairs_of(entry[2])})
    rows = {key: _row(key, where, one, graph, told) for key, where, one in packages}
    dialect = [_dialect_row(where, one, told) for _, where, one in graph.of_type(DIALECT_PACKAGE)]
    return [*_parties(graph, told), *rows.values(), *dialect, *_uses(graph, rows, told)], told


def _parties(graph: Graph, told: Told) -> Iterator[Row]:
    """The parties of our own exports, each an agent with its record in properties."""
    for _, where, element in graph.of_type("Organization", "Person"):
        pairs = pairs_of(element)
        plain = [(name, value) for name, value, _ in pairs]
        at = next((index for index, (name, _) in enumerate(plain) if name == PARTY), None)
        if at is None or not own_properties.is_ours(plain):
            continue
        try:
            record = party_from(plain[at][1], at)
        except InvalidInput as error:
            yield _refused(where, element, pairs, error)
            continue
        _told_by_us(where, pairs, told)
        yield Row(locator=where, record=record, raw=element)


def pairs_of(element: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The properties of an element's extensions, each with its pointer inside of the element."""
    found = []
    for index, extension in enumerate(listed(element.get("extension"))):
        if not isinstance(extension, dict):
            continue
        for position, one in enumerate(listed(extension.get("extension_cdxProperty"))):
            if isinstance(one, dict):
                where = join("/extension", index, "extension_cdxProperty", position)
                name, value = one.get("extension_cdxPropName", ""), one.get("extension_cdxPropValue", "")
                found.append((str(name), str(value), where))
    return found


def _row(key: str, where: str, element: Mapping[str, Any], graph: Graph, told: Told) -> Row:
    pairs = pairs_of(element)
    if own_properties.is_ours([(name, value) for name, value, _ in pairs]):
        return _own_row(where, element, pairs, told)
    if not element.get("name"):
        return Row(locator=where, errors=[FieldError(where, "The AI package has no name.")], raw=element)
    named, from_link = _named(element)
    _tell_names(where, element, named, from_link, told)
    version = element.get("software_packageVersion", "") or (named.revision if named else "")
    name = str(element["name"])
    same = named is not None and name.casefold() == named.identifier.casefold()
    record = ModelRecord(
        name=named.identifier.rpartition("/")[2] if named and same else name,
        identifiers=((named.namespace, named.identifier),) if named else (),
        developer=_developer(where, element, graph, told),
        revision=revision_of(version),
        licences=licences_of(key, graph, told),
        parents=list(_parents(key, graph, told)),
        files=list(_files(key, where, element, graph, told)),
        facts=list(_facts(where, element, told)),
    )
    return Row(locator=where, record=record, notes=_notes(element, graph, named, from_link), raw=element)


def _own_row(where: str, element: Mapping[str, Any], pairs: Sequence[tuple[str, str, str]], told: Told) -> Row:
    try:
        record = own_properties.model_from([(name, value) for name, value, _ in pairs])
    except InvalidInput as error:
        return _refused(where, element, pairs, error)
    _told_by_us(where, pairs, told)
    return Row(locator=where, record=record, raw=element)


def _refused(where: str, element: Mapping[str, Any], pairs: Sequence[tuple[str, str, str]], error: InvalidInput) -> Row:
    errors = [FieldError(where + pairs[int(one.pointer[1:])][2], one.message) for one in error.errors]
    return Row(locator=where, errors=errors, raw=element)


def _told_by_us(where: str, pairs: Sequence[tuple[str, str, str]], told: Told) -> None:
    for name, _, inner in pairs:
        if name.startswith(PREFIX):
            for part in ("extension_cdxPropName", "extension_cdxPropValue"):
                told[join(where + inner, part)] = f"statement {name.removeprefix(PREFIX)}"


def _named(element: Mapping[str, Any]) -> tuple[Named | None, bool]:
    """The identifier by package URL, else by an address of the hub; and whether it is only an address."""
    purls = [element.get("software_packageUrl", "")]
    for one in listed(element.get("externalIdentifier")):
        if isinstance(one, dict) and str(one.get("externalIdentifierType")).endswith("packageUrl"):
            purls.append(one.get("identifier", ""))
    for purl in purls:
        named = from_purl(str(purl)) if purl else None
        if named:
            return named, False
    links = [from_address(str(element[name])) for name in _ADDRESSES if element.get(name)]
    found = {one.identifier.casefold(): one for one in links if one}
    return (next(iter(found.values())), True) if len(found) == 1 else (None, False)


_ADDRESSES = ("software_downloadLocation", "software_homePage")


def _tell_names(where: str, element: Mapping[str, Any], named: Named | None, from_link: bool, told: Told) -> None:
    told[join(where, "type")] = "a row of its own"
    told[join(where, "name")] = "model.name"
    if revision_of(str(element.get("software_packageVersion", ""))):
        told[join(where, "software_packageVersion")] = "release.revision"
    if named and not from_link and element.get("software_packageUrl"):
        told[join(where, "software_packageUrl")] = "model.identifiers"
    for name in _ADDRESSES:
        if from_link and element.get(name) and from_address(str(element[name])):
            told[join(where, name)] = "model.identifiers"


def _developer(where: str, element: Mapping[str, Any], graph: Graph, told: Told) -> str:
    """Whom the package originates from; who supplies it may be another. Nobody is chosen among several."""
    origins = listed(element.get("originatedBy"))
    names = [graph.name(one) for one in origins]
    if len(names) != 1 or not names[0]:
        return ""
    told[join(where, "originatedBy", 0)] = "model.developer"
    found = graph.find(origins[0])
    if found and found[0]:
        told[join(found[0], "name")] = "model.developer"
    return names[0]


_INFERRED = {
    "dependsOn": "SPDX says “depends on” and not how: read as needed at run time.",
    "ancestorOf": "SPDX names an ancestor without saying how the model was made from it: read as a fine-tune.",
    "descendantOf": "SPDX names an ancestor without saying how the model was made from it: read as a fine-tune.",
    "generates": "The model was trained on a dataset that the parent generated.",
}


def _parents(key: str, graph: Graph, told: Told) -> Iterator[ParentRecord]:
    for relation in graph.outgoing.get(key, ()):
        if relation.kind == "descendantOf":
            yield from _parent(relation.target, relation, LineageEdge.Relation.FINETUNE, graph, told)
        elif relation.kind == "dependsOn":
            yield from _parent(relation.target, relation, LineageEdge.Relation.RUNTIME_DEPENDENCY, graph, told)
        elif relation.kind == "trainedOn":
            for made in graph.incoming.get(relation.target, ()):
                if made.kind == "generates" and made.source != key:
                    yield from _parent(made.source, made, LineageEdge.Relation.SYNTHETIC_DATA_FROM, graph, told)
    for relation in graph.incoming.get(key, ()):
        if relation.kind == "ancestorOf":
            yield from _parent(relation.source, relation, LineageEdge.Relation.FINETUNE, graph, told)
        elif relation.kind == "copiedTo":
            yield from _parent(relation.source, relation, LineageEdge.Relation.COPY, graph, told)


def _parent(other: str, relation: Relation, kind: str, graph: Graph, told: Told) -> Iterator[ParentRecord]:
    found = graph.elements.get(other)
    if not found or found[1].get("type") != AI_PACKAGE or not found[1].get("name"):
        return
    named, _ = _named(found[1])
    for part in ("relationshipType", "from"):
        told[join(relation.pointer, part)] = "lineage.parent"
    told[target_pointer(relation)] = "lineage.parent"
    note = _INFERRED.get(relation.kind, "")
    yield ParentRecord(
        name=named.identifier if named else str(found[1]["name"]),
        namespace=named.namespace if named else "",
        revision=revision_of(str(found[1].get("software_packageVersion", ""))),
        relation=kind,
        state=State.INFERRED if note else State.CLAIMED_BY_PROVIDER,
        note=note,
        pointer=relation.pointer,
    )


def _files(key: str, where: str, element: Mapping[str, Any], graph: Graph, told: Told) -> Iterator[FileRecord]:
    yield from _file(where, element, told)
    for relation in graph.outgoing.get(key, ()):
        found = graph.elements.get(relation.target)
        if (
            relation.kind in ("contains", "hasDistributionArtifact")
            and found
            and found[1].get("type") == "software_File"
        ):
            for file in _file(*found, told):
                told[target_pointer(relation)] = told[join(found[0], "name")] = "artefact.path"
                yield file


def _file(where: str, element: Mapping[str, Any], told: Told) -> Iterator[FileRecord]:
    for index, one in enumerate(listed(element.get("verifiedUsing"))):
        if isinstance(one, dict) and str(one.get("algorithm")).rpartition("/")[2] == "sha256" and element.get("name"):
            for part in ("algorithm", "hashValue"):
                told[join(where, "verifiedUsing", index, part)] = "artefact.sha256"
            yield FileRecord(path=str(element["name"]), sha256=str(one.get("hashValue", "")).lower(), pointer=where)
            return


def _facts(where: str, element: Mapping[str, Any], told: Told) -> Iterator[FactRecord]:
    released = str(element.get("releaseTime", ""))[:10]
    try:
        day = dt.date.fromisoformat(released)
    except ValueError:
        return
    told[join(where, "releaseTime")] = "model.release_date"
    note = "" if not element.get("software_packageVersion") else "Of the version that the document describes."
    state = State.INFERRED if note else State.CLAIMED_BY_PROVIDER
    pointer = join(where, "releaseTime")
    yield FactRecord(
        subject="model", field="release_date", value=day.isoformat(), state=state, note=note, pointer=pointer
    )


def _notes(element: Mapping[str, Any], graph: Graph, named: Named | None, from_link: bool) -> list[str]:
    notes = []
    if named and from_link:
        notes.append(f"The identifier {named.identifier} is taken from an address of the hub.")
    supplier = graph.name(element.get("suppliedBy"))
    if supplier and not element.get("originatedBy"):
        notes.append(f"Nobody is named as origin. The supplier {supplier[:200]} is not taken as developer.")
    return notes


def _dialect_row(where: str, element: Mapping[str, Any], told: Told) -> Row:
    """A package of the dialect only mentions a model, or it names a provider's library and is refused."""
    name = element.get("ai-bom:modelName")
    if not isinstance(name, str) or not name.strip():
        error = FieldError(where, "names a provider or a library and no model")
        return Row(locator=where, errors=[error], raw=element)
    told[join(where, "ai-bom:modelName")] = "model.name"
    note = gettext_noop("The element only mentions the model; its name is taken from the producer's own property.")
    return Row(locator=where, record=ModelRecord(name=name.strip(), described=False), notes=[note], raw=element)


def _uses(graph: Graph, rows: Mapping[str, Row], told: Told) -> Iterator[Row]:
    for _, where, element in graph.of_type("software_Package"):
        pairs = pairs_of(element)
        on = next((value for name, value, _ in pairs if name == ON_MODEL), None)
        if on is None:
            continue
        row = rows.get(reference(on))
        if row is None or not isinstance(row.record, ModelRecord):
            error = FieldError(where, "names a model that the document does not hold, or that could not be read")
            yield Row(locator=where, errors=[error], raw=element)
            continue
        try:
            plain = [(name, value) for name, value, _ in pairs]
            record = own_properties.use_from(plain, own_properties.mention(row.record))
        except InvalidInput as error:
            yield _refused(where, element, pairs, error)
            continue
        _told_by_us(where, pairs, told)
        yield Row(locator=where, record=record, raw=element)
