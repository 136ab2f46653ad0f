"""Edges with claims: who says what a model was made from, one beside the other, and how unresolved parents resolve."""

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest

from apps.core.errors import InvalidInput, NotPermitted
from apps.registry import services
from apps.registry.models import LineageClaim, LineageEdge, Model
from apps.registry.services import AliasInput
from apps.registry.services import lineage as lineage_services
from tests.making import SETUP, a_model, a_team, an_actor, officer

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 9, 1)


def claim(child: Model, parent: Model | None = None, **more: Any) -> tuple[LineageEdge, str]:
    said = {
        "relation": "finetune",
        "source": "Model card",
        "state": "claimed_by_provider",
        "channel": "hf-card",
        **more,
    }
    return services.claim_lineage_edge(actor=SETUP, child=child, parent=parent, **said)


def withdraw(*claims: LineageClaim) -> int:
    return services.withdraw_lineage_claims(actor=SETUP, claim_ids=[one.id for one in claims], reason="Wrong file")


class TestClaims:
    def test_the_first_claim_makes_the_edge_and_lends_it_its_source(self) -> None:
        edge, outcome = claim(a_model(), a_model(), as_of=DAY, source_url="https://example.test/card")
        only = edge.claims.get()
        assert outcome == "created"
        assert (edge.source_label, edge.as_of, edge.state) == ("Model card", DAY, "claimed_by_provider")
        assert (only.who, only.channel, only.withdrawn_at) == (SETUP.label, "hf-card", None)

    def test_the_same_again_changes_nothing_whatever_day_it_is(self) -> None:
        child, parent = a_model(), a_model()
        edge, _ = claim(child, parent, as_of=DAY)
        version = LineageEdge.objects.get(id=edge.id).row_version
        for again in ({}, {"as_of": DAY}, {"as_of": DAY - dt.timedelta(days=3)}):
            assert claim(child, parent, **again) == (edge, "unchanged")
        assert LineageEdge.objects.get(id=edge.id).row_version == version
        assert edge.claims.count() == 1

    def test_a_second_source_stands_beside_the_first(self) -> None:
        child, parent = a_model(), a_model()
        edge, _ = claim(child, parent)
        assert claim(child, parent, source="Technical report", channel="person")[1] == "claimed"
        assert claim(child, parent, source="BOM", channel="cyclonedx") == (edge, "claimed")
        assert {one.source_label for one in edge.claims.all()} == {"Model card", "Technical report", "BOM"}

    @pytest.mark.parametrize(
        ("second", "leads"),
        [
            ({"state": "verified"}, "Second"),
            ({"state": "claimed_by_provider", "channel": "person"}, "Second"),
            ({"state": "claimed_by_provider"}, "Model card"),
            ({"state": "inferred"}, "Model card"),
            ({"state": "disputed"}, "Model card"),
            ({"state": "unknown"}, "Model card"),
        ],
    )
    def test_the_surest_claim_leads_and_no_import_overrides_a_person(self, second: dict[str, str], leads: str) -> None:
        child, parent = a_model(), a_model()
        claim(child, parent)
        edge, _ = claim(child, parent, **{"source": "Second", "channel": "spdx", **second})
        assert LineageEdge.objects.get(id=edge.id).source_label == leads

    def test_a_source_that_says_something_else_replaces_what_it_said(self) -> None:
        child, parent = a_model(), a_model()
        edge, _ = claim(child, parent, note="one")
        assert claim(child, parent, note="two") == (edge, "claimed")
        assert [(one.note, one.withdrawn_at is None) for one in edge.claims.all()] == [("one", False), ("two", True)]
        assert claim(child, parent, note="two", as_of=dt.date.today())[1] == "unchanged"  # noqa: DTZ011

    def test_an_edge_ends_with_its_last_claim_and_stays_as_history(self) -> None:
        child, parent = a_model(), a_model()
        edge, _ = claim(child, parent)
        claim(child, parent, source="BOM")
        first, second = edge.claims.all()
        assert withdraw(first) == 1
        assert LineageEdge.objects.get(id=edge.id).source_label == "BOM"
        assert withdraw(first) == 0
        assert withdraw(second) == 1
        assert not LineageEdge.objects.filter(id=edge.id).exists()
        assert LineageEdge.every.get(id=edge.id).ended_at is not None
        assert claim(child, parent)[1] == "created"

    def test_those_who_see_only_their_own_claim_nothing_for_all(self) -> None:
        team = a_team()
        edge, _ = claim(a_model(), a_model())
        actor = an_actor("owner", team=team)
        with pytest.raises(NotPermitted):
            services.claim_lineage_edge(actor=actor, child=edge.child, parent_name="x", relation="merge", source="Card")
        with pytest.raises(NotPermitted):
            services.withdraw_lineage_claims(actor=actor, claim_ids=[edge.claims.get().id], reason="No")

    def test_an_officer_may_verify(self) -> None:
        actor = officer()
        edge, _ = services.claim_lineage_edge(
            actor=actor, child=a_model(), parent=a_model(), relation="merge", source="Own look", state="verified"
        )
        assert (edge.state, edge.claims.get().who) == ("verified", actor.label)


