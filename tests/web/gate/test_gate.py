"""The gate on pages: for the developer whose build just went red."""

import pytest

from apps.accounts.selectors import actor_for
from apps.core.changes import change
from apps.core.clock import now
from apps.gate.models import GateDecision, Project
from apps.gate.services import decide
from tests.making import SETUP, state
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import HUB, NASTY, RULES, World


def the_page(world: World) -> str:
    return f"/gate/decisions/{world.ours.rows['decision_id']}"


class TestOneDecision:
    def test_says_what_where_why_and_how_to_mend_it(self, world: World, client_of: ClientOf) -> None:
        page = client_of("owner").get(the_page(world))
        text = main_of(page)
        for shown in (
            "At least one model may not be used like this.",
            HUB,
            "app/llm.py:14",
            f"Text of {RULES[0]}",
            "Nobody/Knows-1B",
            "Not in the register",
            "refs/heads/main",
            "a" * 40,
            "Job of Claims",
            "Countries of storage",
        ):
            assert shown in text, shown
        assert f'href="/uses/{world.ours.use.id}#{RULES[0]}"' in page.content.decode()
        assert 'href="/uses/new?model=Nobody/Knows-1B"' in page.content.decode()

    def test_leads_on_to_a_waiver_and_names_whom_to_ask(self, world: World, client_of: ClientOf) -> None:
        page = client_of("owner").get(the_page(world))
        finding = world.ours.use.findings.get(rule_code=RULES[0])
        assert f'href="/findings/{finding.id}/waiver"' in page.content.decode()
        assert "The officer" in main_of(page)
        assert "/waiver" not in client_of("auditor").get(the_page(world)).content.decode()

    def test_what_stops_the_build_stands_first(self, world: World, client_of: ClientOf) -> None:
        page = client_of("owner").get(the_page(world))
        results = [result for group in page.context["models"] for result in group["results"]]
        order = [("block", "review", "warn").index(result["effect"]) for result in results]
        assert order == sorted(order)
        assert results[0]["rule"] == RULES[0]

    def test_places_of_one_result_are_gathered(self, world: World, client_of: ClientOf) -> None:
        answer = decide(
            actor=SETUP,
            body={
                "project": "payments-claims",
                "models": [
                    {
                        "id": HUB,
                        "locations": [{"path": "a.py", "line": 1}, {"path": "b.py", "line": 2}, {"path": NASTY}],
                    }
                ],
            },
        )
        page = client_of("owner").get(f"/gate/decisions/{answer.id}")
        results = page.context["models"][0]["results"]
        assert len({result["rule"] for result in results}) == len(results)
        assert results[0]["places"] == ["a.py:1", "b.py:2", NASTY]
        assert "<script>alert" not in page.content.decode()

    def test_an_old_one_says_that_it_is_over(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            GateDecision.objects.filter(id=world.ours.rows["decision_id"]).update(valid_until=now())
        assert "Ask again for today's." in main_of(client_of("owner").get(the_page(world)))

    def test_a_pass_says_so(self, world: World, client_of: ClientOf) -> None:
        from apps.policy.evaluation import judge_uses

        state("deployment", world.ours.use.deployment_id, retention_days=1, storage_countries=["DE"])
        state("use_case", world.ours.use.use_case_id, data_class="public")
        judge_uses(actor=SETUP)
        answer = decide(actor=SETUP, body={"project": "payments-claims", "models": [{"id": HUB}]})
        text = main_of(client_of("owner").get(f"/gate/decisions/{answer.id}"))
        assert "These models may be used as the job declared." in text
        assert "No rule found anything that the gate acts on." in text

    def test_words_follow_the_language_of_the_reader(self, world: World, client_of: ClientOf) -> None:
        client = client_of("owner")
        client.post("/preferences", {"language": "de"})
        assert f"Text zu {RULES[0]}" in main_of(client.get(the_page(world)))


class TestDecisions:
    def test_a_project_shows_its_own(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        project = world.ours.rows["project_id"]
        assert f'href="/gate/decisions?project={project}"' in client.get("/gate/projects").content.decode()
        rows = client.get(f"/gate/decisions?project={project}").context["listing"].rows
        assert {row.project_id for row in rows} == {project}
        assert client_of("stranger").get(f"/gate/decisions?project={project}").status_code == 422

    def test_a_job_sees_what_it_was_told(self, world: World) -> None:
        assert actor_for(world.people["ci"]).may("gate.read")


class TestProjects:
    def good(self, world: World, **more: str) -> dict[str, str]:
        return {"name": "Shop_2", "team": str(world.ours.team.id), "default_branch": "main", "description": "", **more}

    def test_one_is_entered(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        answer = client_of("officer").post("/gate/projects/new", self.good(world), follow=True)
        project = Project.objects.latest("created_at")
        assert (project.name, project.team) == ("shop_2", world.ours.team)
        assert "The project shop_2 is entered." in main_of(answer)
        assert [entry.action for entry in entries_since(before)] == ["project.create"]

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "with space"}, "name"),
            ({"name": "<b>"}, "name"),
            ({"name": "x" * 121}, "name"),
            ({"name": "payments-claims"}, "__all__"),
            ({"team": ""}, "team"),
            ({"team": "01a20fa4-0000-7000-8000-000000000000"}, "team"),
            ({"default_branch": ""}, "default_branch"),
            ({"default_branch": "x" * 201}, "default_branch"),
            ({"description": "x" * 1001}, "description"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_kept(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        sent = {"description": "Our shop", **sent}
        page = client_of("officer").post("/gate/projects/new", self.good(world, **sent))
        assert list(errors_of(page)) == [field]
        assert "Our shop" in page.content.decode() or field == "description"
        assert not entries_since(before)
