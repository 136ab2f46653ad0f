"""Models on pages: everything known, entering one, adding a parent; and the two halves of uses."""

import pytest

from apps.core.changes import change
from apps.registry.models import Deployment, LineageEdge, Model
from apps.registry.services import add_lineage_edge
from tests.making import SETUP, a_model
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import FORMULA, HUB, NASTY, World


class TestOneModel:
    def test_shows_what_is_known_each_with_state_source_and_date(self, world: World, client_of: ClientOf) -> None:
        page = client_of("officer").get(f"/models/{world.model.id}")
        text = main_of(page)
        for shown in (
            "Alpha Labs",
            "Kind unknown",
            "Open weights",
            HUB,
            "Alpha Licence 1.0",
            "Floating: whatever is newest",
            "Base-7B",
            "not in the register",
            "fine-tuned from",
            "Beta-7B",
            "Letters of Claims",
            "Letters of Marketing",
            "Claimed by owner",
            "Unknown",
        ):
            assert shown in text, shown
        assert "<svg" in page.content.decode()

    def test_a_team_sees_its_own_uses_only(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get(f"/models/{world.model.id}"))
        assert "Letters of Claims" in text
        assert "Letters of Marketing" not in text

    def test_buttons_are_for_those_who_may(self, world: World, client_of: ClientOf) -> None:
        for persona, registers, relates in (
            ("officer", True, True),
            ("owner", True, False),
            ("auditor", False, False),
            ("approver", False, False),
        ):
            text = main_of(client_of(persona).get(f"/models/{world.model.id}"))
            assert ("Register a use" in text) == registers, persona
            assert ("Add a parent" in text) == relates, persona
            assert "Audit PDF" in text, persona

    def test_names_are_text_also_in_the_picture(self, world: World, client_of: ClientOf) -> None:
        child = a_model(NASTY)
        add_lineage_edge(actor=SETUP, child=child, parent_name=f"{NASTY} base", relation="merge", source=NASTY)
        add_lineage_edge(actor=SETUP, child=world.model, parent_name=FORMULA, relation="merge", source=FORMULA)
        for address in (f"/models/{child.id}", f"/models/{world.model.id}", "/models"):
            assert "<script>alert" not in client_of("officer").get(address).content.decode(), address


class TestEntering:
    def good(self, world: World, **more: str) -> dict[str, str]:
        return {"name": "New-1B", "developer": str(world.developer.id), "identifier": "Alpha/New-1B", **more}

    def test_a_model_is_entered(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        answer = client_of("owner").post("/models/new", self.good(world), follow=True)
        model = Model.objects.get(name="New-1B")
        assert answer.redirect_chain == [(f"/models/{model.id}", 302)]
        assert model.developer == world.developer
        assert model.kind == Model.Kind.UNKNOWN  # nothing is read off the name
        assert {entry.action for entry in entries_since(before)} == {"model.register"}
        assert "Alpha/New-1B" in main_of(answer)

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 301}, "name"),
            ({"name": "a\u202eb"}, "name"),
            ({"identifier": "with space"}, "identifier"),
            ({"identifier": "x" * 301}, "identifier"),
            ({"developer": "x"}, "developer"),
            ({"developer": "01a20fa4-0000-7000-8000-000000000000"}, "developer"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_kept(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        page = client_of("officer").post("/models/new", self.good(world, **sent))
        assert list(errors_of(page)) == [field]
        assert "New-1B" in page.content.decode() or field == "name"
        assert not entries_since(before)

    @pytest.mark.parametrize("sent", [{"name": "alpha-7b", "identifier": ""}, {"identifier": HUB.lower()}])
    def test_one_that_is_there_is_offered_instead(
        self, world: World, client_of: ClientOf, sent: dict[str, str]
    ) -> None:
        page = client_of("officer").post("/models/new", self.good(world, **sent))
        assert f'href="/models/{world.model.id}"' in page.content.decode()
        assert not Model.objects.filter(name__startswith="New").exists()


class TestParents:
    def good(self, **more: str) -> dict[str, str]:
        return {"relation": "merge", "parent": "Beta/Beta-7B", "source": "Model card", "source_url": "", **more}

    def test_a_parent_that_is_in_the_register_is_linked(self, world: World, client_of: ClientOf) -> None:
        child, before = a_model("Gamma-7B"), newest()
        before = newest()
        answer = client_of("officer").post(f"/models/{child.id}/parents/new", self.good(), follow=True)
        edge = LineageEdge.objects.get(child=child)
        assert edge.parent is not None
        assert edge.parent.name == "Beta-7B"
        assert "The edge is recorded" in main_of(answer)
        assert len({entry.action for entry in entries_since(before) if entry.actor_kind == "user"}) == 1

    def test_one_that_is_not_stays_visible_by_its_name(self, world: World, client_of: ClientOf) -> None:
        child = a_model("Gamma-7B")
        client_of("officer").post(f"/models/{child.id}/parents/new", self.good(parent="Who/Knows"))
        edge = LineageEdge.objects.get(child=child)
        assert (edge.parent, edge.parent_name) == (None, "Who/Knows")

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"relation": "cousin"}, "relation"),
            ({"parent": ""}, "parent"),
            ({"parent": "x" * 301}, "parent"),
            ({"source": ""}, "source"),
            ({"source": "x" * 501}, "source"),
            ({"source_url": "javascript:alert(1)"}, "source_url"),
            ({"source_url": "ftp://x.example"}, "source_url"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_kept(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        page = client_of("officer").post(f"/models/{world.model.id}/parents/new", self.good(**sent))
        assert list(errors_of(page)) == [field]
        assert "Model card" in page.content.decode() or field == "source"
        assert not entries_since(before)

    def test_a_circle_is_refused(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        for parent in ("Beta/Beta-7B", HUB):
            address = f"/models/{world.model.id}/parents/new"
            assert errors_of(client_of("officer").post(address, self.good(parent=parent)))
        assert not entries_since(before)


class TestHalves:
    """Deployments and use cases: the two halves of uses."""

    def test_a_deployment_shows_its_facts_and_uses(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get(f"/deployments/{world.ours.use.deployment_id}"))
        for shown in ("Alpha-7B", "First-party API", "Production", "Claims", "Letters of Claims", "90", "Alpha Labs"):
            assert shown in text, shown

    def test_a_use_case_shows_people_by_name(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get(f"/use-cases/{world.ours.use.use_case_id}"))
        for shown in ("Owner of Claims", "Claims", "Letters of Claims", "Restricted", "Intake form"):
            assert shown in text, shown
        assert str(world.ours.owner.id) not in text

    def test_what_was_only_seen_is_marked(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            Deployment.objects.filter(id=world.ours.use.deployment_id).update(observed_only=True)
        assert "Seen, not registered" in main_of(client_of("owner").get("/deployments"))
