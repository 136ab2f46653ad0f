"""Licence conflicts in files of the real world: a leaderboard's lineage, and model cards."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.imports.knowledge.models import read_models
from apps.imports.knowledge.reading import Sources
from apps.licences.effective import Bound, Via, burdens, effective
from apps.licences.judging import judge
from tests.imports.knowledge.test_licences import ENTRIES
from tests.licences.making import SMALL_EU, circumstances, shipped

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "lineage"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the files of real lineage are not here")
ALSO_KNOWN = {
    "google/gemma-2-2b": "gemma-terms",
    "google/gemma-7b": "gemma-terms",
    "google/gemma-2b": "gemma-terms",
    "mistralai/mistral-small-instruct-2409": "mistral-mrl-0.1",
    "nousresearch/meta-llama-3-8b": "llama-3-community",
}
"""Roots of the file that are no models of the knowledge, by the licence on their own pages."""


@cache
def by_tag() -> dict[str, str]:
    return {tag: key for key, entry in ENTRIES.items() for tag in entry.columns["hub_tags"]}


@cache
def by_repository() -> dict[str, str]:
    found = dict(ALSO_KNOWN)
    for model in read_models(Sources.load()):
        for alias in model.aliases:
            if alias["namespace"] == "huggingface" and model.licence.get("key"):
                found[alias["identifier_folded"]] = model.licence["key"]
    return found


def a_bound(how: str, holder: str, key: str | None, declared: str = "") -> Bound:
    via = () if how == "self" else (Via("child", "finetune", holder),)
    if key is None:
        return Bound(holder, how, declared=declared, via=via, gap="unread" if declared else "missing")
    return Bound(holder, how, shipped()[key], key, key, declared, via)


def codes(model: str, tag: str, parents: dict[str, str | None]) -> Counter[str]:
    """What the judgement says of a model with a tag of the hub and parents by name and licence."""
    own = a_bound("self", model, by_tag().get(tag.casefold()), tag)
    above = [a_bound("weights", name, key) for name, key in parents.items()]
    found = judge(effective([own, *above]), SMALL_EU, circumstances())
    return Counter(reason.code for reason in found.reasons)


def test_of_218_known_restricted_roots_57_carry_a_permissive_tag() -> None:
    with (DATA / "open_llm_leaderboard_lineage.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tags = {row["model_id"].casefold(): row["hub_license"] for row in rows}
    restricted = conflicts = 0
    for row in rows:
        root = row["root_base_model"]
        if not root or root == "Removed" or "(Merge)" in root:
            continue
        key = by_repository().get(root.casefold()) or by_tag().get(tags.get(root.casefold(), ""))
        if key is None or not burdens(shipped()[key]):
            continue
        restricted += 1
        conflicts += "permissive_on_restricted" in codes(row["model_id"], row["hub_license"], {root: key})
    assert (restricted, conflicts) == (218, 57)


def cards() -> list[dict[str, Any]]:
    data = yaml.safe_load((DATA / "model_cards.yaml").read_text(encoding="utf-8"))
    return [card for card in data["cards"] if card.get("upstream_licence")]


STRICTER = {
    "display duty dropped if it is a derivative work; review",
    "disputed: issue says breach, reply says only tokenizer",
}
"""What the reader left open and the judgement calls a conflict: the term binds unless somebody shows otherwise."""


def test_model_cards_are_judged_as_their_reader_assessed_them() -> None:
    conflicts, inherited, stricter = 0, 0, set()
    for card in cards():
        keys = [key for key in str(card["upstream_licence"]).split(" AND ") if key in shipped()]
        tag, assessed = str(card.get("license") or ""), str(card["assessment"])
        parents: dict[str, str | None] = {f"{card['base_model']} {key}": key for key in keys}
        found = "permissive_on_restricted" in codes(card["model"], tag, parents)
        if assessed.startswith("permissive tag on restricted base"):
            assert found, card
            conflicts += 1
        elif assessed.startswith("inherits an upstream conflict"):
            assert found, card
            inherited += 1
        elif assessed.startswith("less restrictive licence"):
            assert "terms_dropped" in codes(card["model"], tag, parents), card
        elif found:
            stricter.add(assessed)
    assert (conflicts, inherited) == (11, 3)
    assert stricter <= STRICTER
