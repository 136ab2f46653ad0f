"""The OpenAPI document: valid, complete, and changed only by somebody who looked at the change."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from apps.api.docs import document, nouns
from apps.api.schema import METHODS
from apps.api.urls import ACTIONS, NOUNS
from tests.api.calling import NOBODY

LONGER = {
    ("TrustedSignerBody", "material"): 64 * 1024,
    ("LicenceTextBody", "text"): 1024 * 1024,
    ("LicenceTextBody", "content"): 1_500_000,
}
"""Texts that are documents of their own: a trust configuration of Sigstore has some ten thousand characters."""
SNAPSHOT = Path(__file__).parent / "operations.txt"
Operation = tuple[str, str, dict[str, Any]]


def operations() -> list[Operation]:
    """Method, address and description of every operation."""
    found = document()["paths"].items()
    return [(method, address, one[method]) for address, one in found for method in METHODS if method in one]


def test_the_document_is_made_without_a_warning_and_is_valid() -> None:
    reset_generator_stats()
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    assert (dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)) == ({}, {})
    validate_schema(schema)
    assert schema["openapi"] == "3.1.0"


def test_it_is_given_to_everybody_as_json() -> None:
    answer = NOBODY.call("GET", "openapi.json")
    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content) == document()


def test_every_part_is_a_valid_schema_and_every_reference_leads_somewhere() -> None:
    parts = document()["components"]["schemas"]
    for part in parts.values():
        Draft202012Validator.check_schema(part)
    references = set(_references(document()))
    assert references == {f"#/components/schemas/{name}" for name in parts}


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_address_is_described() -> None:
    described = {address.replace("/api/v1/", "") for _, address, _ in operations()}
    there_are = set(NOUNS) | {f"{noun}/{{id}}" for noun in NOUNS} | {"organisation", "verdicts"}
    there_are |= {"imports/template", "imports/{id}/rows", "lists/{id}/entries"}
    there_are |= {f"{noun}/{{id}}/{below}" for noun, addresses in ACTIONS.items() for below in addresses}
    assert described == there_are


def test_every_operation_says_what_it_does_needs_a_token_and_tells_its_errors() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for method, address, operation in operations():
        name, answers = operation["operationId"], operation["responses"]
        assert len(operation["description"]) > 10, name
        assert operation["security"] == [{"token": []}], name
        expected = {"401", "403", "406", "500", "503"} | (
            set() if method == "get" else {"400", "404", "409", "413", "415", "422"}
        )
        expected |= {"412"} if method != "get" and "{id}" in address else set()
        expected |= {"404"} if "{id}" in address else set()
        assert expected <= set(answers), name
        for status, answer in answers.items():
            if int(status) >= 400:
                content = answer["content"]
                assert list(content) == ["application/problem+json"], name
                assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        for parameter in operation["parameters"]:
            assert parameter["description"], (name, parameter["name"])
            assert "schema" in parameter


def test_every_write_takes_a_key_and_every_change_an_entity_tag() -> None:
    for method, address, operation in operations():
        headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
        wanted = set() if method == "get" else {"Idempotency-Key"}
        wanted |= {"If-Match"} if method == "patch" or (method == "post" and "{id}" in address) else set()
        assert headers == wanted, operation["operationId"]


def test_bodies_take_no_unknown_fields_and_texts_have_a_longest_length() -> None:
    for name, part in document()["components"]["schemas"].items():
        if name.endswith("Body"):
            assert part["additionalProperties"] is False, name
            for field, spec in part["properties"].items():
                if spec.get("type") == "string" and "format" not in spec:
                    longest = LONGER.get((name, field), 5000)
                    assert spec["maxLength"] <= longest, (name, field)


def compact() -> str:
    """One line per operation: what a client relies on."""
    lines = []
    for method, address, operation in operations():
        query = [
            one["name"] + ("!" if one.get("required") else "")
            for one in operation["parameters"]
            if one["in"] == "query"
        ]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        lines.append(f"{method.upper()} {address} -> {operation['operationId']} [{' '.join(operation['responses'])}]")
        lines += [f"  ? {' '.join(query)}"] if query else []
        lines += [f"  < {_fields(body)}"] if body else []
        for answer in (one for status, one in operation["responses"].items() if status < "300"):
            lines += [f"  > {_shown(one['schema'])}" for one in answer.get("content", {}).values()]
    for name, part in sorted(document()["components"]["schemas"].items()):
        lines.append(f"{name}: {_fields(part)}")
    return "\n".join(lines) + "\n"


def _shown(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", schema.get("format", schema.get("type")))).rpartition("/")[2]


def _fields(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _shown(schema)
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    required = schema.get("required", [])
    return ", ".join(name + ("!" if name in required else "") for name in schema.get("properties", {}))


def test_what_clients_rely_on_changes_only_with_a_look_at_the_change() -> None:
    """After a wanted change: `WEIGHBRIDGE_WRITE_SNAPSHOTS=1 make test` writes the file anew; review its difference."""
    if os.environ.get("WEIGHBRIDGE_WRITE_SNAPSHOTS") == "1":
        SNAPSHOT.write_text(compact(), encoding="utf-8")
    assert compact() == SNAPSHOT.read_text(encoding="utf-8"), (
        "The API changed. If that is wanted: WEIGHBRIDGE_WRITE_SNAPSHOTS=1 .venv/bin/python -m pytest "
        "tests/api/test_operations.py, then review the difference of operations.txt."
    )


@pytest.mark.django_db
class TestPage:
    def test_the_readable_page_lists_every_operation_and_needs_no_script_and_no_token(self) -> None:
        answer = NOBODY.call("GET", "docs")
        assert answer.status_code == 200
        text = answer.content.decode()
        for noun in nouns():
            assert f'id="{noun["anchor"]}"' in text
            assert f'href="#{noun["anchor"]}"' in text
        for method, address, operation in operations():
            assert f"{method.upper()} {address}" in text
            assert f'id="{operation["operationId"]}"' in text
        main = text.partition("<main")[2].partition("</main>")[0]
        assert "<script" not in main
        assert "/api/v1/gate/decisions" in main.partition("</pre>")[0]

    def test_its_frame_speaks_german(self) -> None:
        answer = NOBODY.call("GET", "docs", headers={"Accept-Language": "de"})
        assert 'lang="de"' in answer.content.decode()
