"""Lineage, origin and suspected parents over the API."""

import pytest

from apps.accounts.roles import Role
from apps.registry import services
from apps.registry.services import Suggestion
from tests.api.calling import a_caller
from tests.making import SETUP, a_model
from tests.policy.making import base, edge

pytestmark = pytest.mark.django_db


def test_lineage_and_origin_of_a_model_with_the_path_behind_each_element() -> None:
    root, tune, leaf = base("CN"), base("US"), a_model()
    edge(tune, root), edge(leaf, tune)
    auditor = a_caller(Role.AUDITOR)
    found = auditor.get(f"models/{tune.id}/lineage")
    assert [one["parent"] for one in found["ancestors"]] == [str(root.id)]
    assert [one["child"] for one in found["descendants"]] == [str(leaf.id)]
    origin = {(one["country"], one["role"]): one for one in auditor.get(f"models/{tune.id}/origin")["elements"]}
    assert origin.keys() == {("US", "developer"), ("CN", "weight_ancestor")}
    assert [step["parent"] for step in origin["CN", "weight_ancestor"]["path"]] == [str(root.id)]
    elements = auditor.get(f"models/{leaf.id}/origin")["elements"]
    assert {one["role"]: one["country"] for one in elements}["developer"] is None


def test_an_edge_shows_who_claims_it() -> None:
    child = a_model()
    edge(child, a_model())
    shown = a_caller(Role.AUDITOR).get(f"lineage-edges?child={child.id}")["results"][0]
    assert [(one["source_label"], one["who"]) for one in shown["claims"]] == [("Model card", SETUP.label)]


def test_suspected_parents_are_listed_confirmed_and_refused() -> None:
    child = a_model()
    rows = [Suggestion(name=name, reason="Same architecture") for name in ("x/one", "x/two")]
    one, two = services.suggest_parents(actor=SETUP, child=child, suggestions=rows, channel="hf-card")
    officer = a_caller(Role.OFFICER)
    body = {"relation": "finetune", "reason": "Same tokenizer", "state": "verified"}
    officer.post(f"lineage-suggestions/{one.id}/confirm", body, status=200)
    officer.post(f"lineage-suggestions/{two.id}/refuse", {"reason": "Own work"}, status=200)
    states = {row["parent_name"]: row["status"] for row in officer.get("lineage-suggestions")["results"]}
    assert states == {"x/one": "confirmed", "x/two": "refused"}
    officer.refused("POST", f"lineage-suggestions/{two.id}/confirm", body, status=409)
    assert officer.get(f"lineage-edges?child={child.id}")["results"][0]["state"] == "verified"
