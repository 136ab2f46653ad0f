"""Cards and answers of the hub for tests, in the official forms and with made-up names."""

import json
from typing import Any

import yaml

from apps.imports.hub_card import read
from apps.imports.records import ModelRecord, ParentRecord, Reading, Row

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def card(front: str, body: str = "# Some model\n") -> bytes:
    """A README.md with this front matter."""
    return f"---\n{front.strip()}\n---\n\n{body}".encode()


def card_of(front: dict[str, Any], body: str = "# Some model\n") -> bytes:
    """A README.md with these keys."""
    return card(yaml.safe_dump(front, allow_unicode=True), body)


def answer(**more: Any) -> dict[str, Any]:
    """An answer of `/api/models/<id>` with everything that matters."""
    return {
        "_id": "650000000000000000000001",
        "id": "maker/Tuned-7B",
        "modelId": "maker/Tuned-7B",
        "author": "maker",
        "sha": COMMIT,
        "lastModified": "2026-03-04T05:06:07.000Z",
        "createdAt": "2026-02-03T04:05:06.000Z",
        "private": False,
        "gated": False,
        "disabled": False,
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "tags": ["safetensors", "base_model:base/Model-7B", "base_model:finetune:base/Model-7B", "license:apache-2.0"],
        "downloads": 12,
        "likes": 3,
        "cardData": {"license": "apache-2.0", "base_model": "base/Model-7B", "pipeline_tag": "text-generation"},
        "config": {"architectures": ["MistralForCausalLM"], "model_type": "mistral"},
        "safetensors": {"parameters": {"BF16": 7241732096}, "total": 7241732096},
        "siblings": [
            {"rfilename": "README.md", "size": 100},
            {
                "rfilename": "model.safetensors",
                "size": 14483464192,
                "lfs": {"sha256": "ab" * 32, "size": 14483464192, "pointerSize": 135},
            },
        ],
    } | more


def row(content: bytes | dict[str, Any] | list[Any], name: str = "README.md") -> Row:
    """The first row of a file."""
    return reading(content, name).rows[0]


def reading(content: bytes | dict[str, Any] | list[Any], name: str = "README.md") -> Reading:
    """A file, read."""
    return read(content if isinstance(content, bytes) else json.dumps(content).encode(), name=name)


def model(content: bytes | dict[str, Any] | list[Any], name: str = "README.md") -> ModelRecord:
    """The model that a file describes."""
    record = row(content, name).record
    assert isinstance(record, ModelRecord)
    return record


def parents(content: bytes | dict[str, Any], name: str = "README.md") -> list[tuple[str, str, str]]:
    """Name, relation and state of each parent."""
    return [(parent.name, parent.relation, parent.state) for parent in model(content, name).parents]


def parent(content: bytes | dict[str, Any], name: str = "README.md") -> ParentRecord:
    """The only parent."""
    (found,) = model(content, name).parents
    return found


def fact(content: bytes | dict[str, Any], field: str, name: str = "README.md") -> tuple[Any, str] | None:
    """Value and state of a fact; None where there is none."""
    return next(((each.value, each.state) for each in model(content, name).facts if each.field == field), None)
