"""Fields of imported CycloneDX documents beyond ours, merged back into an export. Pure.

Ours win. What the schema of the export forbids is moved into the property `weighbridge:kept`, as JSON.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.canonical import canonical_json
from apps.exports.kept import Kept
from apps.imports.cyclonedx.schema import Knowledge, violations
from apps.imports.modalities import modalities
from apps.imports.own_properties import PREFIX
from apps.imports.pointers import at, join, steps

KEPT = PREFIX + "kept"
_OURS = frozenset({"type", "bom-ref", "name", "pedigree", "properties", "components"})
_FIRM = frozenset({"properties", "type", "name", "bom-ref"})
"""Fields of a component that are never moved away."""
_LISTS = ("services", "externalReferences", "compositions", "vulnerabilities", "annotations", "properties")
"""Parts of a document that can stand beside those of others."""
_KNOWN = frozenset({"$schema", "bomFormat", "components", "dependencies", *_LISTS})
"""Parts of a document that are merged or say nothing; its number and version are kept, since others refer to them."""
_REFERRING = frozenset(
    {
        *("bom-ref", "ref", "dependsOn", "provides", "assemblies", "dependencies", "vulnerabilities", "subjects"),
        *("datasets", "affects", "target"),
    }
)
_TRIES = 12


def merge_part(ours: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Our component with the further fields of the imported one."""
    found = {key: value for key, value in kept.items() if key not in _OURS} | ours
    if kept.get("name") != ours["name"]:
        found.pop("group", None)
    found["externalReferences"] = _union(kept.get("externalReferences", ()), ours.get("externalReferences", ()))
    found["components"] = _files(kept.get("components", ()), ours.get("components", ()))
    found["modelCard"] = _deep(kept.get("modelCard", {}), _news(kept, ours.get("modelCard", {})))
    found["pedigree"] = _pedigree(kept.get("pedigree", {}), ours.get("pedigree", {}))
    found["licenses"] = _licences(kept.get("licenses", []), ours.get("licenses", []))
    found["properties"] = [*_foreign(kept.get("properties", ())), *ours["properties"]]
    return {key: value for key, value in found.items() if value not in ({}, [])}