class TestLimits:
    def test_a_model_has_no_more_parents_than_the_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lineage_services, "MOST_PARENTS", 3)
        child = a_model()
        for number in range(3):
            claim(child, parent_name=f"x/{number}", relation="merge")
        with pytest.raises(InvalidInput, match="has 3 parents already"):
            claim(child, parent_name="x/3", relation="merge")
        assert claim(child, parent_name="x/1", relation="merge", source="BOM")[1] == "claimed"

    def test_a_claim_looks_at_no_more_rows_when_the_graph_is_large(self, django_assert_max_num_queries: Any) -> None:
        chain = [a_model() for _ in range(30)]
        for child, parent in pairwise(chain):
            claim(child, parent)
        with django_assert_max_num_queries(30), pytest.raises(InvalidInput):
            claim(chain[-1], chain[0])


class TestResolving:
    def test_an_unresolved_parent_resolves_when_its_identifier_comes_into_the_register(self) -> None:
        edge, _ = claim(a_model(), parent_name="Maker/Base-7B", parent_namespace="huggingface")
        assert edge.parent is None
        base = a_model("Something", aliases=[AliasInput("huggingface", "maker/base-7b")])
        edge.refresh_from_db()
        assert (edge.parent, edge.parent_name) == (base, "Maker/Base-7B")
        assert edge.resolved_at is not None

    def test_an_identifier_that_is_added_later_resolves_too(self) -> None:
        base = a_model()
        edge, _ = claim(a_model(), parent_name="https://huggingface.co/Maker/Base-7B")
        services.add_alias(actor=SETUP, model=base, namespace="huggingface", identifier="Maker/Base-7B")
        edge.refresh_from_db()
        assert edge.parent == base

    def test_another_namespace_and_the_mere_name_resolve_nothing(self) -> None:
        edge, _ = claim(a_model(), parent_name="Maker/Base-7B", parent_namespace="huggingface")
        a_model("Maker/Base-7B", aliases=[AliasInput("ollama", "Maker/Base-7B")])
        edge.refresh_from_db()
        assert edge.parent is None

    def test_a_name_that_means_two_models_stays_unresolved(self) -> None:
        for namespace in ("api", "openrouter"):
            a_model(aliases=[AliasInput(namespace, "twin")])
        assert claim(a_model(), parent_name="twin")[0].parent is None

    def test_a_name_that_is_known_resolves_at_once_and_meets_the_edge_that_is_there(self) -> None:
        base, child = a_model(aliases=[AliasInput("huggingface", "Maker/Base")]), a_model()
        edge, _ = claim(child, base, source="Paper")
        assert claim(child, parent_name="maker/BASE@main", parent_namespace="huggingface") == (edge, "claimed")

    def test_spelling_and_a_missing_namespace_make_no_second_edge(self) -> None:
        child = a_model()
        edge, _ = claim(child, parent_name="Maker/Base")
        assert claim(child, parent_name="maker/base", parent_namespace="huggingface", source="BOM") == (edge, "claimed")
        assert LineageEdge.objects.get(child=child).parent_namespace == "huggingface"

    def test_whoever_names_the_parent_of_an_unresolved_edge_resolves_it(self) -> None:
        child, base = a_model(), a_model()
        edge, _ = claim(child, parent_name="Mystery-0")
        assert claim(child, base, parent_name="Mystery-0", source="Own look", channel="person") == (edge, "claimed")
        assert LineageEdge.objects.get(child=child).parent == base

    def test_claims_of_the_unresolved_edge_go_over_to_the_one_that_is_there(self) -> None:
        child, base = a_model(), a_model()
        opened, _ = claim(child, parent_name="Maker/Base", source="BOM")
        edge, _ = claim(child, base, source="Paper")
        services.add_alias(actor=SETUP, model=base, namespace="huggingface", identifier="Maker/Base")
        assert list(LineageEdge.objects.filter(child=child)) == [edge]
        assert {one.source_label for one in edge.claims.filter(withdrawn_at=None)} == {"Paper", "BOM"}
        assert LineageEdge.every.get(id=opened.id).ended_at is not None

    def test_nothing_resolves_into_a_circle(self) -> None:
        base, child = a_model(), a_model()
        edge, _ = claim(base, parent_name="Maker/Child")
        claim(child, base)
        services.add_alias(actor=SETUP, model=child, namespace="huggingface", identifier="Maker/Child")
        edge.refresh_from_db()
        assert edge.parent is None

    def test_a_model_that_names_itself_is_not_its_parent(self) -> None:
        child = a_model(aliases=[AliasInput("huggingface", "Maker/Self")])
        with pytest.raises(InvalidInput, match="made from"):
            claim(child, parent_name="Maker/Self", parent_namespace="huggingface")
