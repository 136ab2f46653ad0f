"""Decisions: the worst counts, unknown never passes, a job may declare more and never less."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.roles import Role
from apps.audit.selectors import history
from apps.core.clock import now, today
from apps.core.errors import Conflict, DuplicateFound, InvalidInput, NotFound, NotPermitted
from apps.gate.models import GateDecision
from apps.gate.selectors import decision_by_id, decisions
from apps.gate.services import create_project, decide
from apps.policy.evaluation import judge_uses
from apps.policy.models import DueUse, PolicyVersion
from apps.registry.services.models import AliasInput
from tests.at_once import in_threads
from tests.clock import days_later
from tests.gate.making import NAME, SETUP, Shop, a_shop, keeping
from tests.making import a_model, a_policy, a_release, a_rule, a_team, a_use, an_actor, officer, state

RETENTION = "deployment.retention_days > 30"


def rule(**more: Any) -> Any:
    return a_rule("T-1", RETENTION, **more)


def outcomes(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["rule"], one["outcome"], one["effect"]) for one in answer["results"]]


@pytest.mark.django_db
class TestVerdicts:
    @pytest.mark.parametrize(
        ("gate", "days", "expected"),
        [
            ("block", 5, "pass"),
            ("block", 99, "block"),
            ("block", None, "undecided"),
            ("review", 99, "review"),
            ("review", None, "undecided"),
            ("warn", 99, "pass"),
            ("warn", None, "pass"),
            ("none", 99, "pass"),
        ],
    )
    def test_one_rule_one_use(self, gate: str, days: int | None, expected: str) -> None:
        a_policy(rule(gate=gate))
        shop = a_shop()
        keeping(shop.use, days)
        answer = shop.answer()
        assert answer["decision"] == expected
        shown = gate != "none" and days != 5
        assert outcomes(answer) == ([("T-1", "finding" if days else "unknown", gate)] if shown else [])

    def test_the_answer_has_all_that_the_contract_names(self) -> None:
        policy = a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 99)
        row = shop.ask({"id": NAME, "locations": [{"path": "app/llm.py", "line": 14}]}, ref="refs/heads/x", commit="c0")
        answer = row.response
        assert set(answer) == {
            *("decision", "decision_id", "policy", "facts_digest", "valid_until", "results", "unregistered"),
            *("waived", "expired_waivers", "unused_waivers", "receipt"),
        }
        assert answer["policy"] == {"version": policy.label, "digest": policy.digest}
        assert answer["decision_id"] == str(row.id)
        assert answer["receipt"] == f"/api/v1/gate/decisions/{row.id}/receipt"
        assert dt.datetime.fromisoformat(answer["valid_until"]) == row.valid_until
        (result,) = answer["results"]
        assert {
            name: result[name] for name in ("model", "use", "rule", "version", "outcome", "effect", "path", "line")
        } == {
            "model": NAME,
            "use": str(shop.use.id),
            "rule": "T-1",
            "version": 1,
            "outcome": "finding",
            "effect": "block",
            "path": "app/llm.py",
            "line": 14,
        }
        assert (result["title"], result["why"], result["fix"]) == ("Text of T-1",) * 3
        assert (result["waiver"], result["new"], result["severity"]) == (None, True, "high")
        assert result["url"] == f"{settings.BASE_URL}/uses/{shop.use.id}#T-1"
        (fact,) = result["facts"]
        assert (fact["path"], fact["value"], fact["state"]) == ("deployment.retention_days", 99, "claimed_by_owner")
        assert fact["source"]
        assert fact["as_of"] == today().isoformat()

    def test_an_unknown_names_what_is_missing(self) -> None:
        a_policy(rule())
        (result,) = a_shop().answer()["results"]
        assert (result["outcome"], result["missing"]) == ("unknown", ["deployment.retention_days"])
        assert result["facts"][0]["value"] is None

    def test_over_several_uses_the_worst_wins(self) -> None:
        a_policy(rule())
        shop = a_shop()
        release = shop.use.deployment.release
        unknown = a_use(shop.team, release=release, environment="production")
        keeping(shop.use, 5)
        assert shop.answer()["decision"] == "undecided"
        keeping(unknown, 5)
        assert shop.answer()["decision"] == "pass"
        bad = a_use(shop.team, release=release, environment="production")
        keeping(bad, 99)
        keeping(unknown, None)
        answer = shop.answer()
        assert answer["decision"] == "block"
        assert {one["use"] for one in answer["results"]} == {str(bad.id), str(unknown.id)}

    def test_over_several_models_the_worst_wins_and_an_unregistered_one_is_undecided_at_best(self) -> None:
        a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 5)
        assert shop.answer(NAME, "somebody/else")["decision"] == "undecided"
        keeping(shop.use, 99)
        assert shop.answer(NAME, "somebody/else")["decision"] == "block"

    def test_a_use_that_was_never_judged_or_whose_facts_changed_is_judged_at_once(self) -> None:
        a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 5)
        assert DueUse.objects.exists()
        assert shop.answer()["decision"] == "pass"
        assert not DueUse.objects.filter(use=shop.use).exists()
        keeping(shop.use, 99)
        assert shop.answer()["decision"] == "block"

    def test_a_day_that_turns_a_verdict_turns_the_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_policy(a_rule("T-1", "days_until(use_case.next_review) < 0"))
        shop = a_shop()
        state("use_case", shop.use.use_case_id, next_review=(today() + dt.timedelta(days=5)).isoformat())
        assert shop.answer()["decision"] == "pass"
        days_later(monkeypatch, 6)
        assert shop.answer()["decision"] == "block"

    def test_without_a_policy_there_is_no_answer(self) -> None:
        with pytest.raises(NotFound):
            a_shop().ask()

    def test_a_new_policy_counts_at_once(self) -> None:
        a_policy(rule())
        shop = a_shop()
        keeping(shop.use, 20)
        assert shop.answer()["decision"] == "pass"
        a_policy(a_rule("T-1", "deployment.retention_days > 10"))
        assert shop.answer()["decision"] == "block"


@pytest.mark.django_db
class TestDeclared:
    RULE = a_rule("T-1", "params.rank[use_case.data_class] > 1")
    RANK = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}

    def a_shop(self, data_class: str | None) -> Shop:
        a_policy(self.RULE, rank=self.RANK)
        shop = a_shop()
        if data_class:
            state("use_case", shop.use.use_case_id, data_class=data_class)
        return shop

    @pytest.mark.parametrize(
        ("registered", "declared", "expected"),
        [
            ("internal", None, "pass"),
            ("internal", "public", "pass"),
            ("internal", "restricted", "block"),
            ("restricted", "public", "block"),
            (None, None, "undecided"),
            (None, "public", "undecided"),
            (None, "restricted", "block"),
        ],
    )
    def test_a_job_may_say_more_than_is_registered_and_never_less(
        self, registered: str | None, declared: str | None, expected: str
    ) -> None:
        shop = self.a_shop(registered)
        answer = shop.answer(declared={"data_class": declared})
        assert answer["decision"] == expected
        if expected == "block" and registered != "restricted":
            assert answer["results"][0]["facts"][0]["source"] == "Declared by the job"

    def test_a_declaration_settles_no_dispute(self) -> None:
        shop = self.a_shop("restricted")
        state("use_case", shop.use.use_case_id, channel="knowledge", data_class="public")
        assert shop.answer(declared={"data_class": "public"})["decision"] == "undecided"

    def test_categories_are_added_and_none_is_taken_away(self) -> None:
        a_policy(a_rule("T-1", "'personal' in use_case.data_categories"))
        shop = a_shop()
        state("use_case", shop.use.use_case_id, data_categories=["personal"])
        assert shop.answer(declared={"data_categories": []})["decision"] == "block"
        other = a_shop("a/b")
        state("use_case", other.use.use_case_id, data_categories=[])
        assert other.answer("a/b")["decision"] == "pass"
        assert other.answer("a/b", declared={"data_categories": ["personal"]})["decision"] == "block"

    def test_a_rule_that_asks_for_more_cannot_be_pleased_by_declaring_it(self) -> None:
        a_policy(a_rule("T-1", "use_case.data_class == 'public'"))
        shop = a_shop()
        state("use_case", shop.use.use_case_id, data_class="public")
        assert shop.answer(declared={"data_class": "restricted"})["decision"] == "block"

    def test_what_a_job_declares_is_not_kept(self) -> None:
        shop = self.a_shop("internal")
        assert shop.answer(declared={"data_class": "restricted"})["decision"] == "block"
        assert shop.answer()["decision"] == "pass"


@pytest.mark.django_db
class TestPlaces:
    def test_every_place_is_named_and_the_first_stands_in_front(self) -> None:
        a_policy(rule())
        places = [{"path": "a.py", "line": 3}, {"path": "b.yaml", "line": None}]
        answer = a_shop().answer({"id": NAME, "locations": places}, {"id": "nobody/x", "locations": places})
        for shown in (*answer["results"], *answer["unregistered"]):
            assert (shown["path"], shown["line"], shown["locations"]) == ("a.py", 3, places)

    def test_without_a_place_there_is_none(self) -> None:
        a_policy(rule())
        (result,) = a_shop().answer()["results"]
        assert (result["path"], result["line"], result["locations"]) == (None, None, [])

    def test_the_fingerprint_is_that_of_the_matter_and_not_of_the_place_or_the_spelling(self) -> None:
        a_policy(rule())
        shop = a_shop()
        prints = {
            shop.answer({"id": spelling, "locations": [{"path": path, "line": line}]})["results"][0]["fingerprint"]
            for spelling, path, line in ((NAME, "a.py", 1), (NAME, "b.py", 99), (f"hf:{NAME.lower()}", "a.py", 2))
        }
        assert len(prints) == 1
        keeping(shop.use, 99)
        assert shop.answer()["results"][0]["fingerprint"] not in prints


@pytest.mark.django_db
class TestValidity:
    def test_a_day_when_nothing_changes_by_itself(self) -> None:
        a_policy(rule())
        shop = a_shop()
        before = now()
        valid = shop.ask().valid_until
        assert before + dt.timedelta(hours=24) - dt.timedelta(seconds=1) <= valid <= now() + dt.timedelta(hours=24)

    def test_the_midnight_of_the_installation_at_which_a_verdict_turns(self, settings: Any) -> None:
        settings.TIME_ZONE = "Asia/Tokyo"
        a_policy(a_rule("T-1", "days_until(use_case.next_review) < 0"))
        shop = a_shop()
        state("use_case", shop.use.use_case_id, next_review=today().isoformat())
        tomorrow = today() + dt.timedelta(days=1)
        assert shop.ask().valid_until == dt.datetime.combine(
            tomorrow, dt.time(), tzinfo=timezone.get_default_timezone()
        )

    def test_the_digest_of_the_facts_follows_the_facts(self) -> None:
        a_policy(rule())
        shop = a_shop()
        first, again = shop.ask(), shop.ask()
        keeping(shop.use, 5)
        assert first.facts_digest == again.facts_digest != shop.ask().facts_digest


@pytest.mark.django_db
class TestSameQuestion:
    def test_the_same_key_and_body_get_the_same_decision(self) -> None:
        a_policy(rule())
        shop = a_shop()
        first = shop.ask(key="run-1")
        keeping(shop.use, 99)
        again = shop.ask(key="run-1")
        assert (again.id, again.response) == (first.id, first.response)
        assert shop.ask(key="run-2").id != first.id
        assert GateDecision.objects.count() == 2

    def test_another_body_is_a_conflict(self) -> None:
        a_policy(rule())
        shop = a_shop()
        shop.ask(key="run-1")
        with pytest.raises(Conflict):
            shop.ask(key="run-1", commit="other")

    def test_a_key_belongs_to_a_project(self) -> None:
        a_policy(rule())
        first, second = a_shop(), a_shop("a/b")
        assert first.ask(key="run-1").id != second.ask("a/b", key="run-1").id

    def test_without_a_key_every_question_is_new(self) -> None:
        a_policy(rule())
        shop = a_shop()
        assert shop.ask().id != shop.ask().id

    @pytest.mark.parametrize("key", ["x" * 201, "a\x00b"])
    def test_a_bad_key(self, key: str) -> None:
        a_policy(rule())
        with pytest.raises(InvalidInput) as refused:
            a_shop().ask(key=key)
        assert refused.value.errors[0].pointer == "/Idempotency-Key"


@pytest.mark.django_db
class TestWhoMay:
    @pytest.mark.parametrize(
        ("role", "may"),
        [
            (Role.ADMINISTRATOR, False),
            (Role.OFFICER, True),
            (Role.APPROVER, False),
            (Role.OWNER, True),
            (Role.AUDITOR, False),
            (Role.CI, True),
        ],
    )
    def test_roles(self, role: str, may: bool) -> None:
        a_policy(rule())
        shop = a_shop()
        shop.job = an_actor(role, team=shop.team)
        if may:
            assert shop.ask().requested_by == shop.job.label
        else:
            with pytest.raises(NotPermitted):
                shop.ask()

    def test_a_strangers_project_does_not_exist(self) -> None:
        a_policy(rule())
        mine, theirs = a_shop(), a_shop("a/b")
        row = theirs.ask("a/b")
        body = {"project": theirs.project.name, "models": [{"id": "a/b"}]}
        with pytest.raises(NotFound) as hidden:
            decide(actor=mine.job, body=body)
        with pytest.raises(NotFound) as missing:
            decide(actor=mine.job, body={**body, "project": "no-such-project"})
        assert [error.pointer for error in hidden.value.errors] == ["/project"]
        assert str(hidden.value).replace(theirs.project.name, "") == str(missing.value).replace("no-such-project", "")
        with pytest.raises(NotFound):
            decision_by_id(mine.job, row.id)
        assert not decisions(mine.job).exists()
        assert list(decisions(officer())) == [row]
        assert decision_by_id(theirs.job, row.id).response == row.response

    def test_a_project_is_entered_once_by_who_may(self) -> None:
        team = a_team()
        for role in (Role.OWNER, Role.CI, Role.AUDITOR, Role.APPROVER):
            with pytest.raises(NotPermitted):
                create_project(actor=an_actor(role, team=team), name="payments", team=team)
        project = create_project(actor=officer(), name="Payments-API", team=team)
        assert (project.name, project.default_branch) == ("payments-api", "main")
        with pytest.raises(DuplicateFound):
            create_project(actor=officer(), name="payments-api", team=a_team())

    @pytest.mark.parametrize("name", ["", "pay ments", "zahlungen-für-alle", "a/b", "x" * 121])
    def test_a_project_needs_a_plain_name(self, name: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            create_project(actor=officer(), name=name, team=a_team())
        assert refused.value.errors[0].pointer == "/name"

    def test_a_decision_stands_in_the_journal_under_the_job(self) -> None:
        a_policy(rule())
        shop = a_shop()
        row = shop.ask()
        entry = history([row.id]).get()
        assert (entry.action, entry.actor_label) == ("gate.decide", shop.job.label)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_models_and_uses() -> None:
    a_policy(rule())
    shop = a_shop()
    names = [NAME]
    for number in range(12):
        model = a_model(aliases=[AliasInput("api", f"model-{number}")])
        names.append(f"model-{number}")
        for environment in ("production", "test"):
            keeping(a_use(shop.team, release=a_release(model), environment=environment), 99)
    judge_uses(actor=SETUP)
    shop.ask()
    counts = []
    for asked in (names[:1], names):
        with CaptureQueriesContext(connection) as queries:
            shop.ask(*asked)
        counts.append(len(queries))
    assert counts[0] == counts[1] - 1 <= 22  # a block looks for alternatives, an unknown does not
    assert PolicyVersion.objects.count() == 1


@pytest.mark.usefixtures("committed_db")
def test_one_key_at_the_same_time_makes_one_decision() -> None:
    a_policy(rule())
    shop = a_shop()
    found = in_threads(*[lambda: shop.ask(key="run-1").id] * 5)
    assert len(set(found)) == 1
    assert GateDecision.objects.count() == 1