def _foreign(properties: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Properties of others, and what an earlier export of ours had kept of others."""
    return [one for one in properties if not _stated(one)]


def _stated(one: Mapping[str, Any]) -> bool:
    """Whether a property is a statement of ours, which is written anew."""
    name = str(one.get("name", ""))
    return name.startswith(PREFIX) and not name.startswith(KEPT)


def _union(first: Iterable[Any], second: Iterable[Any]) -> list[Any]:
    found = list(first)
    seen = {(one.get("type"), one.get("url")) for one in found}
    return found + [one for one in second if (one.get("type"), one.get("url")) not in seen]


def _files(kept: Iterable[Mapping[str, Any]], ours: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Inner components of the import, with our files in their place."""
    mine = {one["name"]: one for one in ours}
    found = [{**one, **mine.pop(one["name"], {})} if one.get("type") == "file" else one for one in kept]
    return [*found, *mine.values()]


def _deep(kept: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(kept)
    for key, value in ours.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = _deep(found[key], value) if both else value
    return found


def _news(kept: Mapping[str, Any], card: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our card without the inputs and outputs that say in our words what the imported one says in its own."""
    said = kept.get("modelCard", {}).get("modelParameters", {})
    parameters = {
        side: formats
        for side, formats in card.get("modelParameters", {}).items()
        if modalities(one.get("format", "") for one in said.get(side, ()))[0] != [one["format"] for one in formats]
    }
    return {"modelParameters": parameters} if parameters else {}


def _pedigree(kept: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """Ours has the ancestors; an imported ancestor of the same name keeps its further fields."""
    found = {key: value for key, value in kept.items() if key != "ancestors"}
    known = {_said(one): one for one in kept.get("ancestors", ())}
    ancestors = []
    for one in ours.get("ancestors", ()):
        old = known.get(_said(one)) or known.get(_said(one).rpartition("/")[2]) or {}
        ancestors.append({**old, **one, "properties": [*_foreign(old.get("properties", ())), *one["properties"]]})
    return found | ({"ancestors": ancestors} if ancestors else {})


def _said(one: Mapping[str, Any]) -> str:
    return str(one.get("name", "")).casefold()


def _licences(kept: list[Any], ours: list[Any]) -> list[Any]:
    """Ours, each with text and link of the imported licence of the same name; the imported ones where we know none."""
    if not ours:
        return kept
    by_name = {_licence_name(one): one for one in kept}
    found: list[Any] = []
    for one in ours:
        old = by_name.get(_licence_name(one), {})
        inner = {"license": {**old.get("license", {}), **one["license"]}} if "license" in one else one
        found.append({**old, **inner})
    return found


def _licence_name(choice: Mapping[str, Any]) -> str:
    inner = choice.get("license", {})
    return str(choice.get("expression") or inner.get("id") or inner.get("name"))


def remainder(document: dict[str, Any], kept: Kept, renamed: Mapping[str, str]) -> None:
    """What an imported document held beside the models: other components, dependencies, services, vulnerabilities …

    References to the models follow their new names; where two documents use one name for two things, the second one's
    are told apart by the digest of its document.
    """
    source = kept.document
    names = {old: new for old, new in renamed.items() if old}
    others = [one for one in source.get("components", ()) if one.get("bom-ref") not in names and not _is_record(one)]
    others = [one for one in others if one != kept.part and one not in document["components"]]
    taken = {one.get("bom-ref") for one in document["components"]}
    for ref in [one["bom-ref"] for one in others if one.get("bom-ref") in taken and "bom-ref" in one]:
        names[ref] = f"{kept.digest.removeprefix('sha256:')[:8]}:{ref}"
    document["components"] += [_renamed(one, names) for one in others]
    there = {one.get("bom-ref") for one in document["components"]}
    for entry in source.get("dependencies", ()):
        _depend(document, _renamed(entry, names), there)
    for key in _LISTS:
        _append(document, key, [_renamed(one, names) for one in source.get(key, ())])
    rest = {key: value for key, value in source.items() if key not in _KNOWN}
    if _is_record(source.get("metadata", {})):
        carried = [one for one in source["metadata"]["properties"] if str(one["name"]).startswith(KEPT)]
        document["metadata"]["properties"] += [one for one in carried if one not in document["metadata"]["properties"]]
    elif rest:
        keep(document["metadata"], {"document": kept.digest, "fields": rest})


def _append(document: dict[str, Any], key: str, found: list[Any]) -> None:
    there = document.get(key, [])
    added = [one for one in found if one not in there and not (key == "properties" and _stated(one))]
    if added:
        document[key] = [*there, *added]


def _is_record(holder: Mapping[str, Any]) -> bool:
    """Whether a component or the metadata carries statements of ours, which are written anew."""
    return any(_stated(one) for one in holder.get("properties", ()))


def _depend(document: dict[str, Any], entry: Mapping[str, Any], there: set[Any]) -> None:
    """Add the dependencies whose ends are in the document."""
    needs = [ref for ref in entry.get("dependsOn", ()) if ref in there]
    if entry.get("ref") not in there or not needs:
        return
    for one in document["dependencies"]:
        if one["ref"] == entry["ref"]:
            one["dependsOn"] = sorted({*one["dependsOn"], *needs})
            return
    document["dependencies"].append({"ref": entry["ref"], "dependsOn": sorted(set(needs))})


def _renamed(value: Any, names: Mapping[str, str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _renamed(item, names, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names, key) for item in value]
    return names.get(value, value) if key in _REFERRING and isinstance(value, str) else value


def settle(document: dict[str, Any], version: str) -> None:
    """Move what the schema forbids of merged fields into properties, until the document is valid.

    Only fields of others can be at fault; the check before the file is handed out proves that ours are not.
    """
    for pointer in Knowledge(version).strangers(document):
        _move(document, pointer)
    for _ in range(_TRIES):
        errors = violations(document, version)
        if not errors:
            return
        for pointer in sorted({error.pointer for error in errors}, key=len):
            _move(document, pointer)


def _move(document: dict[str, Any], pointer: str) -> None:
    """Take the field at a pointer, or the field of a component that holds it, into a property of that component."""
    first, *rest = [*steps(pointer), ""]
    if first == "components" and len(rest) > 2:
        _move_inside(document["components"][int(rest[0])], rest[1:-1])
    elif first not in ("components", "metadata", "dependencies") and first in document:
        keep(document["metadata"], {"fields": {first: document.pop(first)}})


def _move_inside(component: dict[str, Any], path: list[str]) -> None:
    if path[0] in _FIRM:
        return
    holder = _find(component, path[:-1])
    if isinstance(holder, dict) and path[-1] in holder:
        keep(component, {"at": join("", *path), "value": holder.pop(path[-1])})
    elif path[0] in component:
        keep(component, {"at": join("", path[0]), "value": component.pop(path[0])})


def _find(component: Mapping[str, Any], path: list[str]) -> Any:
    try:
        return at(component, join("", *path))
    except (KeyError, IndexError, ValueError, TypeError):
        return None


def keep(holder: dict[str, Any], content: Mapping[str, Any], name: str = KEPT) -> None:
    """Put what has no place into a property."""
    holder.setdefault("properties", []).append({"name": name, "value": canonical_json(content).decode()})
