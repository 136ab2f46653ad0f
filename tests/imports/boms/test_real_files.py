"""The real documents of eight producers: recognised, every field accounted for, and what is taken of them.

Run with `-s` and `WEIGHBRIDGE_BOM_TABLE=1` to print the table of fields.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from apps.imports import cyclonedx, spdx
from apps.imports.pointers import leaves
from apps.imports.records import ModelRecord, Reading, UnreadableFile
from tests.imports.boms.accounts import table

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "bom"
CYCLONEDX, SPDX = cyclonedx.read, spdx.read
KNOWN = "Qwen/Qwen2.5-7B-Instruct"


@dataclass(frozen=True)
class Case:
    """What is expected of one file."""

    name: str
    format: str
    models: tuple[str, ...] = ()
    refused: int = 0
    went: frozenset[str] = field(default_factory=frozenset)
    """Places of ours to which something of the file went, beside `kept`."""


def a(name: str, kind: str, *models: str, refused: int = 0, went: str = "") -> Case:
    """A case, its places written in one line."""
    return Case(name, kind, models, refused, frozenset(went.split(", ")) if went else frozenset())


ROW = "a row of its own, model.name"
CASES = (
    a(
        "cdx-spec-valid-machine-learning-1.5.json",
        "CycloneDX 1.5",
        "CompVis/stable-diffusion",
        went=f"{ROW}, release.revision",
    ),
    a(
        "cdx-spec-valid-machine-learning-1.6.json",
        "CycloneDX 1.6",
        "CompVis/stable-diffusion",
        went=f"{ROW}, release.revision",
    ),
    a(
        "cdx-spec-valid-machine-learning-1.7.json",
        "CycloneDX 1.7",
        "CompVis/stable-diffusion",
        went=f"{ROW}, release.revision",
    ),
    a(
        "cdx-spec-valid-machine-learning-considerations-env-1.7.json",
        "CycloneDX 1.7",
        "Llama-2-7b",
        went=f"{ROW}, model.identifiers",
    ),
    a(
        "google-k8s-aibom-vllm-deployment.cdx.json",
        "CycloneDX 1.6",
        "meta-llama/Llama-3.1-8B-Instruct",
        "meta-llama/Llama-3.1-8B-Instruct",
        went=ROW,
    ),
    a(
        "manifest-aibom-gen-Llama-3.2-1B-Instruct.cdx.json",
        "CycloneDX 1.5",
        "Llama-3.2-1B-Instruct",
        went=f"{ROW}, model.identifiers, release.revision, release.licence_declared, "
        "model.modalities_in, model.modalities_out",
    ),
    a(
        "manifest-aibom-gen-Qwen2.5-7B-Instruct.cdx.json",
        "CycloneDX 1.5",
        "Qwen2.5-7B-Instruct",
        went=f"{ROW}, model.identifiers, release.revision, release.licence_declared, lineage.parent, "
        "model.modalities_in, model.modalities_out",
    ),
    a(
        "modelaudit-scan.cdx.json",
        "CycloneDX 1.6",
        "model.safetensors",
        went=f"{ROW}, release.licence_declared, artefact.sha256, artefact.size",
    ),
    a("trusera-ai-bom-scan.cdx.json", "CycloneDX 1.6", KNOWN, "gpt-4o", refused=4, went="model.name"),
    a(
        "spdx-examples-ai01-simplehtr.spdx3.json",
        "SPDX 3.0.1",
        "word-model",
        "line-model",
        went=f"{ROW}, release.revision, release.licence_declared, model.release_date",
    ),
    a(
        "spdx-examples-ai02.spdx3.json",
        "SPDX 3.0.1",
        "Sentiment Demo: A Simple AI Application and its AI BOM Example",
        went=f"{ROW}, release.licence_declared",
    ),
    a("spdx-examples-dataset01.spdx3.json", "SPDX 3.0.1"),
    a(
        "trusera-ai-bom-scan.spdx3.json",
        "SPDX 3.0.1 in a vendor's dialect",
        KNOWN,
        "gpt-4o",
        refused=4,
        went="model.name",
    ),
    a(
        "aikaboom-sample-output.provenance-bom.json",
        "AIkaBoOM provenance BOM",
        "DialoGPT-medium",
        went="model.name, model.identifiers, release.licence_declared, model.release_date",
    ),
)
INVALID = "aibom-squad-cybeats-ai-app-1.0.cdx.json"
TABLE = "aikaboom_golden_set_ai_spdx_fields.csv"


def content_of(name: str) -> bytes:
    """A file of the folder; the test is skipped where the folder is not at hand."""
    if not FOLDER.is_dir():
        pytest.skip("the folder with real bills of materials is not beside the repository")
    return (FOLDER / name).read_bytes()


def reading_of(name: str) -> Reading:
    """The file as its kind reads it."""
    read = CYCLONEDX if name.endswith(".cdx.json") or name.startswith("cdx-") else SPDX
    return read(content_of(name), name=name)


def models_of(reading: Reading) -> list[ModelRecord]:
    """The records of models, in order."""
    return [row.record for row in reading.rows if isinstance(row.record, ModelRecord)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_document_is_read_without_losing_a_field(case: Case) -> None:
    reading = reading_of(case.name)
    assert reading.format == case.format
    assert [record.name for record in models_of(reading)] == list(case.models)
    assert sum(bool(row.errors) for row in reading.rows) == case.refused
    assert reading.document is not None
    assert set(reading.accounted) == {pointer for pointer, _ in leaves(reading.document)}
    assert set(reading.accounted.values()) - {"kept", "the format", "the as-of date"} == case.went


def test_every_file_of_the_folder_is_in_the_table() -> None:
    content_of(INVALID)
    assert {path.name for path in FOLDER.iterdir()} == {case.name for case in CASES} | {INVALID, TABLE}


def test_the_invalid_one_is_refused_with_the_places_and_the_rules() -> None:
    with pytest.raises(UnreadableFile) as caught:
        reading_of(INVALID)
    said = {error.pointer: error.message for error in caught.value.errors}
    assert set(said) == {"/metadata/timestamp", "/components/6/licenses/0/license/id"}
    assert "date-time" in said["/metadata/timestamp"]
    assert "“BSD 3-Clause” is none of the values allowed here" in said["/components/6/licenses/0/license/id"]
    assert "schema: #/properties/components/items" in said["/components/6/licenses/0/license/id"]


def test_a_card_made_from_the_hub_gives_identifier_commit_licence_and_parent() -> None:
    reading = reading_of("manifest-aibom-gen-Qwen2.5-7B-Instruct.cdx.json")
    (record,) = models_of(reading)
    assert record.identifiers == (("huggingface", KNOWN),)
    assert record.revision == "a09a35458c702b33eeacc393d103063234e8bc28"
    assert [one.declared for one in record.licences] == ["Apache-2.0"]
    (parent,) = record.parents
    assert (parent.name, parent.namespace, parent.relation, parent.state) == (
        "Qwen/Qwen2.5-7B",
        "huggingface",
        "finetune",
        "inferred",
    )
    assert record.developer == "", "a supplier is not the developer"
    assert str(reading.as_of) == "2025-10-24"


def test_a_programs_package_is_no_model_whatever_its_type_says() -> None:
    reading = reading_of("trusera-ai-bom-scan.cdx.json")
    refused = [row.errors[0] for row in reading.rows if row.errors]
    assert {error.pointer for error in refused} == {f"/components/{at}/purl" for at in range(4)}
    assert all("package of pypi" in error.message for error in refused)
    assert not any(record.described for record in models_of(reading))


def test_a_provenance_bom_keeps_both_sides_of_its_disagreement() -> None:
    (record,) = models_of(reading_of("aikaboom-sample-output.provenance-bom.json"))
    licence = next(fact for fact in record.facts if fact.field == "licence_declared")
    assert (licence.state, licence.value) == ("disputed", None)
    assert [side["value"] for side in licence.conflict] == ["MIT", "Apache License 2.0"]
    assert record.revision == "", "its version is one of another repository"


def test_the_table_names_its_models_and_keeps_every_text() -> None:
    reading = SPDX(content_of(TABLE), name=TABLE)
    assert reading.format == "AIkaBoOM table of SPDX AI-profile fields"
    assert len(models_of(reading)) == len(reading.rows) == 25
    assert len(reading.accounted) == 25 * 33
    assert "not an SPDX document" in reading.notes[0]


def test_the_table_of_fields_can_be_printed() -> None:
    readings: list[tuple[str, Reading | str]] = [(case.name, reading_of(case.name)) for case in CASES]
    readings.append((TABLE, SPDX(content_of(TABLE), name=TABLE)))
    with pytest.raises(UnreadableFile) as caught:
        reading_of(INVALID)
    readings.append((INVALID, "; ".join(f"{error.pointer}: {error.message}" for error in caught.value.errors)))
    printed = table(readings)
    assert printed.count("## ") == 16
    if os.environ.get("WEIGHBRIDGE_BOM_TABLE") == "1":
        print(printed)  # noqa: T201
