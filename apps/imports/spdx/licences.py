"""The licences that an SPDX 3 document gives a package. Pure."""

from collections.abc import Mapping
from typing import Any

from apps.facts.models import State
from apps.imports.pointers import join
from apps.imports.records import LicenceRecord
from apps.imports.spdx.graph import Graph, Relation, listed, target_pointer

_LISTED = "https://spdx.org/licenses/"
_SAYS_NOTHING = ("NoAssertionLicense", "NoAssertionElement")
_SAYS_NONE = ("NoneLicense", "NoneElement")


def licences_of(key: str, graph: Graph, told: dict[str, str]) -> list[LicenceRecord]:
    """What is declared; where nothing is, what the document's author concluded, as inferred."""
    by_kind = {
        kind: [one for one in graph.outgoing.get(key, ()) if one.kind == kind]
        for kind in ("hasDeclaredLicense", "hasConcludedLicense")
    }
    declared = [_licence(one, graph, told, State.CLAIMED_BY_PROVIDER) for one in by_kind["hasDeclaredLicense"]]
    found = [one for one in declared if one]
    if found:
        return found
    concluded = [_licence(one, graph, told, State.INFERRED) for one in by_kind["hasConcludedLicense"]]
    return [one for one in concluded if one]


def _licence(relation: Relation, graph: Graph, told: dict[str, str], state: str) -> LicenceRecord | None:
    pointer = target_pointer(relation)
    if relation.target.endswith(_SAYS_NOTHING):
        return None
    found = graph.elements.get(relation.target)
    element = found[1] if found else {}
    declared = _expression(relation.target, element, graph)
    if not declared:
        return None
    told[pointer] = "release.licence_declared"
    if found:
        for part in ("simplelicensing_licenseExpression", "name"):
            if part in element:
                told[join(found[0], part)] = "release.licence_declared"
    text = element.get("simplelicensing_licenseText", "")
    if text and found:
        told[join(found[0], "simplelicensing_licenseText")] = "licence.text"
    return LicenceRecord(declared=declared, text=text, link=_link(element), pointer=pointer, state=state)


def _link(element: Mapping[str, Any]) -> str:
    for address in listed(element.get("expandedlicensing_seeAlso")):
        if isinstance(address, str) and address.startswith(("https://", "http://")):
            return address
    return ""


def _expression(target: str, element: Mapping[str, Any], graph: Graph, depth: int = 0) -> str:
    """The expression that an element of licensing stands for; sets and operators are written out."""
    kind = str(element.get("type", ""))
    if element.get("simplelicensing_licenseExpression"):
        return str(element["simplelicensing_licenseExpression"])
    if target.startswith(_LISTED):
        return target.removeprefix(_LISTED).strip("/")
    if target.endswith(_SAYS_NONE):
        return "NONE"
    if depth > 10:
        return ""
    words = {"expandedlicensing_ConjunctiveLicenseSet": " AND ", "expandedlicensing_DisjunctiveLicenseSet": " OR "}
    if kind in words:
        parts = [_member(one, graph, depth) for one in listed(element.get("expandedlicensing_member"))]
        return "(" + words[kind].join(parts) + ")" if parts and all(parts) else ""
    if kind == "expandedlicensing_OrLaterOperator":
        inner = _member(element.get("expandedlicensing_subjectLicense"), graph, depth)
        return f"{inner}+" if inner else ""
    if kind == "expandedlicensing_WithAdditionOperator":
        parts = [
            _member(element.get(f"expandedlicensing_subject{part}"), graph, depth)
            for part in ("ExtendableLicense", "Addition")
        ]
        return " WITH ".join(parts) if all(parts) else ""
    name = element.get("name") or target.rstrip("/").rpartition("/")[2].rpartition("#")[2]
    return f"other/{name}" if element else ""


def _member(value: Any, graph: Graph, depth: int) -> str:
    found = graph.find(value)
    target = "" if isinstance(value, dict) else str(value or "")
    inner = _expression(target, found[1] if found else {}, graph, depth + 1)
    return inner.replace("other/", "LicenseRef-", 1) if inner.startswith("other/") else inner
