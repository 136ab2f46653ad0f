"""Models, identifiers, releases, lineage and files: duplicates, circles, who may."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.roles import PERMISSIONS, Role
from apps.audit.selectors import history
from apps.core.errors import DuplicateFound, InvalidInput, NotFound, NotPermitted
from apps.registry import services
from apps.registry.models import LineageEdge, Model, ModelAlias, Release
from apps.registry.selectors import Lineage, candidates, descendants, model_by_reference, models
from apps.registry.services.models import AliasInput
from tests.making import SETUP, a_model, a_party, a_release, a_team, an_actor

pytestmark = pytest.mark.django_db
COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"


def an_edge(child: Model, parent: Model | None, **more: Any) -> LineageEdge:
    said = {"relation": "finetune", "source": "Model card, 2026-10-01"}
    return services.add_lineage_edge(**{"actor": SETUP, "child": child, "parent": parent, **said, **more})


def pointer(refused: pytest.ExceptionInfo[Any]) -> str | None:
    return refused.value.errors[0].pointer


def test_a_model_comes_with_its_floating_release_and_nothing_read_off_its_name() -> None:
    model = services.register_model(actor=SETUP, name="Qwen-Example-7B-fine-tune-GGUF")
    assert (model.kind, model.access, model.developer, model.family) == ("unknown", "unknown", None, "")
    release = model.releases.get()
    assert (release.revision, release.pinned, release.licence, release.licence_state) == ("", False, None, "unknown")
    assert {entry.action for entry in history([model.id, release.id])} == {"model.register"}


@pytest.mark.parametrize("role", Role.values)
def test_who_may_change_the_catalogue(role: str) -> None:
    actor, model, release = an_actor(role, team=a_team()), a_model(), a_release()
    own = [
        lambda: services.register_model(actor=actor, name="New"),
        lambda: services.add_release(actor=actor, model=model, revision="2026-10-01"),
    ]
    shared = [
        lambda: services.add_alias(actor=actor, model=model, namespace="api", identifier="new"),
        lambda: an_edge(model, a_model(), actor=actor),
        lambda: services.add_artefact(actor=actor, release=release, path="a.safetensors", sha256="0" * 64),
    ]
    may = "register.change" in PERMISSIONS[role]
    for attempt, allowed in [*((one, may) for one in own), *((one, may and actor.sees_all) for one in shared)]:
        if allowed:
            assert attempt().id
        else:
            with pytest.raises((NotPermitted, NotFound)):
                attempt()


def test_an_identifier_names_one_model_whatever_its_case() -> None:
    model = a_model(aliases=[AliasInput("huggingface", "Example-AI/Model-7B")])
    with pytest.raises(DuplicateFound) as refused:
        services.register_model(actor=SETUP, name="Other", aliases=[AliasInput("HuggingFace", "example-ai/MODEL-7b")])
    assert (refused.value.existing, pointer(refused)) == (str(model.id), "/aliases/0/identifier")
    assert not Model.objects.filter(name="Other").exists()
    services.add_alias(actor=SETUP, model=a_model(), namespace="openrouter", identifier="example-ai/model-7b")


def test_a_name_is_taken_once_by_a_developer() -> None:
    ours, theirs = a_party(), a_party()
    model = a_model("Twin", developer=ours)
    with pytest.raises(DuplicateFound) as refused:
        a_model("TWIN", developer=ours)
    assert refused.value.existing == str(model.id)
    assert a_model("Twin", developer=theirs).id != model.id


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "  "}, "/name"),
        ({"name": "x" * 301}, "/name"),
        ({"kind": "oracle"}, "/kind"),
        ({"access": "somehow"}, "/access"),
        ({"family": "a\x00"}, "/family"),
        ({"source": "x" * 501}, "/source"),
        ({"aliases": [AliasInput("api", "ok"), AliasInput("api", "with space")]}, "/aliases/1/identifier"),
        ({"aliases": [AliasInput("no space", "x")]}, "/aliases/0/namespace"),
        ({"aliases": [AliasInput("api", "")]}, "/aliases/0/identifier"),
    ],
)
def test_wrong_models_are_refused_and_leave_nothing(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.register_model(actor=SETUP, **{"name": "Right", **fields})
    assert pointer(refused) == where
    assert not Model.objects.exists()
    assert not ModelAlias.objects.exists()


class TestReleases:
    def test_a_commit_of_a_hub_model_gets_a_package_url(self) -> None:
        model = a_model(aliases=[AliasInput("huggingface", "Example/Model")])
        release = services.add_release(actor=SETUP, model=model, revision=COMMIT.upper())
        assert (release.revision, release.pinned) == (COMMIT, True)
        assert release.purl == f"pkg:huggingface/Example/Model@{COMMIT}"

    def test_a_dated_snapshot_has_none(self) -> None:
        assert services.add_release(actor=SETUP, model=a_model(), revision="2026-10-01").purl == ""

    def test_the_same_revision_again_is_the_one_there_is(self) -> None:
        model = a_model()
        first = services.add_release(actor=SETUP, model=model, revision=COMMIT)
        assert services.add_release(actor=SETUP, model=model, revision=COMMIT.upper()) == first
        assert model.releases.filter(pinned=True).count() == 1

    @pytest.mark.parametrize("revision", ["main", "Latest", "HEAD", "", " ", "x" * 121, "a\x00"])
    def test_what_moves_or_is_malformed_is_no_revision(self, revision: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            services.add_release(actor=SETUP, model=a_model(), revision=revision)
        assert pointer(refused) == "/revision"
        assert not Release.objects.filter(pinned=True).exists()


class TestLineage:
    def test_a_parent_that_is_not_in_the_register_stays_visible(self) -> None:
        edge = an_edge(a_model(), None, parent_name="someone/unknown-base")
        assert (edge.parent, edge.parent_name) == (None, "someone/unknown-base")
        assert history([edge.id]).get().action == "lineage.add"

    def test_nothing_is_made_from_what_was_made_from_it(self) -> None:
        base, tune, quantised = a_model(), a_model(), a_model()
        an_edge(tune, base)
        an_edge(quantised, tune, relation="quantized")
        for child, parent in ((base, quantised), (base, tune), (tune, quantised), (base, base)):
            with pytest.raises(InvalidInput, match="made from") as refused:
                an_edge(child, parent, relation="distilled_from")
            assert pointer(refused) == "/parent"

    def test_an_edge_is_recorded_once(self) -> None:
        child, parent = a_model(), a_model()
        an_edge(child, parent)
        with pytest.raises(DuplicateFound):
            an_edge(child, parent)
        an_edge(child, parent, relation="distilled_from")

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"relation": "cousin"}, "/relation"),
            ({"parent": None}, "/parent"),
            ({"source": ""}, "/source"),
            ({"source_url": "file:///etc/passwd"}, "/source_url"),
            ({"state": "sure"}, "/state"),
            ({"note": "\x00"}, "/note"),
        ],
    )
    def test_wrong_edges_are_refused(self, fields: dict[str, Any], where: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            an_edge(a_model(), **{"parent": a_model(), **fields})
        assert pointer(refused) == where

    def test_an_edge_is_taken_back_with_a_reason(self) -> None:
        edge = an_edge(a_model(), a_model())
        edge_id = edge.id
        with pytest.raises(InvalidInput):
            services.remove_lineage_edge(actor=SETUP, edge=edge, reason=" ")
        services.remove_lineage_edge(actor=SETUP, edge=edge, reason="the card was wrong")
        assert [entry.operation for entry in history([edge_id])] == ["update", "insert"]
        assert not LineageEdge.objects.filter(id=edge_id).exists()

    def test_weights_pass_until_an_edge_that_carries_none(self) -> None:
        base, teacher, student, tune = (a_model(name) for name in ("Base", "Teacher", "Student", "Tune"))
        an_edge(student, base)
        an_edge(student, teacher, relation="distilled_from")
        an_edge(tune, student)
        lineage = Lineage.load()
        assert {edge.parent_name for edge in lineage.weight_ancestors(tune.id)} == {"Student", "Base"}
        assert {edge.parent_name for edge in lineage.ancestors(tune.id)} == {"Student", "Base", "Teacher"}
        assert descendants(teacher.id) == {student.id, tune.id}

    @settings(max_examples=15, deadline=None)
    @given(edges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12, unique=True))
    def test_whatever_is_recorded_no_model_descends_from_itself(self, edges: list[tuple[int, int]]) -> None:
        made = [a_model() for _ in range(5)]
        for child, parent in edges:
            before = descendants(made[child].id)
            if child == parent or made[parent].id in before:
                with pytest.raises(InvalidInput):
                    an_edge(made[child], made[parent])
            else:
                an_edge(made[child], made[parent])
        assert not [model for model in made if model.id in descendants(model.id)]


class TestArtefacts:
    def test_a_file_is_recorded_by_its_checksum(self) -> None:
        file = services.add_artefact(
            actor=SETUP, release=a_release(), path="model.safetensors", sha256="AB" * 32, size=7
        )
        assert (file.sha256, file.size) == ("ab" * 32, 7)

    def test_a_path_of_a_release_is_recorded_once(self) -> None:
        release = a_release()
        services.add_artefact(actor=SETUP, release=release, path="a.bin", sha256="0" * 64)
        with pytest.raises(DuplicateFound):
            services.add_artefact(actor=SETUP, release=release, path="a.bin", sha256="1" * 64)

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"sha256": "0" * 63}, "/sha256"),
            ({"sha256": "g" * 64}, "/sha256"),
            ({"sha256": "0" * 64 + "\n"}, "/sha256"),
            ({"sha256": ""}, "/sha256"),
            ({"size": -1}, "/size"),
            ({"size": 2**62}, "/size"),
            ({"path": ""}, "/path"),
            ({"format": "x" * 41}, "/format"),
        ],
    )
    def test_wrong_files_are_refused(self, fields: dict[str, Any], where: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            services.add_artefact(
                **{"actor": SETUP, "release": a_release(), "path": "a.bin", "sha256": "0" * 64, **fields}
            )
        assert pointer(refused) == where


class TestLookUp:
    def test_a_reference_finds_the_one_model_it_names(self) -> None:
        model = a_model("Example 7B", aliases=[AliasInput("huggingface", "Example-AI/Model-7B")])
        for reference in (
            "Example-AI/Model-7B",
            "example-ai/model-7b",
            " hf:Example-AI/Model-7B ",
            "hf://Example-AI/Model-7B@abc",
            "pkg:huggingface/example-ai/model-7b@abc",
            "https://huggingface.co/Example-AI/Model-7B",
            "EXAMPLE 7b",
        ):
            assert model_by_reference(reference) == model, reference

    def test_a_reference_that_names_two_or_none_finds_none(self) -> None:
        for namespace in ("api", "openrouter"):
            a_model(aliases=[AliasInput(namespace, "twin")])
        assert model_by_reference("twin") is None
        assert model_by_reference("nothing") is None
        assert model_by_reference("Model") is None

    def test_candidates_are_found_by_part_and_by_misspelling(self) -> None:
        model = a_model("Example-Large-Instruct", aliases=[AliasInput("huggingface", "example/large-instruct")])
        a_model("Something else")
        assert candidates("large-instr")[0] == model
        assert candidates("exmple/large-instruct")[0] == model
        assert candidates("x") == []

    def test_search_takes_its_text_literally(self) -> None:
        model = a_model("100%_model")
        assert list(models("%_m")) == [model]
        assert not models("'; --").exists()
