"""Cards, headers and configurations brought into the register: what is there, and what a second time changes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from apps.core.errors import InvalidInput, NotPermitted
from apps.facts.models import Assertion
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.models import Import, ImportContent, ImportRow
from apps.imports.services import receive_from_hub, receive_import, run_import, undo_import
from apps.registry.models import LineageEdge, LineageSuggestion, Model, ModelAlias, Use
from apps.registry.services.uses import claim_use
from tests.imports.hosted.test_litellm import CONFIGURATION, SECRETS
from tests.imports.hub_card.cards import COMMIT, card
from tests.imports.hub_server import Hub, hub
from tests.imports.weights_header.headers import gguf
from tests.making import a_team, an_actor, officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def served() -> Iterator[Hub]:
    with hub() as found, override_settings(HUB_URL=found.url):
        yield found


def bring(content: bytes | str, kind: str, name: str = "file") -> Import:
    raw = content.encode() if isinstance(content, str) else content
    return receive_import(actor=officer(), content=raw, file_name=name, kind=kind, dry_run=False, at_once=True)


def counts(one: Import) -> tuple[int, int, int, int]:
    assert one.state == Import.State.DONE, (one.reason, one.errors)
    return one.created, one.changed, one.unchanged, one.quarantined


def values(model: Model) -> dict[str, Any]:
    ids = [model.id, *model.releases.values_list("id", flat=True)]
    return dict(Assertion.objects.filter(subject_id__in=ids, superseded_at=None).values_list("field", "value"))


def test_a_repository_is_fetched_and_brought_into_the_register(served: Hub) -> None:
    served.model()
    assert counts(receive_from_hub(actor=officer(), identifier="maker/Tuned-7B", dry_run=False, at_once=True)) == (
        1,
        0,
        0,
        0,
    )
    model = ModelAlias.objects.get(namespace="huggingface", identifier="maker/Tuned-7B").model
    release = model.releases.get(revision=COMMIT)
    assert release.pinned
    assert release.purl == f"pkg:huggingface/maker/Tuned-7B@{COMMIT}"
    found = values(model)
    assert found["licence_declared"] == "other/house-1.0"
    assert (found["parameters"], found["needs_remote_code"]) == (7241732096, False)
    edge = LineageEdge.objects.get(child=model)
    assert (edge.parent_name, edge.relation, edge.state) == ("base/Model-7B", "finetune", "inferred")


def test_fetching_again_changes_nothing(served: Hub) -> None:
    served.model()
    receive_from_hub(actor=officer(), identifier="maker/Tuned-7B", dry_run=False, at_once=True)
    before = Assertion.objects.count()
    served.model(downloads=10**6)
    assert counts(receive_from_hub(actor=officer(), identifier="maker/Tuned-7B", dry_run=False, at_once=True)) == (
        0,
        0,
        1,
        0,
    )
    assert Assertion.objects.count() == before


def test_whoever_may_not_import_sends_nothing_out(served: Hub) -> None:
    served.model()
    with pytest.raises(NotPermitted):
        receive_from_hub(actor=an_actor("auditor"), identifier="maker/Tuned-7B")
    assert not served.asked


def test_a_card_of_a_merge_makes_an_edge_to_each_parent() -> None:
    content = card("license: mit\nbase_model: [base/A, base/B]\nlibrary_name: transformers")
    assert counts(bring(content, "hf-card", "maker/Merged/README.md")) == (1, 0, 0, 0)
    edges = LineageEdge.objects.filter(child__name="Merged")
    assert {(edge.parent_name, edge.relation) for edge in edges} == {("base/A", "merge"), ("base/B", "merge")}
    assert counts(bring(content, "hf-card", "maker/Merged/README.md")) == (0, 0, 1, 0)


def test_a_header_adds_to_the_model_of_its_repository() -> None:
    bring(card("license: mit"), "hf-card", "maker/Tuned-7B/README.md")
    assert counts(bring(gguf().bytes(), "weights-header", "maker/Tuned-7B/tuned.gguf")) == (0, 1, 0, 0)
    found = values(Model.objects.get(name="Tuned-7B"))
    assert (found["file_formats"], found["parameters"]) == (["gguf"], 2600)
    assert counts(bring(gguf().bytes(), "weights-header", "maker/Tuned-7B/tuned.gguf")) == (0, 0, 1, 0)


def test_a_configuration_makes_shadow_entries_and_no_secret_is_stored() -> None:
    one = bring(CONFIGURATION, "litellm", "config.yaml")
    assert counts(one) == (7, 0, 0, 3)
    stored = bytes(ImportContent.objects.get(of=one).content).decode()
    stored += json.dumps(
        list(ImportRow.objects.filter(of=one).values_list("raw", "changes", "errors", "notes")), default=str
    )
    assert [secret for secret in SECRETS if secret in stored] == []
    use = Use.objects.get(name="claude (LiteLLM)")
    assert use.deployment.observed_only
    assert use.deployment.hosting_mode == "first_party_api"
    assert use.deployment.operator is None
    assert use.team is None
    assert counts(bring(CONFIGURATION, "litellm", "config.yaml")) == (0, 0, 7, 3)


def test_a_use_that_a_team_has_claimed_stays_theirs() -> None:
    bring(CONFIGURATION, "litellm", "config.yaml")
    use = Use.objects.get(name="claude (LiteLLM)")
    claim_use(actor=officer(), use=use, team=a_team(), reason="It is ours.")
    assert counts(bring(CONFIGURATION, "litellm", "config.yaml"))[0] == 0
    use.deployment.refresh_from_db()
    assert not use.deployment.observed_only
    deployment = SubjectRef("deployment", use.deployment_id)
    said = current_facts([deployment])[deployment]["observed_only"]
    assert (said.value, said.state) == (False, "claimed_by_owner")


def test_models_of_a_router_in_use_are_shadow_entries() -> None:
    assert counts(bring("maker/model-x\nmaker/model-y\n", "openrouter", "models.txt")) == (2, 0, 0, 0)
    assert set(Use.objects.values_list("name", flat=True)) == {
        "maker/model-x (OpenRouter)",
        "maker/model-y (OpenRouter)",
    }


def test_suspected_parents_are_put_up_for_judgement_and_go_with_the_import() -> None:
    content = card("license: mit", "# Mine\n\nA fine-tuned version of [A](https://huggingface.co/base/A-7B).\n")
    one = bring(content, "hf-card", "maker/Mine/README.md")
    suggestion = LineageSuggestion.objects.get(child__name="Mine")
    assert (suggestion.parent_name, suggestion.parent_namespace) == ("base/A-7B", "huggingface")
    assert (suggestion.strength, suggestion.channel) == ("medium", "hf-card")
    assert not LineageEdge.objects.filter(child__name="Mine").exists()
    assert any("base/A-7B" in note["message"] for note in one.rows.get().notes)
    assert counts(bring(content, "hf-card", "maker/Mine/README.md")) == (0, 0, 1, 0)
    assert LineageSuggestion.objects.count() == 1
    undo_import(actor=officer(), one=one, reason="The wrong file")
    run_import(import_id=one.id, actor=officer())
    assert not Model.objects.filter(name="Mine").exists()


def test_suspects_whose_words_cannot_be_stored_are_left_out() -> None:
    content = card('license: mit\ndatasets: ["gpt-4\\u202edata", "plain-gpt-4"]')
    assert counts(bring(content, "hf-card", "maker/Mine/README.md")) == (1, 0, 0, 0)
    assert [one.parent_name for one in LineageSuggestion.objects.all()] == ["gpt-4"]


@pytest.mark.parametrize("kind", ["hf-card", "register", "weights-header"])
def test_a_configuration_is_not_taken_for_something_else(kind: str) -> None:
    with pytest.raises(InvalidInput, match="looks like a configuration of LiteLLM"):
        bring(CONFIGURATION, kind, "config.yaml")
    assert not ImportContent.objects.exists()


def test_a_card_may_show_a_configuration() -> None:
    content = card("license: mit", "# Mine\n\n```yaml\nmodel_list:\n- model_name: x\n```\n")
    assert counts(bring(content, "hf-card", "maker--Mine--README.md")) == (1, 0, 0, 0)
    assert ModelAlias.objects.get(identifier="maker/Mine")
