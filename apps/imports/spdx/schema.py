"""The official model of SPDX 3.0.1: what it knows and where a document breaks it. Pure.

The classes come with spdx-python-model, which is generated from the RDF and SHACL definitions of the specification. It
checks types, enumerations, forms and required properties of one object after the other and stops at the first error;
so where a group of elements is at fault every element is tried on its own, and a wrong one property by property, to say
where.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_noop
from spdx_python_model.bindings.v3_0_1 import model as spdx

from apps.core.errors import FieldError, filled
from apps.imports.pointers import join

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
SPEC = "3.0.1"
MAX_ERRORS = 20
GROUP = 1000
"""Elements that are tried together."""
_ALWAYS = frozenset({"type", "spdxId", "@id"})
_TROUBLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, NotImplementedError, RecursionError)
_NUMBER_OF_OBJECT = re.compile(r" ?\(\d{9,}\)")

gettext_noop("%(what)s (class %(class)s of SPDX 3.0.1)")


def known(kind: str) -> frozenset[str] | None:
    """The properties that a class may have, in the compact form; None for a class that SPDX does not know."""
    found = spdx.SHACLObject.CLASSES.get(kind)
    if found is None or kind.startswith("http"):
        return None
    return frozenset(name for name in vars(found)["_OBJ_COMPACT_PROPS"] if name) | _ALWAYS


def strangers(document: Mapping[str, Any]) -> list[str]:
    """The pointers of the properties and whole elements that SPDX 3.0.1 does not know: a vendor's own."""
    found = [join("", key) for key in document if key not in ("@context", "@graph")] if "@graph" in document else []
    return sorted([*found, *(stranger for where, one in elements(document) for stranger in _unknown(where, one))])


def elements(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of a document with their pointers; a document may also be one element without a graph."""
    if "@graph" not in document:
        yield "", {key: value for key, value in document.items() if key != "@context"}
        return
    for index, element in enumerate(document["@graph"]):
        yield join("/@graph", index), element


def _unknown(pointer: str, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(join(pointer, index), item)
    if not isinstance(value, dict):
        return
    names = known(str(value.get("type")))
    if names is None:
        yield pointer
        return
    for key, item in value.items():
        if key not in names:
            yield join(pointer, key)
        elif key not in _ALWAYS:
            yield from _unknown(join(pointer, key), item)


def violations(
    document: Mapping[str, Any], left_out: Iterable[str] = (), *, together: bool = False
) -> list[FieldError]:
    """Where the elements break the model, at most twenty; `left_out` are pointers of whole elements not to judge.

    With `together` also what is wrong only between elements, such as an identifier that stands twice. Elements are
    tried in groups, and one by one only where a group is at fault.
    """
    skipped = frozenset(left_out)
    judged = [(pointer, element) for pointer, element in elements(document) if pointer not in skipped]
    found: list[FieldError] = []
    for start in range(0, len(judged), GROUP):
        group = judged[start : start + GROUP]
        typed = not any(_wrong_types(one) for _, one in group)
        trouble = _trouble({"@context": CONTEXT, "@graph": [one for _, one in group]}, encode=True) if typed else ""
        if typed and not trouble:
            continue
        apart = [error for pointer, element in group for error in _judged(pointer, element)]
        found += apart or ([FieldError("", trouble)] if together and trouble else [])
        if len(found) >= MAX_ERRORS:
            break
    return (found or (_twice(judged) if together else []))[:MAX_ERRORS]


def _twice(judged: Iterable[tuple[str, Mapping[str, Any]]]) -> list[FieldError]:
    """Identifiers that stand twice in a document."""
    seen: set[str] = set()
    found = []
    for pointer, element in judged:
        key = str(element.get("spdxId") or element.get("@id") or "")
        if key and key in seen:
            found.append(FieldError(pointer, filled("“%(path)s” stands twice", path=key[:200])))
        seen.add(key)
    return found


def _wrong_types(element: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Properties of another JSON type than theirs; the bindings would leave such a value out in silence."""
    properties = vars(spdx.SHACLObject.CLASSES.get(str(element.get("type")), spdx.SHACLObject))["_OBJ_COMPACT_PROPS"]
    found = []
    for key, value in element.items():
        wanted = _json_type(properties[key]) if key in properties else None
        values = value if isinstance(value, list) else [value]
        if wanted and not all(isinstance(one, wanted) for one in values):
            found.append((key, f"must be of the type {_JSON_NAMES[wanted]}"))
    return found


_JSON_TYPES = ((spdx.StringProp, str), (spdx.DateTimeProp, str), (spdx.EnumProp, str), (spdx.BooleanProp, bool))
_JSON_NAMES = {str: "string", bool: "boolean"}


def _json_type(one: Any) -> type | None:
    """The type of a property's values in JSON, where there is one only."""
    kind = one.prop or one.reg()
    kind = kind.prop if isinstance(kind, spdx.ListProp) else kind
    return next((wanted for known_kind, wanted in _JSON_TYPES if isinstance(kind, known_kind)), None)


def _judged(pointer: str, element: Mapping[str, Any]) -> list[FieldError]:
    kind = str(element.get("type"))
    wrong = _wrong_types(element)
    if wrong:
        return [_error(join(pointer, key), said, kind) for key, said in wrong]
    trouble = _trouble({"@context": CONTEXT, "@graph": [element]}, encode=True)
    if not trouble:
        return []
    named = {key: element[key] for key in _ALWAYS if key in element}
    apart = [
        (key, said)
        for key in element
        if key not in _ALWAYS and (said := _trouble({"@context": CONTEXT, "@graph": [named | {key: element[key]}]}))
    ]
    if not apart:
        return [_error(pointer, trouble, kind)]
    return [_error(join(pointer, key), said, kind) for key, said in apart]


def _error(pointer: str, what: str, kind: str) -> FieldError:
    return FieldError(pointer, filled("%(what)s (class %(class)s of SPDX 3.0.1)", what=what, **{"class": kind}))


def _trouble(document: Mapping[str, Any], *, encode: bool = False) -> str:
    """The first complaint of the bindings; empty where they have none. Required properties show when writing."""
    try:
        objects = spdx.SHACLObjectSet()
        spdx.JSONLDDeserializer().deserialize_data(document, objects)
        if encode:
            spdx.JSONLDSerializer().write(objects, BytesIO())
    except _TROUBLE as error:
        said = str(error.args[0]) if error.args else type(error).__name__
        return _NUMBER_OF_OBJECT.sub("", said)[:300]
    return ""


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that the bindings may change."""
    return dict(json.loads(json.dumps(document)))
