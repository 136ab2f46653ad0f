"""Exposure over the API: below parties, models and uses."""

import pytest

from apps.accounts.roles import Role
from apps.core.ids import uuid7
from apps.sanctions.models import Listing
from tests.api.calling import Holder, a_caller
from tests.making import a_model, a_party, a_use
from tests.policy.making import SOURCED, edge, own, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Holder:
    return a_caller(Role.OFFICER)


def test_use_model_and_party_tell_what_reaches_them(officer: Holder) -> None:
    maker, owner = a_party("Maker"), a_party("Owner")
    own(owner, maker)
    saved(Listing(party=owner, list_key="US-SDN", status="listed", **SOURCED))
    base = a_model("Base", developer=maker, kind="base")
    tune = a_model("Tune")
    edge(tune, base)
    use = a_use(release=tune.releases.get())
    for path, way in (
        (f"parties/{maker.id}", "ownership"),
        (f"models/{tune.id}", "lineage"),
        (f"uses/{use.id}", "lineage"),
    ):
        found = officer.get(f"{path}/exposure")
        listed = next(row for row in found["rows"] if row["kind"] == "list")
        assert (listed["way"], listed["party"], listed["key"]) == (way, str(owner.id), "US-SDN")
        assert listed["path"][-2:] == ["Maker", "Owner"]
        assert (listed["state"], listed["as_of"]) == ("listed", "2026-10-01")
        share = next(row for row in found["rows"] if row["kind"] == "regime")
        assert (share["key"], share["effect"], share["owned_pct"]) == ("OFAC", "blocking", "60.000")
        assert share["us"] == {"bound": "unknown", "reason": "facts-missing", "missing_facts": ["is_us_person"]}
        assert "not stated of our organisation" in share["meaning"]
        assert {row["party_name"] for row in found["not_compared"]} == {"Maker", "Owner"}
    assert officer.get(f"uses/{use.id}/exposure")["nameless"] == ["Tune"]


def test_what_there_is_not_is_not_found(officer: Holder) -> None:
    for noun in ("parties", "models", "uses"):
        officer.refused("GET", f"{noun}/{uuid7()}/exposure", status=404)
