"""Measures over the API: entered, moved on, corrected, with entity tags and errors at their fields."""

from typing import Any

import pytest

from apps.accounts.roles import Role
from apps.sanctions.models import RestrictionEvent
from tests.api.calling import Holder, a_caller, pointers
from tests.making import a_party

pytestmark = pytest.mark.django_db
SAID = {"source": "Gazette", "source_url": "https://gazette.example/1", "as_of": "2026-11-02"}


@pytest.fixture
def caller() -> Holder:
    return a_caller(Role.OFFICER)


def body(**more: Any) -> dict[str, Any]:
    plain = {"authority": "Office", "jurisdiction": "US", "effect": "procurement_ban", "effect_class": "procurement"}
    return {**plain, "status": "pending", "others_named": ["Somebody"], **SAID, **more}


def test_a_measure_from_announced_to_lifted(caller: Holder) -> None:
    party = a_party()
    made = caller.post("restriction-events", body(parties=[str(party.id)], scope=["api"], valid_from="2027-02-01"))
    address = f"restriction-events/{made['id']}"
    assert (made["parties"], made["others_named"], made["status"]) == ([str(party.id)], ["Somebody"], "pending")
    for status, day in (("in_force", "2026-11-03"), ("lifted", "2026-11-20")):
        caller.post(f"{address}/status", {"status": status, "on": day, **SAID, "note": "Read."}, status=200)
    found = caller.get(address)
    assert [(step["status"], step["on"]) for step in found["steps"]] == [
        ("pending", None),
        ("in_force", "2026-11-03"),
        ("lifted", "2026-11-20"),
    ]
    assert (found["valid_from"], found["valid_to"], found["status_note"]) == ("2026-11-03", "2026-11-20", "Read.")
    back = {"step": found["steps"][-1]["id"], "reason": "Another measure."}
    found = caller.post(f"{address}/step-back", back, status=200)
    assert (found["status"], found["valid_to"]) == ("in_force", None)
    assert found["steps"][-1]["taken_back_at"]
    caller.refused("POST", f"{address}/step-back", back, status=409)
    assert [row["id"] for row in caller.get(f"restriction-events?party={party.id}&status=in_force")["results"]]


def test_a_step_that_is_not_allowed_is_a_conflict(caller: Holder) -> None:
    made = caller.post("restriction-events", body())
    step = {"status": "lifted", "on": "2026-11-03", **SAID}
    problem = caller.refused("POST", f"restriction-events/{made['id']}/status", step, status=409)
    assert "in_force" in problem["detail"]


def test_a_correction_of_an_older_version_is_refused(caller: Holder) -> None:
    made = caller.post("restriction-events", body())
    address = f"restriction-events/{made['id']}"
    tag = caller.call("GET", address)["ETag"]
    change = {"binds": "Agencies", "reason": "Read again."}
    assert caller.call("PATCH", address, change, headers={"If-Match": tag}).status_code == 200
    assert caller.call("PATCH", address, change, headers={"If-Match": tag}).status_code == 412
    assert caller.get(address)["binds"] == "Agencies"


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"scope": ["moon"]}, "/scope/0"),
        ({"effect": "pain"}, "/effect"),
        ({"jurisdiction": "XX"}, "/jurisdiction"),
        ({"parties": ["018f0000-0000-7000-8000-000000000000"]}, "/parties/0"),
        ({"others_named": []}, "/parties"),
        ({"source_url": "ftp://x"}, "/source_url"),
        ({"colour": "red"}, "/colour"),
        ({"reason": "None"}, "/reason"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(caller: Holder, more: dict[str, Any], where: str) -> None:
    assert pointers(caller.refused("POST", "restriction-events", body(**more), status=422)) == [where]
    assert not RestrictionEvent.objects.exists()
