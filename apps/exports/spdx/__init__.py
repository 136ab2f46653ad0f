"""SPDX 3.0.1 with the AI profile from what was gathered. Pure. Mapping: docs/ai-boms.md.

Whatever the standard has no place for stands in properties whose names begin with `weighbridge:`, in the extension that
SPDX has for properties. Elements and fields that an imported document had beyond ours are merged back in.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.core.canonical import canonical_json
from apps.exports.gathering import Gathered
from apps.exports.kept import Kept, around, divided
from apps.exports.licences import licences_of
from apps.exports.references import References, serial_number, stamp
from apps.exports.spdx.elements import Elements, extension, package, use_package
from apps.exports.spdx.merging import KEPT, merge_package, remainder
from apps.imports.own_properties import MARK, PREFIX, VERSION
from apps.imports.spdx.schema import CONTEXT, SPEC, strangers

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Of an export that holds nothing: the standard asks for a moment."""
_AI_ASKS = ("originatedBy", "releaseTime", "software_downloadLocation", "software_packageVersion")


def write(
    gathered: Gathered,
    *,
    product: tuple[str, str],
    author: str = "",
    licences: Mapping[str, str],
    kept: Mapping[UUID, Kept],
    foreign: Mapping[UUID, Kept],
) -> dict[str, Any]:
    """The document. `licences` gives the SPDX reference of a licence's key, `kept` and `foreign` the documents of SPDX
    and of CycloneDX that were imported about a release."""
    kept, foreign_fields = divided(kept, strangers)
    elements = Elements(References())
    elements.kept += [(KEPT, canonical_json(fields).decode()) for fields in foreign_fields]
    elements.kept += [(f"{KEPT}-cyclonedx", canonical_json(rest).decode()) for rest in around(foreign.values())]
    ids = {entry.release_id: elements.id_of(elements.names.model(entry.record)) for entry in gathered.models}
    named = {pair: ids[entry.release_id] for entry in gathered.models if entry.main for pair in _names(entry.record)}
    renamed: dict[str, dict[str, str]] = {}
    for party in gathered.parties:
        elements.party(party)
    for entry in gathered.models:
        key = ids[entry.release_id]
        made = package(entry.record, key, elements)
        if other := foreign.get(entry.release_id):
            made["extension"][0]["extension_cdxProperty"] += extension(
                [(f"{KEPT}-cyclonedx", canonical_json(other.part).decode())]
            )[0]["extension_cdxProperty"]
        if old := kept.get(entry.release_id):
            made = merge_package(made, old.part)
            renamed.setdefault(old.digest, {})[str(old.part.get("spdxId", ""))] = key
        elements.add(made)
        elements.files(key, entry.record.files)
        for licence in licences_of(entry.record, licences):
            elements.license(key, licence)
        for parent in entry.record.parents:
            elements.parent(key, parent, named)
    for use in gathered.uses:
        key = elements.id_of(elements.names.use(use.record))
        elements.add(use_package(use.record, key, ids[use.release_id]))
        elements.relate(key, "dependsOn", ids[use.release_id])
    for old in {one.digest: one for one in kept.values()}.values():
        remainder(elements, old, renamed.get(old.digest, {}))
    return _document(gathered, elements, product, author)


def _names(record: Any) -> list[tuple[str, str]]:
    pairs = [(namespace, identifier.casefold()) for namespace, identifier in record.identifiers]
    return [*pairs, ("", record.name.casefold())]


def _document(gathered: Gathered, elements: Elements, product: tuple[str, str], author: str) -> dict[str, Any]:
    name, version = product
    agent, tool = elements.id_of("agent"), elements.id_of("tool")
    creator = elements.agent(author) if author else agent
    pairs = [
        (MARK, VERSION),
        (PREFIX + "models", str(sum(entry.main for entry in gathered.models))),
        (PREFIX + "uses", str(len(gathered.uses))),
        *elements.kept,
    ]
    roots = [one["spdxId"] for one in elements.found if one["type"] in ("ai_AIPackage", "software_Package")]
    profiles = ["core", "software", "simpleLicensing", "extension", *(["ai"] if _keeps_ai_profile(elements) else [])]
    number = serial_number([elements.found, pairs])
    frame: list[dict[str, Any]] = [
        {
            "type": "CreationInfo",
            "@id": elements.information,
            "specVersion": SPEC,
            "created": stamp(gathered.newest or BEGINNING),
            "createdBy": [creator],
            "createdUsing": [tool],
        },
        elements.element("SoftwareAgent", agent, name=name),
        elements.element("Tool", tool, name=f"{name} {version}"),
        elements.element(
            "SpdxDocument",
            elements.id_of(f"document:{number}"),
            name="Weighbridge register",
            profileConformance=profiles,
            rootElement=[elements.id_of(f"bom:{number}")],
            extension=extension(pairs),
        ),
        elements.element("software_Sbom", elements.id_of(f"bom:{number}"), rootElement=roots or [agent]),
    ]
    return {"@context": CONTEXT, "@graph": [*frame, *elements.found]}


def _keeps_ai_profile(elements: Elements) -> bool:
    """The AI profile asks for supplier, day, place and version of every package; without them it is not claimed."""
    packages = [one for one in elements.found if one["type"] == "ai_AIPackage"]
    return bool(packages) and all(name in one for one in packages for name in (*_AI_ASKS, "suppliedBy"))
