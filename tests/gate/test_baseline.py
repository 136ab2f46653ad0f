"""Mode `new`: what the default branch contains is known; sanctions and other hard rules always count."""

from typing import Any

import pytest

from apps.gate.services import create_project
from apps.registry.services.models import AliasInput
from tests.gate.making import a_shop, keeping
from tests.making import a_model, a_policy, a_release, a_rule, a_use, officer, state

RETENTION = "deployment.retention_days > 30"


def rule(**more: Any) -> Any:
    return a_rule("T-1", RETENTION, **more)


@pytest.mark.django_db
class TestNewOnly:
    MAIN = "refs/heads/main"

    def test_what_the_default_branch_contains_does_not_count_on_others(self) -> None:
        a_policy(rule(), a_rule("T-2", "use_case.data_class == 'restricted'"))
        shop = a_shop()
        keeping(shop.use, 99)
        state("use_case", shop.use.use_case_id, data_class="public")
        assert shop.answer(ref=self.MAIN, mode="new")["decision"] == "block"
        answer = shop.answer(ref="refs/heads/feature", mode="new")
        assert (answer["decision"], [one["new"] for one in answer["results"]]) == ("pass", [False])
        assert shop.answer(ref="refs/heads/feature")["decision"] == "block"
        state("use_case", shop.use.use_case_id, data_class="restricted")
        answer = shop.answer(ref="refs/heads/feature", mode="new")
        assert answer["decision"] == "block"
        assert {one["rule"]: one["new"] for one in answer["results"]} == {"T-1": False, "T-2": True}

    @pytest.mark.parametrize("ref", ["", "refs/heads/feature", "refs/tags/main", "refs/pull/7/merge", "Main"])
    def test_no_other_branch_and_no_silence_makes_a_baseline(self, ref: str) -> None:
        a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 99)
        for _ in range(2):
            assert shop.answer(ref=ref, mode="new")["decision"] == "block"

    def test_the_default_branch_is_the_projects(self) -> None:
        a_policy(rule())
        shop = a_shop()
        shop.project = create_project(actor=officer(), name="trunk-based", team=shop.team, default_branch="trunk")
        keeping(shop.use, 99)
        shop.ask(ref=self.MAIN)
        assert shop.answer(mode="new")["decision"] == "block"
        shop.ask(ref="trunk")
        assert shop.answer(mode="new")["decision"] == "pass"

    def test_what_can_never_be_waived_always_counts(self) -> None:
        a_policy(rule(waivable=False))
        shop = a_shop()
        keeping(shop.use, 99)
        for _ in range(2):
            answer = shop.answer(ref=self.MAIN, mode="new")
            assert answer["decision"] == "block"
        assert (answer["results"][0]["new"], answer["results"][0]["waivable"]) == (False, False)

    def test_an_unregistered_model_always_counts(self) -> None:
        a_policy(rule())
        shop = a_shop()
        for _ in range(2):
            assert shop.answer("nobody/x", ref=self.MAIN, mode="new")["decision"] == "undecided"

    def test_what_went_from_the_default_branch_is_new_when_it_comes_back(self) -> None:
        a_policy(rule())
        shop = a_shop()
        for days, ref in ((99, self.MAIN), (5, self.MAIN), (99, "refs/heads/feature")):
            keeping(shop.use, days)
            answer = shop.answer(ref=ref, mode="new")
        assert answer["decision"] == "block"

    def test_a_job_that_scans_another_part_of_the_tree_forgets_nothing(self) -> None:
        a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 99)
        other = a_model(aliases=[AliasInput("api", "other")])
        a_use(shop.team, release=a_release(other))
        shop.ask(ref=self.MAIN)
        shop.ask("other", ref=self.MAIN)
        assert shop.answer(mode="new")["decision"] == "pass"

    def test_one_project_knows_nothing_of_another(self) -> None:
        a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 99)
        shop.ask(ref=self.MAIN)
        shop.project = create_project(actor=officer(), name="second", team=shop.team)
        assert shop.answer(mode="new")["decision"] == "block"
