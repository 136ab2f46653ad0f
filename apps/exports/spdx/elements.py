"""The elements of an SPDX 3 document: packages, files, licences, agents and the relationships between them. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.exports.facts import HUB, derives, known_value, package_url, repository_url, websites
from apps.exports.licences import Named
from apps.exports.references import References
from apps.imports.own_parties import party_property
from apps.imports.own_properties import MARK, VERSION, properties_of, use_properties_of
from apps.imports.records import FileRecord, ModelRecord, ParentRecord, PartyRecord, UseRecord
from apps.imports.spdx.rows import AI_PACKAGE, ON_MODEL, STUB
from apps.parties.models import Party
from apps.registry.models import LineageEdge

OURS = "urn:weighbridge:"
_NO_IDENTIFIER = re.compile(r"[^A-Za-z0-9.-]+")


def extension(pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Properties in the place that SPDX has for those of CycloneDX."""
    entries = [
        {"type": "extension_CdxPropertyEntry", "extension_cdxPropName": name, "extension_cdxPropValue": value}
        for name, value in pairs
    ]
    return [{"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": entries}]


class Elements:
    """Elements in the order in which they were added, each once."""

    information = "_:creationinfo"

    def __init__(self, names: References) -> None:
        self.names = names
        self.found: list[dict[str, Any]] = []
        self.kept: list[tuple[str, str]] = []
        """Properties of the document, for what was kept of imported documents and has no element."""
        self.ids: set[str] = set()
        self._agents: dict[str, str] = {}
        self._licences: dict[Named, str] = {}
        self._stubs: dict[tuple[str, str, str], str] = {}

    @staticmethod
    def id_of(name: str) -> str:
        """The identifier of an element of ours."""
        return OURS + name

    def element(self, kind: str, key: str, **fields: Any) -> dict[str, Any]:
        """An element of a class with its fields."""
        return {"type": kind, "spdxId": key, "creationInfo": self.information, **fields}

    def add(self, element: dict[str, Any]) -> None:
        """Put an element into the document."""
        self.found.append(element)
        self.ids.add(element["spdxId"])

    def agent(self, name: str) -> str:
        """The organisation of a name."""
        if name not in self._agents:
            self._agents[name] = self.id_of(self.names.other("party", name))
            self.add(self.element("Organization", self._agents[name], name=name))
        return self._agents[name]

    def party(self, record: PartyRecord) -> None:
        """A party with its record in properties, its identifier and its addresses on the web."""
        key = self._agents[record.name] = self.id_of(self.names.other("party", record.name))
        kind = "Person" if record.kind == Party.Kind.PERSON else "Organization"
        found = self.element(kind, key, name=record.name)
        if code := known_value(record, "party", "id_code"):
            found["externalIdentifier"] = [_identifier(str(code), known_value(record, "party", "id_type"))]
        if sites := websites(record):
            found["externalRef"] = [{"type": "ExternalRef", "externalRefType": "altWebPage", "locator": sites}]
        self.add(found | {"extension": extension([(MARK, VERSION), party_property(record)])})

    def relate(self, source: str, kind: str, target: str, comment: str = "") -> None:
        """A relationship from one element to another."""
        key = self.id_of(self.names.other("relationship", kind, [source, target, comment]))
        more = {"comment": comment} if comment else {}
        self.add(self.element("Relationship", key, relationshipType=kind, **{"from": source}, to=[target], **more))

    def license(self, package_id: str, named: Named) -> None:
        """A declared or a concluded licence of a package."""
        plain = Named(named.id, named.expression, named.name)
        if plain not in self._licences:
            self._licences[plain] = self.id_of(self.names.other("licence", named.shown))
            more = {"name": named.name} if named.name else {}
            self.add(
                self.element(
                    "simplelicensing_LicenseExpression",
                    self._licences[plain],
                    simplelicensing_licenseExpression=_expression(named),
                    **more,
                )
            )
        kind = "hasConcludedLicense" if named.concluded else "hasDeclaredLicense"
        self.relate(package_id, kind, self._licences[plain])

    def files(self, package_id: str, files: Sequence[FileRecord]) -> None:
        """The files of a package with their sums."""
        for one in files:
            key = self.id_of(self.names.other("file", one.path, [package_id, one.sha256]))
            made = self.element("software_File", key, name=one.path)
            if one.sha256:
                made["verifiedUsing"] = [{"type": "Hash", "algorithm": "sha256", "hashValue": one.sha256}]
            self.add(made)
            self.relate(package_id, "contains", key)

    def parent(self, child: str, parent: ParentRecord, named: Mapping[tuple[str, str], str]) -> None:
        """What a package was made from, or needs; a parent that is not in the document becomes a stub."""
        target = named.get((parent.namespace, parent.name.casefold())) or self._stub(parent)
        if derives(parent):
            self.relate(child, "descendantOf", target, f"{parent.relation}, {parent.state}")
        elif parent.relation == LineageEdge.Relation.RUNTIME_DEPENDENCY:
            self.relate(child, "dependsOn", target, f"{parent.relation}, {parent.state}")
        else:
            self.relate(child, "other", target, f"{parent.relation}, {parent.state}")

    def _stub(self, parent: ParentRecord) -> str:
        known = (parent.namespace, parent.name, parent.revision)
        if known not in self._stubs:
            key = self._stubs[known] = self.id_of(self.names.other("parent", parent.name, list(known)))
            made = self.element(AI_PACKAGE, key, name=parent.name, software_primaryPurpose="model")
            if parent.namespace == HUB:
                named = ModelRecord(name=parent.name, identifiers=[(HUB, parent.name)], revision=parent.revision)
                made["software_packageUrl"] = package_url(named)
            self.add(made | {"extension": extension([(STUB, "true")])})
        return self._stubs[known]


def _identifier(code: str, kind: Any) -> dict[str, Any]:
    """The number of a party; SPDX has no word for the register that gave it."""
    more = {"comment": str(kind)} if kind else {}
    return {"type": "ExternalIdentifier", "externalIdentifierType": "other", "identifier": code, **more}


def _expression(named: Named) -> str:
    """A name becomes a reference of its own, which is how SPDX writes licences that its list does not know."""
    if not named.name:
        return named.shown
    bare = named.name.removeprefix("LicenseRef-")
    return f"LicenseRef-{_NO_IDENTIFIER.sub('-', bare).strip('-') or 'unnamed'}"


def package(record: ModelRecord, key: str, elements: Elements) -> dict[str, Any]:
    """A release as an AI package, with its record in properties."""
    found = elements.element(AI_PACKAGE, key, name=record.name, software_primaryPurpose="model")
    if record.revision:
        found["software_packageVersion"] = record.revision
    if record.developer:
        found["originatedBy"] = [elements.agent(record.developer)]
    if purl := package_url(record):
        found |= {"software_packageUrl": purl, "software_downloadLocation": repository_url(record)}
    if released := known_value(record, "model", "release_date"):
        found["releaseTime"] = f"{released}T00:00:00Z"
    return found | {"extension": extension(properties_of(record))}


def use_package(record: UseRecord, key: str, model: str) -> dict[str, Any]:
    """A use as a software package that depends on an AI package."""
    found = {
        "type": "software_Package",
        "spdxId": key,
        "creationInfo": Elements.information,
        "name": record.use or record.use_case,
        "software_primaryPurpose": "application",
    }
    if purpose := known_value(record, "use_case", "purpose"):
        found["description"] = str(purpose)
    return found | {"extension": extension([*use_properties_of(record), (ON_MODEL, model)])}
