"""What follows from recorded files is a fact at once when an import records them, and goes with an undo."""

import json
from typing import Any

import pytest

from apps.facts.models import Assertion
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.services import run_import, undo_import
from apps.registry.models import Artefact, Model, Release
from apps.registry.services import add_artefact
from tests.imports.making import counts, imported
from tests.making import a_model, officer

pytestmark = pytest.mark.django_db
NAMES = ("model.safetensors", "training.bin", "modeling_alpha.py")


def bom(*names: str, model: str = "Alpha-7B") -> bytes:
    """A bill of materials of one model with files of these names."""
    files = [
        {"type": "file", "name": name, "hashes": [{"alg": "SHA-256", "content": f"{at:064x}"}]}
        for at, name in enumerate(names)
    ]
    component = {"type": "machine-learning-model", "name": model, "components": files}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [component]}
    return json.dumps(document).encode()


def facts(release: Release) -> dict[str, Any]:
    subject = SubjectRef("release", release.id)
    found = current_facts([subject])[subject]
    return {field: (fact.value, fact.state, fact.source) for field, fact in found.items()}


def undone(one: Any) -> None:
    undo_import(actor=officer(), one=one, reason="The wrong file")
    assert run_import(import_id=one.id)


def test_formats_and_code_are_facts_as_if_somebody_had_recorded_the_files() -> None:
    one = imported(bom(*NAMES), name="bom.json")
    assert counts(one) == (1, 0, 0, 0)
    by_hand = a_model("By hand").releases.get()
    for at, name in enumerate(NAMES):
        add_artefact(actor=officer(), release=by_hand, path=name, sha256=f"{at:064x}")
    by_import = facts(Release.objects.get(model__name="Alpha-7B"))
    assert by_import == facts(by_hand)
    assert by_import["file_formats"][0] == ["bin", "safetensors"]
    assert by_import["needs_remote_code"][:2] == (True, "inferred")


def test_the_same_file_again_states_nothing_anew() -> None:
    imported(bom(*NAMES), name="bom.json")
    before = Assertion.objects.count()
    assert counts(imported(bom(*NAMES), name="bom.json")) == (0, 0, 1, 0)
    assert Assertion.objects.count() == before


def test_an_undo_takes_the_facts_along_with_the_files() -> None:
    one = imported(bom(*NAMES), name="bom.json")
    undone(one)
    assert not Model.objects.exists()
    assert not Assertion.objects.filter(superseded_at__isnull=True).exists()


def test_after_an_undo_the_facts_are_those_of_the_files_that_stay() -> None:
    model = a_model("Alpha-7B")
    release = model.releases.get()
    one = imported(bom("model.safetensors"), name="bom.json")
    add_artefact(actor=officer(), release=release, path="model.gguf", sha256="f" * 64)
    assert facts(release)["file_formats"][0] == ["gguf", "safetensors"]
    undone(one)
    assert [file.path for file in Artefact.objects.all()] == ["model.gguf"]
    assert facts(release)["file_formats"][0] == ["gguf"]


def test_an_undo_brings_back_what_the_files_before_showed() -> None:
    release = a_model("Alpha-7B").releases.get()
    add_artefact(actor=officer(), release=release, path="model.gguf", sha256="f" * 64)
    undone(imported(bom("model.safetensors"), name="bom.json"))
    assert facts(release) == {
        "file_formats": (["gguf"], "inferred", "Recorded files of the release, by their names"),
    }
