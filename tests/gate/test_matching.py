"""Which uses a reference means: by every spelling of a model, narrowed by what the question names."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.changes import change
from apps.parties.models import PartyName
from apps.registry import services as registry
from apps.registry.references import Reference, models_by_reference, split_reference
from apps.registry.services.models import AliasInput
from tests.gate.making import NAME, SETUP, a_shop
from tests.making import a_model, a_party, a_policy, a_rule, a_team, a_use, state

COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"
HUB = "huggingface"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gpt-4.1", Reference("gpt-4.1")),
        ("Qwen/Qwen2.5", Reference("Qwen/Qwen2.5")),
        ("Qwen/Qwen2.5@abc", Reference("Qwen/Qwen2.5", "", "abc")),
        ("hf:Qwen/Qwen2.5", Reference("Qwen/Qwen2.5", HUB)),
        ("hf://Qwen/Qwen2.5@abc", Reference("Qwen/Qwen2.5", HUB, "abc")),
        ("HuggingFace/Qwen/Qwen2.5", Reference("Qwen/Qwen2.5", HUB)),
        (f"pkg:huggingface/Qwen/Qwen2.5@{COMMIT}", Reference("Qwen/Qwen2.5", HUB, COMMIT)),
        ("pkg:huggingface/Qwen/Qwen2.5@a?repository_url=https://x.test#b", Reference("Qwen/Qwen2.5", HUB, "a")),
        ("pkg:huggingface/Qwen%2FQwen2.5", Reference("Qwen/Qwen2.5", HUB)),
        ("https://huggingface.co/Qwen/Qwen2.5", Reference("Qwen/Qwen2.5", HUB)),
        ("https://huggingface.co/Qwen/Qwen2.5/tree/main", Reference("Qwen/Qwen2.5", HUB, "main")),
        (
            f"https://huggingface.co/Qwen/Qwen2.5/resolve/{COMMIT}/model.safetensors",
            Reference("Qwen/Qwen2.5", HUB, COMMIT),
        ),
    ],
)
def test_a_reference_is_taken_apart(text: str, expected: Reference) -> None:
    assert split_reference(text) == expected


def reasons(answer: dict[str, Any]) -> list[str]:
    return [gap["fix"] for gap in answer["unregistered"]]


@pytest.fixture
def _policy(db: None) -> None:
    a_policy(a_rule("T-1", "true", gate="warn"))


@pytest.mark.usefixtures("_policy")
class TestNames:
    def test_an_identifier_with_an_at_sign_of_its_own_goes_first(self) -> None:
        dated = a_model(aliases=[AliasInput("api", "claude@20261001")])
        plain = a_model(aliases=[AliasInput("api", "claude")])
        found = models_by_reference(["claude@20261001", "claude@20260101", "claude"])
        assert (found["claude@20261001"].model, found["claude@20261001"].revision) == (dated, "")
        assert (found["claude@20260101"].model, found["claude@20260101"].revision) == (plain, "20260101")
        assert found["claude"].model == plain

    def test_a_prefix_of_the_hub_means_the_hub(self) -> None:
        on_hub = a_model(aliases=[AliasInput("huggingface", "a/b")])
        elsewhere = a_model(aliases=[AliasInput("openrouter", "a/b")])
        found = models_by_reference(["a/b", "hf:a/b", "hf:c"])
        assert found["hf:a/b"].model == on_hub
        assert found["a/b"].model is None
        assert set(found["a/b"].models) == {on_hub, elsewhere}
        assert found["hf:c"].models == []

    def test_the_number_of_queries_does_not_grow_with_the_references(self) -> None:
        for number in range(40):
            a_model(name=f"Named {number}", aliases=[AliasInput("api", f"model-{number}")])
        counts = []
        for references in (["model-1", "Named 2"], [f"model-{n}" for n in range(20)] + ["Named 30", "Nobody"]):
            with CaptureQueriesContext(connection) as queries:
                models_by_reference(references)
            counts.append(len(queries))
        assert counts == [3, 3]

    @pytest.mark.parametrize(
        "reference",
        [
            NAME,
            NAME.upper(),
            f"hf:{NAME}",
            f"hf://{NAME}",
            f"huggingface/{NAME}",
            f"pkg:huggingface/{NAME}",
            f"https://huggingface.co/{NAME}",
            f"Model {NAME}",
        ],
    )
    def test_every_spelling_finds_the_use(self, reference: str) -> None:
        shop = a_shop()
        answer = shop.answer(reference)
        assert not answer["unregistered"]
        assert {(result["use"], result["model"]) for result in answer["results"]} == {(str(shop.use.id), reference)}

    def test_what_nobody_registered(self) -> None:
        answer = a_shop().answer("somebody/else")
        assert (answer["decision"], answer["results"]) == ("undecided", [])
        assert reasons(answer) == ["No model of this name is in the register. Register it and its use."]
        assert answer["unregistered"][0]["url"].endswith("/uses/new?model=somebody%2Felse")

    def test_a_name_of_several_models_says_so(self) -> None:
        shop = a_shop()
        for namespace in ("api", "openrouter"):
            a_model(aliases=[AliasInput(namespace, "twin")])
        answer = shop.answer("twin")
        assert answer["decision"] == "undecided"
        assert "more than one model" in reasons(answer)[0]


@pytest.mark.usefixtures("_policy")
class TestNarrowing:
    def test_another_teams_use_does_not_count(self) -> None:
        shop = a_shop()
        other = a_model(aliases=[AliasInput("api", "other")])
        a_use(a_team(), release=other.releases.get(), environment="production")
        answer = shop.answer("other")
        assert answer["decision"] == "undecided"
        assert reasons(answer) == [f"Register the use: {other.name} has no use of the team {shop.team.name}."]

    def test_a_retired_use_does_not_count_and_a_planned_one_does(self) -> None:
        shop = a_shop(status="planned")
        assert not shop.answer()["unregistered"]
        registry.retire_use(actor=SETUP, use=shop.use, reason="off")
        assert "has no use" in reasons(shop.answer())[0]

    @pytest.mark.parametrize(
        ("question", "word"),
        [
            ({"environment": "staging"}, "environment staging"),
            ({"declared": {"use_case": "Something else"}}, "use case “Something else”"),
        ],
    )
    def test_a_question_about_something_else(self, question: dict[str, Any], word: str) -> None:
        answer = a_shop().answer(**question)
        assert answer["decision"] == "undecided"
        assert word in reasons(answer)[0]

    def test_environment_and_use_case_narrow_to_what_fits(self) -> None:
        shop = a_shop(use_case_name="Letters")
        test = a_use(shop.team, release=shop.use.deployment.release, environment="test", use_case_name="Mail")

        def uses(**question: Any) -> set[str]:
            return {result["use"] for result in shop.answer(**question)["results"]}

        assert uses() == {str(shop.use.id), str(test.id)}
        assert uses(environment="test") == {str(test.id)}
        assert uses(declared={"use_case": "letters"}) == {str(shop.use.id)}
        assert uses(declared={"use_case": str(test.use_case_id)}) == {str(test.id)}
        assert uses(environment="test", declared={"use_case": "letters"}) == set()

    @pytest.mark.parametrize("spelling", ["Example Cloud GmbH", "example cloud gmbh", "example-cloud", "The Cloud"])
    def test_the_operator_by_any_of_its_names(self, spelling: str) -> None:
        operator = a_party("Example Cloud GmbH")
        with change(SETUP, "test.enter"):
            operator.key = "example-cloud"
            operator.save()
            PartyName(party=operator, name="The Cloud", kind="brand", state="claimed_by_owner").save()
        shop = a_shop(operator_id=operator.id)
        assert not shop.answer({"id": NAME, "operator": spelling})["unregistered"]
        assert "operator “Somebody”" in reasons(shop.answer({"id": NAME, "operator": "Somebody"}))[0]

    def test_an_operator_nobody_stated_is_not_the_one_that_is_named(self) -> None:
        assert reasons(a_shop().answer({"id": NAME, "operator": "Example Cloud"}))

    def test_another_region_than_the_registered_one(self) -> None:
        shop = a_shop()
        asked = {"id": NAME, "region": "CN-Beijing"}
        assert not shop.answer(asked)["unregistered"]
        state("deployment", shop.use.deployment_id, region="cn-beijing")
        assert not shop.answer(asked)["unregistered"]
        state("deployment", shop.use.deployment_id, region="eu-central-1")
        answer = shop.answer(asked)
        assert answer["decision"] == "undecided"
        assert "other regions than CN-Beijing" in reasons(answer)[0]

    def test_a_revision_beside_or_inside_of_the_reference(self) -> None:
        shop = a_shop()
        pinned = registry.add_release(actor=SETUP, model=shop.model, revision=COMMIT)
        use = a_use(shop.team, release=pinned, environment="production")

        def uses(reference: Any) -> set[str]:
            return {result["use"] for result in shop.answer(reference)["results"]}

        assert uses(NAME) == {str(use.id), str(shop.use.id)}
        for reference in (
            {"id": NAME, "revision": COMMIT},
            {"id": NAME, "revision": COMMIT.upper()},
            f"pkg:huggingface/{NAME}@{COMMIT}",
            f"hf://{NAME}@{COMMIT}",
            f"{NAME}@{COMMIT}",
            f"https://huggingface.co/{NAME}/resolve/{COMMIT}/a.safetensors",
        ):
            assert uses(reference) == {str(use.id)}
        for floating in ("main", "latest"):
            assert uses({"id": NAME, "revision": floating}) == {str(shop.use.id)}
        assert "revision v9" in reasons(shop.answer({"id": NAME, "revision": "v9"}))[0]
