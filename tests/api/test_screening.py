"""`screenings` and `matches`: names compared at once, and people's judgements, over the API."""

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.sanctions.models import ScreeningRun
from apps.sanctions.screening import requests
from tests.api.calling import Holder, pointers, with_token
from tests.making import a_team, a_user
from tests.sanctions.lists.making import listed
from tests.sanctions.screening.making import BLOCKING, EXPORT, a_list, a_match, say_what_lists_mean

pytestmark = pytest.mark.django_db


def _holder(role: str) -> Holder:
    return with_token(a_user(role, team=a_team()))


def test_names_are_answered_at_once_with_effect_and_reasons() -> None:
    say_what_lists_mean()
    a_list(listed("7", "Quandrexo Maritime Ltd", list_key=BLOCKING))
    body = {"parties": [{"name": "Quandrexo Marritime Limited", "country": "kp"}, {"name": "Harmless Bakery GmbH"}]}
    found = _holder(Role.OFFICER).post("screenings", body, status=200)
    near, far = found["parties"]
    assert (far["name"], far["state"], far["matches"]) == ("Harmless Bakery GmbH", "clean", [])
    (match,) = near["matches"]
    assert (match["list"], match["effect_class"], match["entry"]) == (
        BLOCKING,
        "blocking",
        {"id": "7", "name": "Quandrexo Maritime Ltd"},
    )
    assert match["band"] == "probable"
    assert match["matched_names"][0] == ["Quandrexo Marritime Limited", "Quandrexo Maritime Ltd"]
    assert match["features"]
    assert match["list_version"].endswith(" 1")
    assert found["lists"][0]["lists"] == {BLOCKING: 1}


def test_without_a_list_the_answer_is_unknown_and_never_clean() -> None:
    found = _holder(Role.OFFICER).post("screenings", {"parties": [{"name": "Harmless Bakery"}]}, status=200)
    assert [party["state"] for party in found["parties"]] == ["unknown"]


BAD = {
    "no parties": ({"parties": []}, "/parties"),
    "an empty name": ({"parties": [{"name": " "}]}, "/parties/0/name"),
    "a name of signs": ({"parties": [{"name": "Fine"}, {"name": "--- !!"}]}, "/parties/1/name"),
    "no country": ({"parties": [{"name": "Fine", "country": "QQ"}]}, "/parties/0/country"),
    "a kind there is not": ({"parties": [{"name": "Fine", "kind": "vessel"}]}, "/parties/0/kind"),
    "a field that is not known": ({"parties": [{"name": "Fine", "contry": "DE"}]}, "/parties/0/contry"),
}


@pytest.mark.parametrize(("body", "pointer"), BAD.values(), ids=BAD.keys())
def test_a_bad_request_names_the_place(body: dict[str, Any], pointer: str) -> None:
    problem = _holder(Role.OFFICER).refused("POST", "screenings", body, status=422)
    assert pointers(problem) == [pointer]
    assert not ScreeningRun.objects.exists()


def test_many_names_are_compared_by_a_task(django_capture_on_commit_callbacks: Any) -> None:
    a_list(listed("7", "Quandrexo Maritime Ltd", list_key=BLOCKING))
    holder = _holder(Role.OFFICER)
    names = [{"name": f"Harmless Bakery {number}"} for number in range(requests.AT_ONCE)]
    with django_capture_on_commit_callbacks(execute=True):
        answer = holder.post("screenings", {"parties": [*names, {"name": "Quandrexo Maritime"}]}, status=202)
    assert answer["state"] == "running"
    done = holder.get(f"screenings/{answer['id']}")
    assert (done["state"], done["progress"], len(done["parties"])) == ("done", 1.0, requests.AT_ONCE + 1)
    assert [party["name"] for party in done["parties"] if party["state"] == "matches"] == ["Quandrexo Maritime"]


def test_an_owner_sees_only_what_they_asked_for() -> None:
    officer, owner = _holder(Role.OFFICER), _holder(Role.OWNER)
    mine = owner.post("screenings", {"parties": [{"name": "Harmless Bakery"}]}, status=200)["id"]
    other = officer.post("screenings", {"parties": [{"name": "Another Bakery"}]}, status=200)["id"]
    assert [row["id"] for row in owner.get("screenings")["results"]] == [mine]
    owner.refused("GET", f"screenings/{other}", status=404)
    assert {row["id"] for row in officer.get("screenings")["results"]} == {mine, other}
    owner.refused("GET", "matches", status=403)


def test_a_match_is_judged_by_one_person_and_decided_by_another() -> None:
    say_what_lists_mean()
    match, first, second = a_match(0.9), _holder(Role.OFFICER), _holder(Role.APPROVER)
    body = {"outcome": "different", "ground": "country-differs"}
    judged = first.post(f"matches/{match.id}/judge", body, status=200)
    assert (judged["state"], judged["judgement"]["state"]) == ("open", "proposed")
    first.refused("POST", f"matches/{match.id}/decide", {"agree": True}, status=403)
    decided = second.post(f"matches/{match.id}/decide", {"agree": True}, status=200)
    assert (decided["state"], decided["judgement"]["state"]) == ("different", "in_force")
    reopened = first.post(f"matches/{match.id}/reopen", {"reason": "A mistake."}, status=200)
    assert (reopened["state"], reopened["judgement"]) == ("open", None)


def test_a_judgement_that_does_not_fit_is_refused() -> None:
    match = a_match(0.9, EXPORT)
    body = {"outcome": "same", "ground": "country-differs"}
    problem = _holder(Role.OFFICER).refused("POST", f"matches/{match.id}/judge", body, status=422)
    assert pointers(problem) == ["/ground"]
    _holder(Role.APPROVER).refused("POST", f"matches/{match.id}/decide", {"agree": True}, status=409)


def test_a_list_of_matches_takes_no_query_per_match(django_assert_max_num_queries: Any) -> None:
    match, holder = a_match(0.9), _holder(Role.AUDITOR)
    holder.get("matches?state=open")  # notes that the token was used
    with django_assert_max_num_queries(30) as few:
        holder.get("matches?state=open")
    for name in ("Vuldamar Shipping Co", "Zorvexal Trading Ltd", "Ombrixal Metals GmbH"):
        a_match(0.8, EXPORT, name)
    with django_assert_max_num_queries(30) as many:
        assert len(holder.get("matches?state=open")["results"]) == 4
    assert _reads(many) <= _reads(few)
    assert holder.get(f"matches/{match.id}")["features"] is not None


def _reads(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("SELECT") for query in queries)
