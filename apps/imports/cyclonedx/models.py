"""One CycloneDX component of the type machine-learning-model, in our terms. Pure.

What is taken: name, group, version, package URL, addresses of the hub, manufacturer, licences, SHA-256 sums, ancestors,
and the formats of inputs and outputs. Everything else has no field of ours and is kept with the component.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError, filled
from apps.facts.models import State
from apps.imports.cyclonedx.licences import licences_of
from apps.imports.hub_names import Named, from_address, from_purl, purl_type
from apps.imports.modalities import modalities
from apps.imports.pointers import join, leaves
from apps.imports.records import FactRecord, FileRecord, ModelRecord, ParentRecord, Row
from apps.imports.revisions import revision_of
from apps.registry.models import LineageEdge

MODEL = "machine-learning-model"
NO_MODELS = frozenset({"pypi", "npm", "golang", "maven", "nuget", "gem", "cargo", "deb", "rpm", "apk", "conda"})
"""Types of package URLs that name programs: a component with one is a library, whatever its type says."""
VENDOR_NAMES = ("trusera:model_name",)
"""Properties in which producers write the model that a component of theirs only mentions."""
_LINKS = frozenset({"model-card", "website", "distribution", "vcs", "documentation"})
_KINDS_OF_FILE = (".safetensors", ".gguf", ".onnx", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".pkl")

gettext_noop("is typed as a model, but its package URL names a package of %(type)s: a program, not a model")


class Told(dict[str, str]):
    """Pointer of a field -> where it went."""

    def all_of(self, pointer: str, value: Any, where: str) -> None:
        """Everything that stands at and below a pointer went to one place."""
        for leaf, _ in leaves(value, pointer):
            self[leaf] = where


@dataclass(frozen=True)
class Naming:
    """How a component names a model."""

    name: str
    namespace: str = ""
    identifier: str = ""
    revision: str = ""
    from_link: bool = False

    @property
    def identifiers(self) -> tuple[tuple[str, str], ...]:
        """The identifiers by which the register finds it."""
        return ((self.namespace, self.identifier),) if self.identifier else ()


def pairs_of(component: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The properties of a component, by position."""
    return [(one.get("name", ""), one.get("value", "")) for one in component.get("properties", ())]


def naming(component: Mapping[str, Any]) -> Naming:
    """Name, identifier and revision: by the package URL, else by the one repository of the hub that is linked."""
    linked = _linked(component)
    named = from_purl(component.get("purl", "")) or linked
    group, plain = component.get("group", ""), component["name"]
    full = f"{group}/{plain}" if group else plain
    revision = revision_of(component.get("version", "") or (named.revision if named else ""))
    if named is None:
        return Naming(full, revision=revision)
    same = named.identifier.casefold() in (full.casefold(), plain.casefold())
    name = named.identifier.rpartition("/")[2] if same else plain
    return Naming(name, named.namespace, named.identifier, revision, from_link=named is linked)


def _linked(component: Mapping[str, Any]) -> Named | None:
    """The repository of the hub, where all links that name one name the same."""
    links = (from_address(one["url"]) for one in component.get("externalReferences", ()) if one["type"] in _LINKS)
    found = {one.identifier.casefold(): one for one in links if one}
    return next(iter(found.values())) if len(found) == 1 else None


def model_record(pointer: str, component: Mapping[str, Any], told: Told) -> Row:
    """The component as a row; refused where its package URL names a program and nothing names a model."""
    mentioned = _mentioned(component)
    kind = purl_type(component.get("purl", "").replace(" ", "%20"))
    if mentioned:
        index, name = mentioned
        told[join(pointer, "properties", index, "value")] = "model.name"
        note = gettext_noop(
            "The component only mentions the model; its name is taken from the producer's own property."
        )
        return Row(locator=pointer, record=ModelRecord(name=name, described=False), notes=[note], raw=component)
    if kind in NO_MODELS:
        message = filled(
            "is typed as a model, but its package URL names a package of %(type)s: a program, not a model", type=kind
        )
        return Row(locator=pointer, errors=[FieldError(join(pointer, "purl"), message)], raw=component)
    named = naming(component)
    _tell_names(pointer, component, named, told)
    record = ModelRecord(
        name=named.name,
        identifiers=named.identifiers,
        developer=_developer(pointer, component, told),
        revision=named.revision,
        licences=licences_of(pointer, component, told),
        parents=list(_ancestors(pointer, component, told)),
        files=list(_files(pointer, component, told)),
        facts=_facts(pointer, component, told),
    )
    return Row(locator=pointer, record=record, notes=_notes(component, named), raw=component)


def _mentioned(component: Mapping[str, Any]) -> tuple[int, str] | None:
    for index, (name, value) in enumerate(pairs_of(component)):
        if name in VENDOR_NAMES and value.strip():
            return index, value.strip()
    return None


