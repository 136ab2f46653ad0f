"""The lineage of a model on its page: figure, table, claims, suspected parents; and a model as of an earlier moment."""

import re
from urllib.parse import quote

import pytest

from apps.core.clock import now
from apps.registry import services
from apps.registry.models import LineageClaim, LineageEdge, LineageSuggestion, Model
from apps.registry.services import Suggestion
from tests.making import SETUP, a_model, a_release, a_use, state
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import NASTY, World


def claim(child: Model, parent: Model | None = None, **more: str) -> LineageEdge:
    said = {"relation": "finetune", "source": "Model card", **more}
    return services.claim_lineage_edge(actor=SETUP, child=child, parent=parent, **said)[0]  # type: ignore[arg-type]


def suspect(child: Model) -> LineageSuggestion:
    rows = [Suggestion(name="Maker/Suspect", reason="The card's text names it", strength="medium")]
    return services.suggest_parents(actor=SETUP, child=child, suggestions=rows, channel="hf-card")[0]


def page_of(client: object, model: Model, more: str = "") -> str:
    return client.get(f"/models/{model.id}/lineage{more}").content.decode()  # type: ignore[attr-defined]


class TestLineagePage:
    def test_shows_both_directions_with_who_claims_what(self, world: World, client_of: ClientOf) -> None:
        base, tune = a_model("Root-1"), a_model("Leaf-1")
        claim(world.model, base), claim(world.model, base, source="Paper", channel="person"), claim(tune, world.model)
        text = main_of(client_of("officer").get(f"/models/{world.model.id}/lineage"))
        for shown in ("Root-1", "Leaf-1", "Model card", "Paper", "fine-tuned from", "not in the register", "Origin"):
            assert shown in text, shown

    def test_every_box_can_be_reached_with_the_keyboard_from_left_to_right(
        self, world: World, client_of: ClientOf
    ) -> None:
        base, tune = a_model("Root-1"), a_model("Leaf-1")
        claim(world.model, base), claim(tune, world.model)
        svg = re.search(r"<svg.*</svg>", page_of(client_of("officer"), world.model), re.S)
        assert svg
        boxes = re.findall(r'<a class="lineage-link" href="/models/([^/]+)/lineage"><title>([^<]+)', svg.group())
        order = [key for key, _ in boxes]
        assert order.index(str(base.id)) < order.index(str(world.model.id)) < order.index(str(tune.id))
        assert 'role="group"' in svg.group()

    def test_contradicting_relations_are_marked(self, world: World, client_of: ClientOf) -> None:
        base = a_model("Root-1")
        claim(world.model, base), claim(world.model, base, relation="quantized", source="BOM")
        assert "contradicted" in main_of(client_of("officer").get(f"/models/{world.model.id}/lineage"))

    def test_a_large_family_is_folded_in_the_figure_and_paged_in_the_table(
        self, world: World, client_of: ClientOf
    ) -> None:
        for number in range(60):
            claim(a_model(f"Child {number:03}"), world.model)
        client = client_of("officer")
        page = page_of(client, world.model)
        assert re.search(r"\+ \d+", page)
        assert 'rel="next"' in page
        names = {
            name for part in ("", "?page=2") for name in re.findall(r"Child \d{3}", page_of(client, world.model, part))
        }
        assert len(names) == 60

    def test_as_many_queries_for_many_relatives_as_for_few(
        self, world: World, client_of: ClientOf, django_assert_max_num_queries: object
    ) -> None:
        for _ in range(40):
            claim(a_model(), world.model)
        client = client_of("officer")
        page_of(client, world.model)
        with django_assert_max_num_queries(45):  # type: ignore[operator]
            page_of(client, world.model)

    def test_names_are_text(self, world: World, client_of: ClientOf) -> None:
        claim(a_model(NASTY), world.model, source=NASTY, note=NASTY), claim(world.model, parent_name=NASTY)
        assert "<script>alert" not in page_of(client_of("officer"), world.model)


