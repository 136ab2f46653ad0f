"""The real model cards that are at hand: each reads, and every known field of it is accounted for."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.imports.hub_card.cards import card_of, model, reading, row

DATA = Path(__file__).resolve().parents[3] / "../shared/data"
KEYS = ("license", "license_name", "base_model", "base_model_relation", "library_name")

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the reference data is not installed here")


def _cards() -> list[dict[str, Any]]:
    file = DATA / "lineage/model_cards.yaml"
    rows: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["cards"] if file.exists() else []
    return rows


def _content(entry: dict[str, Any]) -> bytes:
    front = {key: entry[key] for key in KEYS if key in entry}
    if "licence: license" in entry.get("note", ""):
        front["licence"] = "license"
    return card_of(front, f"# {entry['model']}\n\n{entry.get('note', '')}\n")


@needs_data
def test_there_are_all_58_cards() -> None:
    assert len(_cards()) == 58


@pytest.mark.parametrize("entry", _cards(), ids=lambda entry: entry["index_id"])
def test_a_real_card_reads_with_every_field_accounted_for(entry: dict[str, Any]) -> None:
    content = _content(entry)
    found, read = row(content), reading(content)
    assert not found.errors
    document = read.document
    assert document is not None
    for key in document["front_matter"]:
        pointer = f"/front_matter/{key}"
        assert any(known == pointer or known.startswith(f"{pointer}/") for known in read.accounted), key
    _same_licence(entry, [licence.declared for licence in model(content).licences])
    _same_parents(entry, [parent.name for parent in model(content).parents])
    if "base_model_relation" in entry:
        assert {parent.relation for parent in model(content).parents} <= {entry["base_model_relation"]}


def _same_licence(entry: dict[str, Any], declared: list[str]) -> None:
    written = entry.get("license")
    if written == "other" and "license_name" in entry:
        written = f"other/{entry['license_name']}"
    assert declared == ([] if written in (None, "?") else [written])


def _same_parents(entry: dict[str, Any], names: list[str]) -> None:
    written = entry["base_model"] if isinstance(entry["base_model"], list) else [entry["base_model"]]
    assert names == [name for name in written if "{" not in name]


READMES = sorted((DATA / "licence_texts").glob("*README*")) if DATA.exists() else []


@needs_data
def test_the_readmes_are_there() -> None:
    assert len(READMES) == 7


@pytest.mark.parametrize("file", READMES, ids=lambda file: file.name)
def test_a_readme_without_front_matter_states_nothing(file: Path) -> None:
    found = model(file.read_bytes(), f"maker/{file.name.split('.')[0]}/README.md")
    assert (found.licences, found.parents, found.facts) == ((), (), ())