def _tell_names(pointer: str, component: Mapping[str, Any], named: Naming, told: Told) -> None:
    told[join(pointer, "name")] = "model.name"
    told[join(pointer, "type")] = "a row of its own"
    if component.get("group"):
        told[join(pointer, "group")] = "model.name"
    if named.revision:
        told[join(pointer, "version")] = "release.revision"
    if named.identifier and not named.from_link:
        told[join(pointer, "purl")] = "model.identifiers"
    for index, one in enumerate(component.get("externalReferences", ())):
        if named.from_link and one["type"] in _LINKS and from_address(one["url"]):
            told[join(pointer, "externalReferences", index, "url")] = "model.identifiers"


def _developer(pointer: str, component: Mapping[str, Any], told: Told) -> str:
    """The manufacturer, “the organization that created the component”; a supplier or publisher may be another."""
    name: str = component.get("manufacturer", {}).get("name", "")
    if name:
        told[join(pointer, "manufacturer", "name")] = "model.developer"
    return name


def _ancestors(pointer: str, component: Mapping[str, Any], told: Told) -> Iterator[ParentRecord]:
    for index, ancestor in enumerate(component.get("pedigree", {}).get("ancestors", ())):
        where = join(pointer, "pedigree", "ancestors", index)
        named = naming(ancestor)
        _tell_parent(where, ancestor, told)
        yield ParentRecord(
            name=named.identifier or named.name,
            namespace=named.namespace,
            revision=named.revision,
            relation=LineageEdge.Relation.FINETUNE,
            state=State.INFERRED,
            note="CycloneDX names an ancestor without saying how the model was made from it: read as a fine-tune.",
            pointer=where,
        )


def _tell_parent(where: str, ancestor: Mapping[str, Any], told: Told) -> None:
    for name in ("name", "group", "purl", "version"):
        if name in ancestor:
            told[join(where, name)] = "lineage.parent"
    for index, one in enumerate(ancestor.get("externalReferences", ())):
        if from_address(one["url"]):
            told[join(where, "externalReferences", index, "url")] = "lineage.parent"


def _files(pointer: str, component: Mapping[str, Any], told: Told) -> Iterator[FileRecord]:
    """The component's own sum, under its name, and the files that stand inside of it with theirs."""
    yield from _file(pointer, component, told)
    for index, inner in enumerate(component.get("components", ())):
        if inner["type"] in ("file", "data"):
            where = join(pointer, "components", index)
            for file in _file(where, inner, told):
                told[join(where, "name")] = "artefact.path"
                yield file


def _file(where: str, component: Mapping[str, Any], told: Told) -> Iterator[FileRecord]:
    for index, one in enumerate(component.get("hashes", ())):
        if one["alg"] != "SHA-256":
            continue
        told[join(where, "hashes", index, "content")] = "artefact.sha256"
        told[join(where, "hashes", index, "alg")] = "artefact.sha256"
        yield FileRecord(
            path=component["name"],
            sha256=one["content"].lower(),
            size=_size(where, component, told),
            format=next((kind[1:] for kind in _KINDS_OF_FILE if component["name"].casefold().endswith(kind)), ""),
            pointer=where,
        )
        return


def _size(where: str, component: Mapping[str, Any], told: Told) -> int | None:
    """Some producers write the number of bytes into a property; CycloneDX has no field for it."""
    for index, (name, value) in enumerate(pairs_of(component)):
        if name == "size" and value.isascii() and value.isdigit() and len(value) < 19:
            told[join(where, "properties", index, "value")] = "artefact.size"
            return int(value)
    return None


def _facts(pointer: str, component: Mapping[str, Any], told: Told) -> list[FactRecord]:
    parameters = component.get("modelCard", {}).get("modelParameters", {})
    found = []
    for side, field in (("inputs", "modalities_in"), ("outputs", "modalities_out")):
        where = join(pointer, "modelCard", "modelParameters", side)
        formats = [one.get("format", "") for one in parameters.get(side, ())]
        values, stated = modalities(formats)
        if values:
            told.all_of(where, parameters[side], f"model.{field}")
            state = State.CLAIMED_BY_PROVIDER if stated else State.INFERRED
            note = "" if stated else f"Concluded from the formats {', '.join(formats)[:300]}."
            found.append(FactRecord(subject="model", field=field, value=values, state=state, note=note, pointer=where))
    return found


def _notes(component: Mapping[str, Any], named: Naming) -> list[str]:
    notes = []
    if named.from_link:
        notes.append(f"The identifier {named.identifier} is taken from a link to the hub.")
    if "manufacturer" not in component:
        others = [component[key]["name"] for key in ("supplier",) if component.get(key, {}).get("name")]
        others += [component[key] for key in ("publisher", "author") if component.get(key)]
        if others:
            names = ", ".join(dict.fromkeys(others))[:300]
            notes.append(
                f"No manufacturer is named. {names} (supplier, publisher or author) is not taken as developer."
            )
    if component["name"].casefold().endswith(_KINDS_OF_FILE):
        notes.append("The producer names a file as the model; it is entered under the name of the file.")
    if component.get("pedigree", {}).get("variants"):
        notes.append("Variants are related in an unknown way; they are kept and make no lineage.")
    return notes
