"""The API described: for machines as an OpenAPI document, for people as a page made from the same document."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

from apps.api.problems import KINDS, only_read
from apps.api.schema import METHODS, PREFIX, noun_of


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document. Made once per process: it depends on nothing but the code."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]  # the package has no types here
    found: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


@lru_cache(maxsize=1)
def _as_json() -> bytes:
    return json.dumps(document(), ensure_ascii=False, indent=1).encode()


@only_read
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. It needs no token, as it says nothing about anybody."""
    return HttpResponse(_as_json(), content_type="application/json", headers={"Cache-Control": "public, max-age=300"})


@only_read
def page(request: HttpRequest) -> HttpResponse:
    """Every operation by noun, with parameters and the fields of its body."""
    kinds = [(code, status, title, advice) for code, (status, title, advice) in KINDS.items()]
    context = {"nouns": nouns(), "kinds": kinds, "base_url": settings.BASE_URL}
    return render(request, "api/docs.html", context)


@lru_cache(maxsize=1)
def nouns() -> list[dict[str, Any]]:
    """The nouns with their operations, in the order of the alphabet."""
    found: dict[str, list[dict[str, Any]]] = {}
    for address, operations in document()["paths"].items():
        for method in METHODS:
            if method in operations:
                found.setdefault(noun_of(address), []).append(_operation(method, address, operations[method]))
    return [
        {"name": name, "anchor": name.replace("/", "-"), "operations": operations}
        for name, operations in sorted(found.items())
    ]


def _operation(method: str, address: str, operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "name": operation["operationId"],
        "method": method.upper(),
        "address": f"{PREFIX}{address.removeprefix(PREFIX)}",
        "description": operation["description"],
        "parameters": [
            {"name": one["name"], "type": _type(one["schema"]), "description": one.get("description", "")}
            for one in operation["parameters"]
            if one["in"] == "query" and one["name"] not in ("cursor", "page_size")  # said once for all lists
        ],
        "fields": _fields(content.get("schema", {})),
        "good": [status for status in operation["responses"] if status.startswith("2")],
    }


def _fields(body: dict[str, Any]) -> list[dict[str, Any]]:
    component = _component(body)
    required = component.get("required", [])
    return [
        {"name": field, "type": _type(spec), "required": field in required}
        for field, spec in component.get("properties", {}).items()
    ]


def _component(spec: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"].get(spec.get("$ref", "").rpartition("/")[2], {})
    return found


def _type(spec: dict[str, Any]) -> str:
    """A type in few words: `text`, `uuid or null`, `public | internal`, `list of …`."""
    if "$ref" in spec:
        component = _component(spec)
        return _type(component) if "enum" in component else spec["$ref"].rpartition("/")[2].removesuffix("Body")
    if "enum" in spec:
        return " | ".join("null" if value is None else str(value) or "“”" for value in spec["enum"])
    for several in ("oneOf", "anyOf", "allOf"):
        if several in spec:
            return " or ".join(dict.fromkeys(_type(one) for one in spec[several]))
    kinds = spec.get("type", "any value")
    names = [_name(kind, spec) for kind in (kinds if isinstance(kinds, list) else [kinds])]
    return " or ".join(names)


def _name(kind: str, spec: dict[str, Any]) -> str:
    if kind == "array":
        return f"list of {_type(spec.get('items', {}))}"
    if kind == "string":
        longest = f", at most {spec['maxLength']}" if spec.get("maxLength") else ""
        return str(spec.get("format", f"text{longest}"))
    return kind
