"""One release, or one use, as a CycloneDX component. Pure."""

from collections.abc import Mapping
from typing import Any

from apps.exports.facts import HUB, derives, known_value, package_url, repository_url, websites
from apps.exports.licences import Named, licences_of
from apps.imports.cyclonedx.models import MODEL
from apps.imports.cyclonedx.rows import ON_MODEL
from apps.imports.own_properties import PREFIX, properties_of, use_properties_of
from apps.imports.records import FileRecord, ModelRecord, ParentRecord, PartyRecord, UseRecord


def component(
    record: ModelRecord, ref: str, licences: Mapping[str, str], makers: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """A release as a machine-learning model, with its record in properties; `makers` are developers by name."""
    found: dict[str, Any] = {"type": MODEL, "bom-ref": ref, "name": record.name}
    if record.revision:
        found["version"] = record.revision
    if record.developer:
        found["manufacturer"] = dict(makers.get(record.developer, {"name": record.developer}))
    if purl := package_url(record):
        found["purl"] = purl
        found["externalReferences"] = [{"type": "model-card", "url": repository_url(record)}]
    if named := licences_of(record, licences):
        found["licenses"] = [_licence(one) for one in named]
    if ancestors := [_ancestor(one) for one in record.parents if derives(one)]:
        found["pedigree"] = {"ancestors": ancestors}
    if record.files:
        found["components"] = [_file(one, f"{ref}/file/{at}") for at, one in enumerate(record.files)]
    if parameters := _parameters(record):
        found["modelCard"] = {"modelParameters": parameters}
    found["properties"] = [{"name": name, "value": value} for name, value in properties_of(record)]
    return found


def manufacturer(record: PartyRecord) -> dict[str, Any]:
    """A party as an organisation: its name, where it has its seat, and its addresses on the web."""
    found: dict[str, Any] = {"name": record.name}
    if country := known_value(record, "party", "hq_country"):
        found["address"] = {"country": str(country)}
    if sites := websites(record):
        found["url"] = sites
    return found


def use_component(record: UseRecord, ref: str, model: str) -> dict[str, Any]:
    """A use as an application that rests on a model."""
    pairs = [*use_properties_of(record), (ON_MODEL, model)]
    found: dict[str, Any] = {"type": "application", "bom-ref": ref, "name": record.use or record.use_case}
    if purpose := known_value(record, "use_case", "purpose"):
        found["description"] = str(purpose)
    return found | {"properties": [{"name": name, "value": value} for name, value in pairs]}


def _licence(named: Named) -> dict[str, Any]:
    acknowledgement = "concluded" if named.concluded else "declared"
    if named.expression:
        return {"expression": named.expression, "acknowledgement": acknowledgement}
    one = {"id": named.id} if named.id else {"name": named.name}
    return {"license": one | {"acknowledgement": acknowledgement}}


def _ancestor(parent: ParentRecord) -> dict[str, Any]:
    found: dict[str, Any] = {"type": MODEL, "name": parent.name}
    if parent.revision:
        found["version"] = parent.revision
    if parent.namespace == HUB:
        named = ModelRecord(name=parent.name, identifiers=[(HUB, parent.name)], revision=parent.revision)
        found["purl"] = package_url(named)
    found["properties"] = [
        {"name": PREFIX + "relation", "value": parent.relation},
        {"name": PREFIX + "state", "value": parent.state},
    ]
    return found


def _file(one: FileRecord, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "file", "bom-ref": ref, "name": one.path}
    if one.sha256:
        found["hashes"] = [{"alg": "SHA-256", "content": one.sha256}]
    if one.size is not None:
        found["properties"] = [{"name": "size", "value": str(one.size)}]
    return found


def _parameters(record: ModelRecord) -> dict[str, Any]:
    found = {}
    for field, side in (("modalities_in", "inputs"), ("modalities_out", "outputs")):
        if values := known_value(record, "model", field):
            found[side] = [{"format": str(value)} for value in values]
    return found
