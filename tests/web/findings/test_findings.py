"""The queue, one finding, the records to complete."""

from apps.findings.models import Finding, Task
from apps.policy.evaluation import judge_uses
from tests.making import SETUP, state
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import RULES, World


class TestQueue:
    def test_shows_causes_and_open_findings(self, world: World, client_of: ClientOf) -> None:
        page = client_of("officer").get("/findings")
        text = main_of(page)
        assert f"{RULES[0]} · 2 findings" in text
        assert {row.status for row in page.context["listing"].rows} == {"open"}
        assert page.context["listing"].count == Finding.objects.filter(status="open").count()

    def test_a_cause_shows_its_findings_only(self, world: World, client_of: ClientOf) -> None:
        page = client_of("officer").get(f"/findings?rule={RULES[1]}")
        assert {row.rule_code for row in page.context["listing"].rows} == {RULES[1]}
        assert f'?rule={RULES[1]}" aria-current="true"' in page.content.decode()

    def test_what_is_resolved_is_shown_when_asked_for(self, world: World, client_of: ClientOf) -> None:
        state("deployment", world.ours.use.deployment_id, retention_days=1)
        judge_uses(actor=SETUP)
        client = client_of("officer")
        resolved = client.get("/findings?status=resolved").context["listing"]
        assert {(row.rule_code, row.use_id) for row in resolved.rows} == {(RULES[1], world.ours.use.id)}
        every, still = (client.get(f"/findings{asked}").context["listing"].count for asked in ("?status=any", ""))
        assert every == still + 1

    def test_a_team_sees_its_own(self, world: World, client_of: ClientOf) -> None:
        page = client_of("owner").get("/findings")
        assert {row.use_id for row in page.context["listing"].rows} == {world.ours.use.id}
        assert f"{RULES[0]} · 1 finding" in main_of(page)
        assert "Marketing" not in main_of(page)

    def test_a_rule_that_there_is_not_shows_nothing(self, world: World, client_of: ClientOf) -> None:
        page = client_of("officer").get("/findings?rule=<script>alert(1)</script>")
        assert not page.context["listing"].rows
        assert "<script>alert" not in page.content.decode()


class TestOneFinding:
    def test_says_the_sentence_the_facts_the_fix_and_the_life_so_far(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get(f"/findings/{world.ours.rows['finding_id']}"))
        for shown in (
            f"Text of {RULES[0]}",
            "Restricted",
            "Intake form",
            "Owner of Claims",
            "Open since",
            "Due",
        ):
            assert shown in text, shown

    def test_a_waiver_is_offered_to_those_who_may_ask_and_only_once(self, world: World, client_of: ClientOf) -> None:
        first = world.ours.rows["finding_id"]  # has a waiver that is being asked for
        second = Finding.objects.get(use=world.ours.use, rule_code=RULES[1]).id
        never = Finding.objects.filter(use=world.ours.use, waivable=False).first()
        offered = "Ask for a waiver"
        assert offered not in main_of(client_of("owner").get(f"/findings/{first}"))
        assert offered in main_of(client_of("owner").get(f"/findings/{second}"))
        assert offered in main_of(client_of("officer").get(f"/findings/{second}"))
        for persona in ("auditor", "administrator", "approver"):
            assert offered not in main_of(client_of(persona).get(f"/findings/{second}"))
        assert never is None or offered not in main_of(client_of("owner").get(f"/findings/{never.id}"))


class TestTasks:
    def test_name_the_missing_facts_and_how_many_rules_wait(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get("/tasks"))
        assert "Letters of Claims" in text
        assert "Countries of storage (1 rule)" in text
        assert "Letters of Marketing" not in text

    def test_done_ones_are_shown_when_asked_for(self, world: World, client_of: ClientOf) -> None:
        state("deployment", world.ours.use.deployment_id, storage_countries=["DE"])
        judge_uses(actor=SETUP)
        assert Task.objects.get(use=world.ours.use).status == Task.Status.DONE
        client = client_of("owner")
        assert "Every record is complete" in main_of(client.get("/tasks"))
        assert "Letters of Claims" in main_of(client.get("/tasks?status=done"))
        assert "Letters of Claims" in main_of(client.get("/tasks?status=any"))
