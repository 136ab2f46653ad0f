"""Names, domains and stakes through the API, and what the share tests make of them."""

from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.roles import Role
from apps.core.clock import today
from apps.core.ids import uuid7
from apps.parties.models import Party
from apps.sanctions.models import Listing
from tests.api.calling import Holder, a_caller
from tests.making import a_party, a_policy, a_rule
from tests.policy.making import SOURCED, own, saved

pytestmark = pytest.mark.django_db
SAID = {"source": "Register", "as_of": "2026-01-01"}


@pytest.fixture
def officer() -> Holder:
    return a_caller(Role.OFFICER)


def held() -> tuple[Party, Party, Any]:
    owner, owned = a_party(), a_party()
    return owner, owned, own(owner, owned, equity_pct=Decimal(60))


def test_names_and_domains_come_and_go(officer: Holder) -> None:
    party = a_party()
    officer.post(f"parties/{party.id}/names", {"name": "示例", "kind": "native", "language": "zh", **SAID}, status=200)
    found = officer.post(f"parties/{party.id}/domains", {"domain": "Example.test", **SAID}, status=200)
    assert [name["name"] for name in found["names"]] == ["示例"]
    assert [domain["domain"] for domain in found["domains"]] == ["example.test"]
    name, domain = found["names"][0]["id"], found["domains"][0]["id"]
    officer.post(f"parties/{party.id}/remove-name", {"name": name, "reason": "wrong"}, status=200)
    left = officer.post(f"parties/{party.id}/remove-domain", {"domain": domain, "reason": "sold"}, status=200)
    assert (left["names"], left["domains"]) == ([], [])


def test_a_name_of_another_party_cannot_be_removed_here(officer: Holder) -> None:
    ours, theirs = a_party(), a_party(native_name="示例")
    body = {"name": str(theirs.names.get().id), "reason": "wrong"}
    refused = officer.refused("POST", f"parties/{ours.id}/remove-name", body, status=422)
    assert refused["errors"][0]["pointer"] == "/name"


def test_a_stake_is_ended_corrected_and_withdrawn(officer: Holder) -> None:
    _, owned, stake = held()
    ended = officer.post(f"stakes/{stake.id}/end", {"valid_to": "2026-06-30", **SAID}, status=200)
    assert (ended["valid_to"], ended["equity_pct"]) == ("2026-06-30", "60.000")
    assert ended["id"] != str(stake.id)
    officer.refused("GET", f"stakes/{stake.id}", status=404)
    right = officer.post(f"stakes/{ended['id']}/correct", {"reason": "misread", "equity_pct": "6"}, status=200)
    assert (right["equity_pct"], right["valid_to"]) == ("6.000", "2026-06-30")
    gone = officer.post(f"stakes/{right['id']}/withdraw", {"reason": "never was"}, status=200)
    assert gone["superseded_at"]
    assert officer.get(f"stakes?owned={owned.id}")["results"] == []


def test_a_share_that_became_unknown_is_corrected_to_null(officer: Holder) -> None:
    _, _, stake = held()
    right = officer.post(f"stakes/{stake.id}/correct", {"reason": "nobody says", "equity_pct": None}, status=200)
    assert right["equity_pct"] is None


def test_a_free_float_and_an_owner_outside_of_the_register(officer: Holder) -> None:
    party = a_party()
    body = {"owned": str(party.id), "basis": "equity", "equity_pct": "30", **SAID}
    floating = officer.post("stakes", {**body, "free_float": True})
    assert (floating["owner"], floating["owner_name"]) == (None, "Free float")
    assert officer.post("stakes", {**body, "owner_name": "A family"})["owner_name"] == "A family"
    assert officer.refused("POST", "stakes", body, status=422)["errors"][0]["pointer"] == "/owner_name"
    themselves = {**body, "owner": str(party.id)}
    assert officer.refused("POST", "stakes", themselves, status=422)["errors"][0]["pointer"] == "/owner"


def test_the_owned_share_by_regime_on_a_day(officer: Holder) -> None:
    a_policy(a_rule("WB-T-001", "true"), ownership_min_resolved_pct=75)
    owner, owned, _ = held()
    saved(Listing(party=owner, list_key="US-SDN", status="listed", **SOURCED))
    found = officer.get(f"parties/{owned.id}/ownership")
    assert found["as_of"] == today().isoformat()
    ofac = next(share for share in found["shares"] if share["regime"] == "OFAC")
    assert (ofac["outcome"], ofac["owned_pct"], ofac["unresolved_pct"]) == ("owned", "60.000", "40.000")
    assert [(step["owner"], step["equity_pct"]) for step in ofac["path"]] == [(str(owner.id), "60.000")]
    assert {share["outcome"] for share in found["shares"]} == {"owned", "unknown"}
    assert all(share["source"] and share["source_as_of"] for share in found["shares"])
    officer.get(f"parties/{owned.id}/ownership?as_of=2020-01-01")
    officer.refused("GET", f"parties/{owned.id}/ownership?as_of=yesterday", status=422)
    officer.refused("GET", f"parties/{uuid7()}/ownership", status=404)
