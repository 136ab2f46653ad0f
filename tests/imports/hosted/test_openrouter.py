"""OpenRouter: what there is, and what is in use."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.imports.hosted import read, without_secrets
from apps.imports.records import ModelRecord, Reading, UnreadableFile, UseRecord

DATA = Path(__file__).resolve().parents[3] / "../shared/data/catalogue"
MODELS = {
    "data": [
        {
            "id": "maker/model-x",
            "canonical_slug": "maker/model-x-20260731",
            "hugging_face_id": "maker-ai/Model-X",
            "name": "Maker: Model X",
            "created": 1785478908,
            "architecture": {
                "input_modalities": ["text", "image"],
                "output_modalities": ["text"],
                "tokenizer": "Other",
            },
            "pricing": {"prompt": "0.1"},
        },
        {
            "id": "maker/model-x:free",
            "canonical_slug": "maker/model-x-20260731",
            "hugging_face_id": "",
            "name": "Maker: Model X (free)",
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
        },
        {"id": "openrouter/auto", "canonical_slug": "openrouter/auto", "name": "Auto", "architecture": {}},
        {"id": "~maker/model-latest", "canonical_slug": "~maker/model-latest", "name": "Latest", "architecture": {}},
    ]
}


def reading(data: Any, name: str = "models.json") -> Reading:
    return read(data.encode() if isinstance(data, str) else json.dumps(data).encode(), name=name)


def test_the_answer_of_the_api_is_a_catalogue() -> None:
    found = reading(MODELS)
    assert (found.kind, found.format) == ("openrouter", "OpenRouter list of models")
    record, free = found.rows[0].record, found.rows[1].record
    assert isinstance(record, ModelRecord)
    assert isinstance(free, ModelRecord)
    assert (record.name, free.name) == ("Model X", "Model X")
    assert list(record.identifiers) == [
        ("openrouter", "maker/model-x"),
        ("openrouter", "maker/model-x-20260731"),
        ("huggingface", "maker-ai/Model-X"),
    ]
    assert record.developer == ""
    assert {fact.field: fact.value for fact in record.facts} == {
        "modalities_in": ["image", "text"],
        "modalities_out": ["text"],
    }
    assert [bool(row.errors) for row in found.rows] == [False, False, True, True]
    assert found.accounted["/*/pricing"] == "kept"


def test_variants_that_disagree_say_nothing_of_the_model() -> None:
    other = json.loads(json.dumps(MODELS))
    other["data"][1]["architecture"]["input_modalities"] = ["text"]
    record = reading(other).rows[0].record
    assert isinstance(record, ModelRecord)
    assert [fact.field for fact in record.facts] == ["modalities_out"]


IN_USE: list[Any] = [
    ["maker/model-x", "maker/model-y:free"],
    {"models": ["maker/model-x", "maker/model-y:free"], "api_key": "sk-or-v1-SECRETSECRET"},
    {"models": [{"id": "maker/model-x"}, {"id": "maker/model-y:free"}]},
    "maker/model-x\n# a remark\n\nopenrouter/maker/model-y:free\n".replace("openrouter/", ""),
    "models:\n- openrouter/maker/model-x\n- maker/model-y:free\n- maker/model-x\n",
]


@pytest.mark.parametrize("data", IN_USE, ids=range(len(IN_USE)))
def test_mere_identifiers_are_models_in_use(data: Any) -> None:
    found = reading(data)
    records = [row.record for row in found.rows]
    assert all(isinstance(record, UseRecord) for record in records)
    assert [record.use for record in records if isinstance(record, UseRecord)] == [
        "maker/model-x (OpenRouter)",
        "maker/model-y:free (OpenRouter)",
    ]
    first = records[1]
    assert isinstance(first, UseRecord)
    assert list(first.model.identifiers) == [("openrouter", "maker/model-y")]
    assert {fact.field: fact.value for fact in first.facts} == {
        "hosting_mode": "aggregator",
        "endpoint_domain": "openrouter.ai",
        "observed_only": True,
    }
    assert "SECRET" not in repr(found)


def test_a_secret_beside_the_models_is_not_kept() -> None:
    kept = without_secrets(json.dumps(IN_USE[1]).encode())
    assert b"SECRET" not in kept
    assert read(kept, name="x") == reading(IN_USE[1], "x")


def test_a_router_in_use_is_quarantined() -> None:
    (row,) = reading(["openrouter/auto"]).rows
    assert "chooses a model by itself" in row.errors[0].message


@pytest.mark.parametrize(
    "data", [{"models": []}, {"models": ["no slash"]}, {"data": [{"name": "x"}]}, {"data": 5}, "just words here"]
)
def test_what_is_neither_is_refused(data: Any) -> None:
    with pytest.raises(UnreadableFile):
        reading(data)


def test_a_malformed_table_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="malformed"):
        reading('id,canonical_slug,hugging_face_id\n"a/b,c\n')


@pytest.mark.skipif(not DATA.exists(), reason="the reference data is not installed here")
def test_the_real_table_reads() -> None:
    content = (DATA / "openrouter_models_2026-08-01.csv").read_bytes()
    found = read(content, name="openrouter.csv")
    assert len(found.rows) == 336
    records = [row.record for row in found.rows if isinstance(row.record, ModelRecord)]
    on_the_hub = [record for record in records if any(space == "huggingface" for space, _ in record.identifiers)]
    assert len(on_the_hub) == 152
    assert all(row.errors for row in found.rows if not row.record)
    assert without_secrets(content) == content