class TestClaimsAndSuggestions:
    def test_an_officer_withdraws_a_claim_with_a_reason(self, world: World, client_of: ClientOf) -> None:
        edge = claim(world.model, a_model("Root-1"))
        address = f"/models/{world.model.id}/lineage/withdraw"
        sent = {"claim": str(edge.claims.get().id), "reason": ""}
        assert "field-error" in client_of("officer").post(address, sent).content.decode()
        assert LineageEdge.objects.filter(id=edge.id).exists()
        client_of("officer").post(address, {**sent, "reason": "Wrong card"})
        assert not LineageEdge.objects.filter(id=edge.id).exists()
        assert LineageClaim.objects.get(edge=edge).withdrawn_reason == "Wrong card"

    def test_a_suspected_parent_is_confirmed(self, world: World, client_of: ClientOf) -> None:
        row = suspect(world.model)
        officer = client_of("officer")
        assert "Maker/Suspect" in page_of(officer, world.model)
        address = f"/lineage-suggestions/{row.id}/decide"
        refused = officer.post(address, {"decision": "confirm", "relation": "", "reason": "Same tokenizer"})
        assert "field-error" in refused.content.decode()
        officer.post(address, {"decision": "confirm", "relation": "finetune", "reason": "Same tokenizer"})
        edge = LineageEdge.objects.get(child=world.model, parent_name="Maker/Suspect")
        assert (edge.state, edge.relation) == ("claimed_by_owner", "finetune")

    def test_a_suspected_parent_is_refused(self, world: World, client_of: ClientOf) -> None:
        row = suspect(world.model)
        client_of("officer").post(f"/lineage-suggestions/{row.id}/decide", {"decision": "refuse", "reason": "Own work"})
        row.refresh_from_db()
        assert (row.status, row.decision_reason) == ("refused", "Own work")
        text = main_of(client_of("officer").get(f"/models/{world.model.id}/lineage"))
        assert "Refused" in text

    @pytest.mark.parametrize("persona", ["owner", "auditor", "approver"])
    def test_others_read_and_decide_nothing(self, world: World, client_of: ClientOf, persona: str) -> None:
        row = suspect(world.model)
        client = client_of(persona)
        text = main_of(client.get(f"/models/{world.model.id}/lineage"))
        assert "Maker/Suspect" in text
        assert "Decide" not in text
        assert "Withdraw" not in text
        answer = client.post(f"/lineage-suggestions/{row.id}/decide", {"decision": "refuse", "reason": "No"})
        assert answer.status_code == 403


class TestAsOf:
    def test_a_model_is_shown_as_it_was_known_and_says_so(self, world: World, client_of: ClientOf) -> None:
        model = a_model("Old-1")
        old = claim(model, a_model("Early root"))
        state("release", a_release(model).id, licence_declared="early-terms")
        then = quote(now().isoformat())
        services.withdraw_lineage_claims(actor=SETUP, claim_ids=[old.claims.get().id], reason="Wrong")
        claim(model, a_model("Late root"))
        state("release", a_release(model).id, licence_declared="late-terms")
        client = client_of("officer")
        for address in (f"/models/{model.id}", f"/models/{model.id}/lineage"):
            past, present = (main_of(client.get(address + more)) for more in (f"?as_of={then}", ""))
            assert "You are looking at the past" in past
            assert "You are looking at the past" not in present
            assert ("Early root" in past, "Late root" in past) == (True, False)
            assert ("Early root" in present, "Late root" in present) == (False, True)
        past = main_of(client.get(f"/models/{model.id}?as_of={then}"))
        assert "early-terms" in past
        assert "late-terms" not in past
        assert "Add a parent" not in past

    def test_a_parent_that_resolved_later_was_a_name_then(self, world: World, client_of: ClientOf) -> None:
        model = a_model("Old-2")
        claim(model, parent_name="Maker/Base")
        then = quote(now().isoformat())
        a_model("Found base", aliases=[services.AliasInput("huggingface", "Maker/Base")])
        client = client_of("officer")
        assert "not in the register" in main_of(client.get(f"/models/{model.id}/lineage?as_of={then}"))
        assert "Found base" in main_of(client.get(f"/models/{model.id}/lineage"))

    @pytest.mark.parametrize("moment", ["2999-01-01T00:00", "yesterday"])
    def test_a_moment_that_is_none_is_said_at_the_field(self, world: World, client_of: ClientOf, moment: str) -> None:
        page = client_of("officer").get(f"/models/{world.model.id}/lineage?as_of={moment}")
        assert "field-error" in page.content.decode()
        assert "You are looking at the past" not in page.content.decode()


def test_uses_of_relatives_are_those_in_sight(world: World, client_of: ClientOf) -> None:
    child = a_model("Used child")
    claim(child, world.model)
    a_use(release=a_release(child))
    assert '<td class="num">1</td>' in page_of(client_of("officer"), world.model)
    assert '<td class="num">1</td>' not in page_of(client_of("owner"), world.model)


def test_the_list_of_models_shows_and_filters_by_origin_along_the_weights(world: World, client_of: ClientOf) -> None:
    tune = a_model("Made elsewhere")
    claim(tune, world.model)
    client = client_of("officer")
    found = main_of(client.get("/models?origin=CN"))
    assert "Made elsewhere" in found
    assert "China" in found
    assert "Made elsewhere" not in main_of(client.get("/models?origin=US"))
