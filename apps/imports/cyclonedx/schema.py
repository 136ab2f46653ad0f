"""The official JSON schemas of CycloneDX: what they know, what they forbid, and where a document breaks them. Pure.

The schemas come with cyclonedx-python-lib (Apache-2.0), which is used for nothing else: reading through its classes
would drop model cards, and its validator takes 40 ms for every address and compares every component with all others.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cyclonedx.schema
from django.utils.translation import gettext_noop
from jsonschema import Draft7Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT7

from apps.core.errors import FieldError, filled
from apps.imports.cyclonedx.addresses import is_iri_reference
from apps.imports.pointers import join

VERSIONS = ("1.5", "1.6", "1.7")
MAX_ERRORS = 20
_FILES = Path(cyclonedx.schema.__file__).parent / "_res"
_SHOWN = 80
_BASE = "http://cyclonedx.org/schema/"

_COMPLAINTS = {
    "enum": gettext_noop("“%(value)s” is none of the values allowed here (schema: %(where)s)"),
    "const": gettext_noop("“%(value)s” is none of the values allowed here (schema: %(where)s)"),
    "required": gettext_noop("“%(missing)s” is missing (schema: %(where)s)"),
    "type": gettext_noop("must be of the type %(expected)s (schema: %(where)s)"),
    "format": gettext_noop("“%(value)s” has not the form %(expected)s (schema: %(where)s)"),
    "pattern": gettext_noop("“%(value)s” has not the form %(expected)s (schema: %(where)s)"),
}
_OTHERWISE = gettext_noop("breaks the rule “%(rule)s” (schema: %(where)s)")


@cache
def _schemas(version: str) -> Mapping[str, Any]:
    """The schema of a version and those it refers to, by the names under which they refer to each other."""
    names = (f"bom-{version}", "spdx", "jsf-0.82", "cryptography-defs")
    files = [f"{name}.SNAPSHOT.schema.json" for name in names]
    return {file: json.loads((_FILES / file).read_text(encoding="utf-8")) for file in files}


@cache
def spdx_ids() -> frozenset[str]:
    """The identifiers of the SPDX licence list that the schemas know."""
    return frozenset(_schemas("1.7")["spdx.SNAPSHOT.schema.json"]["enum"])


def _unique(validator: Any, wanted: bool, items: Any, schema: Any) -> Iterator[ValidationError]:
    """That no item of a list stands twice, found by what is written and not by comparing each with each."""
    if wanted and isinstance(items, list):
        written = {json.dumps(item, sort_keys=True) for item in items}
        if len(written) < len(items):
            yield ValidationError("has items that stand twice")


@cache
def _validator(version: str) -> Any:
    schemas = _schemas(version)
    formats = FormatChecker(())
    formats.checkers = {**Draft7Validator.FORMAT_CHECKER.checkers, "iri-reference": (is_iri_reference, ())}
    others = [(f"{_BASE}{name}", DRAFT7.create_resource(schema)) for name, schema in schemas.items()]
    registry: Registry[Any] = Registry().with_resources(others)
    kind: Any = extend(Draft7Validator, {"uniqueItems": _unique})
    return kind(schemas[f"bom-{version}.SNAPSHOT.schema.json"], registry=registry, format_checker=formats)


def violations(document: Mapping[str, Any], version: str) -> list[FieldError]:
    """Where a document breaks the official schema, at most some twenty, each with the path inside the schema."""
    errors = [_said(_deepest(error)) for error in _validator(version).iter_errors(document)]
    unique = {(error.pointer, error.message): error for error in errors}
    return sorted(unique.values(), key=lambda error: error.pointer)[:MAX_ERRORS]


def _deepest(error: Any) -> Any:
    """Inside of “one of several forms” the complaint of the form that fits best: the one that got furthest."""
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "required"))
    return error


def _said(error: Any) -> FieldError:
    message = filled(
        _COMPLAINTS.get(error.validator, _OTHERWISE),
        value=str(error.instance)[:_SHOWN],
        expected=str(error.validator_value)[:_SHOWN],
        missing=", ".join(name for name in error.validator_value if name not in error.instance)
        if error.validator == "required"
        else "",
        rule=error.validator,
        where="#" + join("", *error.absolute_schema_path),
    )
    return FieldError(join("", *error.absolute_path), message)


class Knowledge:
    """What a version's schema says about the fields of a document: which it knows, which are the vendor's own."""

    def __init__(self, version: str) -> None:
        self._files = _schemas(version)
        self._root = f"bom-{version}.SNAPSHOT.schema.json"

    def strangers(self, document: Mapping[str, Any]) -> list[str]:
        """The pointers of the fields that the schema forbids because it does not know them."""
        found: list[str] = []
        waiting: list[tuple[str, Any, list[tuple[str, Any]]]] = [
            ("", document, list(self._forms([(self._root, self._files[self._root])])))
        ]
        while waiting:
            pointer, value, forms = waiting.pop()
            if isinstance(value, dict):
                for key, item in value.items():
                    inner = self._below(forms, key)
                    if inner is None:
                        found.append(join(pointer, key))
                    else:
                        waiting.append((join(pointer, key), item, inner))
            elif isinstance(value, list):
                items = list(self._forms(self._items(forms)))
                waiting.extend((join(pointer, index), item, items) for index, item in enumerate(value))
        return sorted(found)

    def _below(self, forms: list[tuple[str, Any]], key: str) -> list[tuple[str, Any]] | None:
        """What the schema says about a field of an object; None where every form forbids it."""
        named = [(file, form["properties"][key]) for file, form in forms if key in form.get("properties", {})]
        if named:
            return list(self._forms(named))
        closed = [form for _, form in forms if form.get("additionalProperties") is False]
        patterns = any("patternProperties" in form for _, form in forms)
        return None if closed and not patterns else []

    @staticmethod
    def _items(forms: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        for file, form in forms:
            items = form.get("items")
            for one in items if isinstance(items, list) else [items]:
                if isinstance(one, dict):
                    yield file, one

    def _forms(self, schemas: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        """The schemas that may apply, with references followed and alternatives laid side by side."""
        waiting, seen = list(schemas), set()
        while waiting:
            file, form = waiting.pop()
            if not isinstance(form, dict) or id(form) in seen:
                continue
            seen.add(id(form))
            if "$ref" in form:
                waiting.append(self._referred(file, form["$ref"]))
                continue
            yield file, form
            for word in ("allOf", "anyOf", "oneOf"):
                waiting.extend((file, inner) for inner in form.get(word, ()))
            waiting.extend((file, form[word]) for word in ("if", "then", "else") if word in form)

    def _referred(self, file: str, reference: str) -> tuple[str, Any]:
        name, _, path = reference.partition("#")
        file = name.rpartition("/")[2] or file
        target: Any = self._files[file]
        for step in path.split("/")[1:]:
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return file, target
