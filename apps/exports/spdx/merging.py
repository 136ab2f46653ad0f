"""Elements and fields of imported SPDX documents beyond ours, merged back into an export. Pure.

Ours win. What SPDX 3.0.1 does not know of them is moved into properties named `weighbridge:kept`, as JSON.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.canonical import canonical_json
from apps.exports.kept import Kept
from apps.exports.spdx.elements import OURS, Elements, extension
from apps.imports.own_properties import PREFIX
from apps.imports.spdx.graph import listed, reference
from apps.imports.spdx.rows import pairs_of

KEPT = PREFIX + "kept"
_OURS = frozenset({"type", "spdxId", "creationInfo", "name", "extension"})
_AGAIN = ("hasDeclaredLicense", "hasConcludedLicense")
"""Relationships that are written anew from our facts, where we have any."""


def merge_package(ours: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Our package with the further fields of the imported one."""
    found = {key: value for key, value in kept.items() if key not in _OURS} | ours
    pairs = [(name, value) for name, value, _ in pairs_of(kept) if not _stated(name)]
    others = [one for one in listed(kept.get("extension")) if "extension_cdxProperty" not in one]
    mine = ours["extension"][0]["extension_cdxProperty"]
    both = [*extension(pairs)[0]["extension_cdxProperty"], *mine]
    found["extension"] = [{**ours["extension"][0], "extension_cdxProperty": both}, *others]
    return found


def _stated(name: str) -> bool:
    """Whether a property is a statement of ours, which is written anew."""
    return name.startswith(PREFIX) and not name.startswith(KEPT)


def remainder(elements: Elements, kept: Kept, renamed: Mapping[str, str]) -> None:
    """The elements of an imported document beside the models, with references to the models under their new names."""
    names = {old: new for old, new in renamed.items() if old} | _blank_names(kept)
    licensed = {one["from"] for one in elements.found if one.get("relationshipType") in _AGAIN}
    for element in _others(kept, renamed):
        moved = _renamed(element, names)
        again = str(moved.get("relationshipType")).rpartition("/")[2] in _AGAIN
        if again and reference(moved.get("from")) in licensed:
            continue
        key = reference(moved)
        if not key or key in elements.ids or moved.get("type") == "SpdxDocument":
            elements.kept.append((KEPT, canonical_json(moved).decode()))
            continue
        elements.found.append(moved)
        elements.ids.add(key)
    elements.kept += [pair for pair in _carried(kept) if pair not in elements.kept]


def _carried(kept: Kept) -> Iterable[tuple[str, str]]:
    """What an earlier export of ours had kept of others."""
    for element in kept.document.get("@graph", ()):
        if element.get("type") == "SpdxDocument" and reference(element).startswith(OURS):
            yield from ((name, value) for name, value, _ in pairs_of(element) if name.startswith(KEPT))


def _others(kept: Kept, renamed: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
    """Neither the models, which are written already, nor what earlier exports of ours wrote around them."""
    for element in kept.document.get("@graph", ()):
        key = reference(element)
        if key not in renamed and not key.startswith(OURS) and not _ours(element):
            yield element


def _ours(element: Mapping[str, Any]) -> bool:
    return element.get("type") == "CreationInfo" and any(
        str(one).startswith(OURS) for one in listed(element.get("createdBy"))
    )


def _blank_names(kept: Kept) -> dict[str, str]:
    """Blank nodes are named within one document only; here several meet."""
    short = kept.digest.removeprefix("sha256:")[:8]
    keys = [str(one.get("@id", "")) for one in kept.document.get("@graph", ())]
    return {key: f"_:{short}-{key[2:]}" for key in keys if key.startswith("_:")}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value
