"""CycloneDX 1.7 from what was gathered. Pure. Mapping: docs/ai-boms.md.

Whatever the standard has no place for stands in properties whose names begin with `weighbridge:`. Fields that an
imported bill of materials had beyond ours are merged back in; what the schema of 1.7 forbids of them is put into a
property, so that the document is always valid.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.core.canonical import canonical_json
from apps.exports.cyclonedx.components import component, manufacturer, use_component
from apps.exports.cyclonedx.merging import KEPT, keep, merge_part, remainder, settle
from apps.exports.gathering import Gathered, ModelEntry
from apps.exports.kept import Kept, around, divided
from apps.exports.references import References, serial_number, stamp
from apps.imports.cyclonedx.schema import Knowledge
from apps.imports.own_parties import party_property
from apps.imports.own_properties import MARK, PREFIX, VERSION
from apps.registry.models import LineageEdge

SPEC = "1.7"
_NEEDS = (LineageEdge.Relation.RUNTIME_DEPENDENCY, LineageEdge.Relation.COMPONENT_OF, LineageEdge.Relation.DRAFT_FOR)


def write(
    gathered: Gathered,
    *,
    product: tuple[str, str],
    author: str = "",
    licences: Mapping[str, str],
    kept: Mapping[UUID, Kept],
    foreign: Mapping[UUID, Kept],
) -> dict[str, Any]:
    """The document. `licences` gives the SPDX reference of a licence's key, `kept` and `foreign` the documents of
    CycloneDX and of SPDX that were imported about a release."""
    kept, strangers = divided(kept, _strangers)
    references = References()
    makers = {party.name: manufacturer(party) for party in gathered.parties}
    refs = {entry.release_id: references.model(entry.record) for entry in gathered.models}
    renamed: dict[str, dict[str, str]] = {}
    components = []
    for entry in gathered.models:
        ref = refs[entry.release_id]
        made = component(entry.record, ref, licences, makers)
        if old := kept.get(entry.release_id):
            made = merge_part(made, old.part)
            renamed.setdefault(old.digest, {})[str(old.part.get("bom-ref", ""))] = ref
        if other := foreign.get(entry.release_id):
            made["properties"].append({"name": f"{KEPT}-spdx", "value": canonical_json(other.part).decode()})
        components.append(made)
    uses = [use_component(use.record, references.use(use.record), refs[use.release_id]) for use in gathered.uses]
    document: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": _metadata(gathered, product, author),
        "components": [*components, *uses],
        "dependencies": _dependencies(gathered, refs, [use["bom-ref"] for use in uses]),
    }
    for fields in strangers:
        keep(document["metadata"], fields)
    for rest in around(foreign.values()):
        keep(document["metadata"], rest, f"{KEPT}-spdx")
    for old in {one.digest: one for one in kept.values()}.values():
        remainder(document, old, renamed.get(old.digest, {}))
    settle(document, SPEC)
    document["serialNumber"] = f"urn:uuid:{serial_number(document)}"
    return document


def _strangers(document: Mapping[str, Any]) -> list[str]:
    return Knowledge(str(document["specVersion"])).strangers(document)


def _metadata(gathered: Gathered, product: tuple[str, str], author: str) -> dict[str, Any]:
    name, version = product
    found: dict[str, Any] = {
        "lifecycles": [{"name": "register", "description": "Exported from a register of AI models in use."}],
        "tools": {"components": [{"type": "application", "name": name, "version": version}]},
        "properties": [
            {"name": MARK, "value": VERSION},
            {"name": PREFIX + "models", "value": str(sum(entry.main for entry in gathered.models))},
            {"name": PREFIX + "uses", "value": str(len(gathered.uses))},
            *({"name": name, "value": value} for name, value in map(party_property, gathered.parties)),
        ],
    }
    if author:
        found["authors"] = [{"name": author}]
    if gathered.newest:
        found["timestamp"] = stamp(gathered.newest)
    return found


def _dependencies(gathered: Gathered, refs: Mapping[UUID, str], uses: Sequence[str]) -> list[dict[str, Any]]:
    """Uses rest on their model; a model on what it needs beside its weights, where that is in the document."""
    named = {pair: refs[entry.release_id] for entry in gathered.models if entry.main for pair in _names(entry)}
    found = [{"ref": ref, "dependsOn": [refs[use.release_id]]} for ref, use in zip(uses, gathered.uses, strict=True)]
    for entry in gathered.models:
        wanted = [(one.namespace, one.name.casefold()) for one in entry.record.parents if one.relation in _NEEDS]
        if needs := {named[pair] for pair in wanted if pair in named}:
            found.append({"ref": refs[entry.release_id], "dependsOn": sorted(needs)})
    return found


def _names(entry: ModelEntry) -> list[tuple[str, str]]:
    pairs = [(namespace, identifier.casefold()) for namespace, identifier in entry.record.identifiers]
    return pairs or [("", entry.record.name.casefold())]
