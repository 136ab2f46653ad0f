"""The readable page of the API, made from the same OpenAPI document that machines get."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

_METHODS = ("get", "post", "put", "patch", "delete")


def page(request: HttpRequest) -> HttpResponse:
    """Every operation by noun, with parameters and the fields of its body."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]  # the package has no types here
    schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return render(request, "api/docs.html", {"nouns": _nouns(schema), "version": schema["openapi"]})


def _nouns(schema: dict[str, Any]) -> list[dict[str, Any]]:
    nouns: dict[str, list[dict[str, Any]]] = {}
    for address, operations in schema["paths"].items():
        noun = address.removeprefix("/api/v1/").split("/{")[0].split("/")
        name = "/".join(noun[:2]) if noun[0] == "gate" else noun[0]
        for method in _METHODS:
            if method in operations:
                nouns.setdefault(name, []).append(_operation(method, address, operations[method], schema))
    return [{"name": name, "operations": found} for name, found in sorted(nouns.items())]


def _operation(method: str, address: str, operation: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "method": method.upper(),
        "address": address,
        "description": operation.get("description", ""),
        "parameters": [one for one in operation.get("parameters", []) if one["in"] == "query"],
        "fields": _fields(content.get("schema", {}), schema),
        "answers": sorted(operation.get("responses", {})),
    }


def _fields(body: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    name = body.get("$ref", "").rpartition("/")[2]
    component = schema["components"]["schemas"].get(name, {})
    required = component.get("required", [])
    return [
        {"name": field, "type": _type(spec), "required": field in required}
        for field, spec in component.get("properties", {}).items()
    ]


def _type(spec: dict[str, Any]) -> str:
    found = spec.get("type") or spec.get("$ref", "").rpartition("/")[2]
    if not found:
        parts = spec.get("oneOf") or spec.get("allOf") or spec.get("anyOf") or [{}]
        return " | ".join(filter(None, (_type(part) for part in parts)))
    text = " | ".join(found) if isinstance(found, list) else str(found)
    return f"{text} ({spec['format']})" if "format" in spec else text
