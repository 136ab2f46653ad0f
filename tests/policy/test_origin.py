"""Origin: through weights and never through a name, with teachers and hosts in roles of their own."""

import datetime as dt

import pytest

from apps.core.clock import now
from apps.registry.selectors import Lineage
from tests.making import a_model, state
from tests.policy.making import base, developer, edge, entry, sheet_of, use_of, value

pytestmark = pytest.mark.django_db


class TestOrigin:
    def test_a_base_model_comes_from_where_its_developer_sits(self) -> None:
        use = use_of(base("FR"))
        assert value(use, "model.origin_countries") == ["FR"]
        assert value(use, "model.lineage_complete") is True

    def test_weights_bring_their_origin_through_every_generation(self) -> None:
        root, middle = base("CN"), a_model(developer=developer("DE"), kind="fine_tune")
        tune = a_model(developer=developer("US"), kind="quantisation")
        edge(middle, root)
        edge(tune, middle, "quantized")
        use = use_of(tune)
        assert value(use, "model.origin_countries") == ["CN", "DE", "US"]
        shown = {(one["country"], one["role"], one["model"]) for one in value(use, "model.origin")}
        assert shown == {
            ("US", "developer", tune.name),
            ("DE", "weight_ancestor", middle.name),
            ("CN", "weight_ancestor", root.name),
        }

    @pytest.mark.parametrize("relation", ["distilled_from", "synthetic_data_from"])
    def test_a_teacher_is_shown_in_its_own_role_and_passes_no_origin(self, relation: str) -> None:
        student = base("US")
        edge(student, base("CN"), relation)
        use = use_of(student)
        assert value(use, "model.origin_countries") == ["US"]
        assert {(one["country"], one["role"]) for one in value(use, "model.origin")} == {
            ("US", "developer"),
            ("CN", "teacher"),
        }

    def test_the_teacher_of_an_ancestor_is_shown_too(self) -> None:
        root, tune = base("US"), a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, root)
        edge(root, base("KR"), "distilled_from")
        roles = {(one["country"], one["role"]) for one in value(use_of(tune), "model.origin")}
        assert ("KR", "teacher") in roles

    @pytest.mark.parametrize("relation", ["draft_for", "component_of", "runtime_dependency"])
    def test_what_only_runs_beside_it_is_no_origin(self, relation: str) -> None:
        model = base("US")
        edge(model, base("CN"), relation)
        assert value(use_of(model), "model.origin_countries") == ["US"]
        assert {one["country"] for one in value(use_of(model), "model.origin")} == {"US"}

    def test_the_host_is_shown_in_its_role(self) -> None:
        host = developer("IE")
        use = use_of(base("US"), operator_id=host.id)
        assert ("IE", "host", host.name) in {
            (one["country"], one["role"], one["party"]) for one in value(use, "model.origin")
        }
        assert value(use, "model.origin_countries") == ["US"]

    def test_an_unresolved_parent_leaves_the_known_part_and_no_more(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base("CN"))
        edge(tune, None, "merge", parent_name="somebody/unknown-model")
        use = use_of(tune)
        assert entry(use, "model.origin_countries") is None
        assert value(use, "model.origin_confirmed") == ["CN", "US"]
        complete = entry(use, "model.lineage_complete")
        assert complete is not None
        assert complete["value"] is False
        assert "somebody/unknown-model" in complete["source"]

    def test_a_developer_without_a_country_leaves_the_known_part(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base(None))
        use = use_of(tune)
        assert entry(use, "model.origin_countries") is None
        assert value(use, "model.origin_confirmed") == ["US"]

    def test_nothing_known_is_nothing_confirmed(self) -> None:
        facts = sheet_of(use_of(a_model())).facts
        assert not {"model.origin_countries", "model.origin_confirmed", "model.origin"} & set(facts)

    @pytest.mark.parametrize(
        "kind", ["unknown", "fine_tune", "adapter", "merge", "quantisation", "distillation", "embedding", "classifier"]
    )
    def test_only_a_base_model_is_complete_without_parents(self, kind: str) -> None:
        use = use_of(a_model(developer=developer("US"), kind=kind))
        assert entry(use, "model.lineage_complete") is None
        assert entry(use, "model.origin_countries") is None

    def test_a_line_that_ends_at_another_fine_tune_is_not_complete(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, a_model(developer=developer("DE"), kind="fine_tune"))
        use = use_of(tune)
        assert entry(use, "model.lineage_complete") is None
        assert entry(use, "model.origin_countries") is None

    @pytest.mark.parametrize("doubt", ["unknown", "disputed"])
    def test_an_edge_in_doubt_completes_nothing(self, doubt: str) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base("US"), state=doubt)
        assert entry(use_of(tune), "model.lineage_complete") is None

    def test_what_an_officer_stated_about_completeness_counts(self) -> None:
        model = a_model(developer=developer("US"), kind="embedding")
        state("model", model.id, lineage_complete=True)
        assert value(use_of(model), "model.origin_countries") == ["US"]
        state("model", model.id, lineage_complete=False)
        assert entry(use_of(model), "model.origin_countries") is None

    def test_a_derived_value_is_as_weak_as_its_weakest_and_as_old_as_its_oldest_ground(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base("CN"), state="inferred", as_of=dt.date(2025, 1, 1))
        found = entry(use_of(tune), "model.origin_countries")
        assert found is not None
        assert (found["state"], found["as_of"]) == ("inferred", "2025-01-01")
        confirmed = entry(use_of(tune), "model.origin_confirmed")
        assert confirmed is not None
        assert confirmed["state"] == "claimed_by_owner"


def test_the_lineage_of_a_past_moment_has_no_later_edges() -> None:
    child = a_model()
    then = now()
    edge(child, a_model())
    assert not Lineage.load(then).ancestors(child.id)
    assert len(Lineage.load().ancestors(child.id)) == 1
