"""Waivers and alternatives in the answer: what helps is shown, and what does not help any more too."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.core.changes import change
from apps.core.clock import today
from apps.findings.models import Finding
from apps.findings.services import approve_waiver, propose_waiver
from apps.policy.evaluation import judge_uses
from apps.registry import services as registry
from apps.registry.models import Use
from tests.clock import days_later
from tests.gate.making import SETUP, Shop, a_shop, keeping
from tests.making import a_model, a_policy, a_release, a_rule, a_team, a_use, an_actor, officer, state

RETENTION = "deployment.retention_days > 30"


def rule(**more: Any) -> Any:
    return a_rule("T-1", RETENTION, **more)


@pytest.mark.django_db
class TestWaivers:
    def waive(self, shop: Shop, days: int = 20) -> str:
        finding = Finding.objects.get(use=shop.use, rule_code="T-1")
        waiver = propose_waiver(
            actor=officer(),
            finding=finding,
            reason="Contract ends",
            compensating_controls=["Masked"],
            expires_on=today() + dt.timedelta(days=days),
        )
        approve_waiver(actor=an_actor(Role.APPROVER), waiver=waiver, reason="Accepted")
        return str(waiver.id)

    def a_waived_shop(self) -> tuple[Shop, str]:
        a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 99)
        judge_uses(actor=SETUP)
        return shop, self.waive(shop)

    def test_a_waiver_is_shown_and_never_silent(self) -> None:
        shop, waiver = self.a_waived_shop()
        answer = shop.answer()
        assert (answer["decision"], answer["results"]) == ("pass", [])
        (shown,) = answer["waived"]
        assert (shown["rule"], shown["waiver"]["id"]) == ("T-1", waiver)
        assert shown["waiver"]["expires_on"] == (today() + dt.timedelta(days=20)).isoformat()

    def test_the_answer_holds_no_longer_than_the_waiver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shop, _ = self.a_waived_shop()
        days_later(monkeypatch, 20)
        valid_until = dt.datetime.fromisoformat(shop.answer()["valid_until"])
        assert valid_until == timezone.make_aware(dt.datetime.combine(today() + dt.timedelta(days=1), dt.time()))

    def test_an_expired_one_is_listed_and_does_not_help(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shop, waiver = self.a_waived_shop()
        days_later(monkeypatch, 21)
        answer = shop.answer()
        assert answer["decision"] == "block"
        assert [(one["id"], one["rule"], one["use"]) for one in answer["expired_waivers"]] == [
            (waiver, "T-1", str(shop.use.id))
        ]
        assert answer["unused_waivers"] == answer["waived"] == []

    def test_one_whose_finding_is_gone_is_listed_as_unused(self) -> None:
        shop, waiver = self.a_waived_shop()
        keeping(shop.use, 5)
        answer = shop.answer()
        assert answer["decision"] == "pass"
        assert [one["id"] for one in answer["unused_waivers"]] == [waiver]
        assert answer["waived"] == answer["expired_waivers"] == []

    def test_a_rule_that_has_become_hard_is_not_waived(self) -> None:
        shop, _ = self.a_waived_shop()
        a_policy(rule(waivable=False))
        answer = shop.answer()
        assert (answer["decision"], answer["waived"]) == ("block", [])

    def test_a_result_is_new_again_once_its_waiver_has_expired(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shop, _ = self.a_waived_shop()
        shop.ask(ref="refs/heads/main")
        days_later(monkeypatch, 21)
        assert shop.answer(mode="new")["decision"] == "block"


@pytest.mark.django_db
class TestAlternatives:
    def published(self, name: str, data_class: str | None, *, days: int = 5) -> None:
        model = a_model(name)
        model.key = name.lower()
        with change(SETUP, "test.enter"):
            model.save()
        use = a_use(a_team(), release=a_release(model))
        keeping(use, days)
        if data_class:
            state("use_case", use.use_case_id, data_class=data_class)
        judge_uses(actor=SETUP, use_ids=[use.id])

    def a_blocked_shop(self, data_class: str | None = "confidential") -> Shop:
        shop = a_shop()
        keeping(shop.use, 99)
        if data_class:
            state("use_case", shop.use.use_case_id, data_class=data_class)
        return shop

    def offered(self, shop: Shop, **more: Any) -> list[str]:
        alternatives: list[str] = shop.answer(**more)["results"][0]["alternatives"]
        return alternatives

    def test_models_that_pass_for_such_data_are_named_and_nothing_else_of_their_uses(self) -> None:
        a_policy(rule())
        self.published("Delta", "restricted")
        self.published("Alpha", "confidential")
        self.published("Lowly", "internal")
        self.published("Bad", "restricted", days=99)
        self.published("Vague", None)
        judge_uses(actor=SETUP)
        shop = self.a_blocked_shop()
        answer = shop.answer()
        assert answer["results"][0]["alternatives"] == ["Alpha", "Delta"]
        others = [team.name for team in Team.objects.exclude(id=shop.team.id)]
        assert others
        assert not [name for name in others if name in str(answer)]

    def test_what_is_declared_raises_what_an_alternative_must_carry(self) -> None:
        a_policy(rule())
        self.published("Alpha", "confidential")
        self.published("Delta", "restricted")
        shop = self.a_blocked_shop("internal")
        assert self.offered(shop) == ["Alpha", "Delta"]
        assert self.offered(shop, declared={"data_class": "restricted"}) == ["Delta"]

    def test_while_the_class_is_unknown_only_what_may_carry_everything_is_named(self) -> None:
        a_policy(rule())
        self.published("Alpha", "confidential")
        self.published("Delta", "restricted")
        assert self.offered(self.a_blocked_shop(None)) == ["Delta"]

    def test_neither_the_model_itself_nor_what_a_team_made_for_itself_nor_a_retired_use(self) -> None:
        a_policy(rule())
        self.published("Alpha", "restricted")
        shop = self.a_blocked_shop()
        own = a_use(a_team(), release=a_release(a_model("Secret project")))
        keeping(own, 5)
        state("use_case", own.use_case_id, data_class="restricted")
        good = a_use(a_team(), release=shop.use.deployment.release)
        keeping(good, 5)
        state("use_case", good.use_case_id, data_class="restricted")
        with change(SETUP, "test.enter"):
            shop.model.key = "itself"
            shop.model.save()
        judge_uses(actor=SETUP)
        assert self.offered(shop) == ["Alpha"]
        registry.retire_use(actor=SETUP, use=Use.objects.get(deployment__release__model__name="Alpha"), reason="off")
        assert self.offered(shop) == []

    def test_three_at_most_and_none_where_it_passes(self) -> None:
        a_policy(rule())
        for name in ("Delta", "Alpha", "Charlie", "Bravo"):
            self.published(name, "restricted")
        shop = self.a_blocked_shop()
        assert self.offered(shop) == ["Alpha", "Bravo", "Charlie"]
