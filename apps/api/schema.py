"""How the OpenAPI document is made: names, tags, errors and headers, said once for all operations."""

import inspect
from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import ListSerializer

from apps.api.authentication import TokenAuthentication
from apps.api.problems import CONTENT_TYPE, KINDS
from apps.api.views import Body, Shown

METHODS = ("get", "post", "patch", "delete")
PREFIX = "/api/v1/"
_SOMETIMES = {
    "imports_list_rows": (404,),
    "lists_list_rows": (404,),
    "exports_file": (409,),
    "reports_file": (409,),
    "reports_evidence": (409,),
    "parties_ownership": (404,),
    "parties_screening": (404,),
    "parties_screening_table": (404,),
    "uses_fact_sheet": (404,),
    "verdicts_list": (404,),
}
_UNCHANGING = ("gate_decisions_retrieve", "journal_retrieve")
_POINTERS = {
    "type": "object",
    "required": ["pointer", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer (RFC 6901) into the body, or /name of a parameter."},
        "message": {"type": "string"},
    },
}
PROBLEM = {
    "type": "object",
    "description": "What is wrong, where, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "enum": [f"{PREFIX}problems/{code}" for code in KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": _POINTERS},
        "existing": {"type": "string", "description": "What there is already (duplicate)."},
        "reference": {"type": "string", "description": "The number that is in the log (failed)."},
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request with the same key is done once and answered alike for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]+$"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The entity tag that was read; 412 when somebody was faster.",
    "schema": {"type": "string", "maxLength": 200, "pattern": r'^(\*|"[!#-~]*")$'},
}
LOCATION = {"description": "The address of what was made.", "schema": {"type": "string"}}
ETAG = {"description": "The version; send it as `If-Match` with a change.", "schema": {"type": "string"}}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package has no types here
    """`Authorization: Bearer wb_…` in the OpenAPI document."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "wb_…"}


class Operations(AutoSchema):
    """Operations named after noun and action, such as `uses_retire`."""

    def get_operation_id(self) -> str:
        """Noun and action."""
        action = getattr(self.view, "action", self.method.lower())
        return f"{noun_of(self.path).replace('-', '_').replace('/', '_')}_{action}"

    def get_tags(self) -> list[str]:
        """The noun."""
        return [noun_of(self.path)]

    def get_description(self) -> str:  # type: ignore[override]  # the package leaves out the parameters
        """What the action says; for a list what the noun is."""
        own = super().get_description()
        if getattr(self.view, "action", "") == "list" and type(self.view).__doc__:
            return f"{type(self.view).__doc__}"
        return own

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """The package leaves out how long a list of objects may be."""
        schema = super()._map_serializer_field(  # type: ignore[no-untyped-call]  # the package has no types here
            field, direction, bypass_extensions
        )
        if isinstance(field, ListSerializer):
            bounds = {"minItems": getattr(field, "min_length", None), "maxItems": getattr(field, "max_length", None)}
            schema = {**schema, **{name: bound for name, bound in bounds.items() if bound is not None}}
        return schema

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": "The identifier (UUID).",
                "schema": {"type": "string", "format": "uuid"},
            }
            for name in variables
        ]


def noun_of(address: str) -> str:
    """The noun of an address; the gate's have two parts."""
    parts = address.removeprefix(PREFIX).split("/{")[0].split("/")
    return "/".join(parts[:2]) if parts[0] == "gate" else parts[0]


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add to every operation the problems it may answer with and the headers it takes; bodies take no other fields."""
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        if schema.get("description") in (inspect.getdoc(Body), inspect.getdoc(Shown)):
            del schema["description"]  # said of all of them, so it says nothing about this one
        if name.endswith("Body"):
            schema["additionalProperties"] = False
        for field in schema.get("properties", {}).values():
            _be_exact(field)
    schemas["Problem"] = PROBLEM
    for address, operations in result["paths"].items():
        for method in METHODS:
            if "security" in operations.get(method, {}):
                _complete(address, method, operations[method])
    return result


def _be_exact(field: dict[str, Any]) -> None:
    """Mend two ways in which the package describes a field: null and the empty text match both halves of a `oneOf`."""
    halves = field.get("oneOf", [])
    if {} in halves:
        del field["oneOf"]
    elif any(half.get("maxLength") == 0 for half in halves):
        field["anyOf"] = field.pop("oneOf")


def _complete(address: str, method: str, operation: dict[str, Any]) -> None:
    name, is_write = operation["operationId"], method != "get"
    is_change = is_write and ("{" in address or method == "patch")
    parameters = operation.setdefault("parameters", [])
    takes_query = any(parameter["in"] == "query" for parameter in parameters)
    statuses = {401, 403, 406, 500, 503, *_SOMETIMES.get(name, ())}
    statuses |= {400, 409, 411, 413, 415, 422} if is_write else {422} if takes_query else set()
    statuses |= {412} if is_change else set()
    statuses |= {404} if is_write or not takes_query else set()
    answers = operation["responses"]
    for answer in (answers[status] for status in ("201", "202") if status in answers):
        answer["headers"] = {"Location": LOCATION, "ETag": ETAG}
    if name.endswith("_retrieve") and name not in _UNCHANGING:
        answers["200"]["headers"] = {"ETag": ETAG}
    answers |= {str(status): _problem(status) for status in statuses}
    operation["responses"] = dict(sorted(answers.items()))
    parameters += [IDEMPOTENCY_KEY] if is_write else []
    parameters += [IF_MATCH] if is_change else []


def _problem(status: int) -> Mapping[str, Any]:
    titles = [title for known, title, _ in KINDS.values() if known == status]
    return {
        "description": " / ".join(titles),
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
