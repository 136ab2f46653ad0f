"""What was known of the screening of a party, asked for over the API."""

from typing import Any
from urllib.parse import quote

import pytest

from apps.accounts.roles import Role
from apps.core.ids import uuid7
from tests.api.calling import Holder, a_caller, pointers
from tests.making import a_team
from tests.reports.screened import Past, a_past

pytestmark = pytest.mark.django_db


@pytest.fixture
def past(db: None) -> Past:
    return a_past()


@pytest.fixture
def auditor() -> Holder:
    return a_caller(Role.AUDITOR)


def at(past: Past, moment: Any, table: bool = False) -> str:
    return f"parties/{past.party.id}/screening{'.csv' if table else ''}?as_of={quote(moment.isoformat())}"


def test_each_moment_has_its_own_answer(past: Past, auditor: Holder) -> None:
    before, after = auditor.get(at(past, past.compared)), auditor.get(at(past, past.decided))
    assert (before["result"], before["matches"]) == ("clean", [])
    assert [row["sha256"] for row in before["lists"]] == [past.first.sha256]
    assert (after["result"], after["worst"]) == ("clean", "cleared")
    assert after["matches"][0]["judgements"][0]["second_person"]
    assert auditor.get(f"parties/{past.party.id}/screening")["result"] == "matches"


def test_the_same_as_a_table(past: Past, auditor: Holder) -> None:
    answer = auditor.call("GET", at(past, past.decided, table=True), headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    assert past.second.sha256 in answer.content.decode("utf-8-sig")


@pytest.mark.parametrize("wrong", ["2999-01-01T00:00:00Z", "2026-11-24T12:00:00", "yesterday"])
def test_a_moment_that_is_none_is_refused(past: Past, auditor: Holder, wrong: str) -> None:
    problem = auditor.refused("GET", f"parties/{past.party.id}/screening?as_of={wrong}", status=422)
    assert pointers(problem) == ["/as_of"]


def test_it_is_for_those_who_may_read_screenings(past: Past, auditor: Holder) -> None:
    owner = a_caller(Role.OWNER, team=a_team())
    for address in ("screening", "screening.csv"):
        owner.refused("GET", f"parties/{past.party.id}/{address}", status=403)
        auditor.refused("GET", f"parties/{uuid7()}/{address}", status=404)


def test_a_document_is_asked_for_with_its_moment(past: Past) -> None:
    officer = a_caller(Role.OFFICER)
    body = {"kind": "screening", "subject": {"type": "party", "id": str(past.party.id)}}
    made = officer.post("reports", {**body, "as_of": past.compared.isoformat()}, status=202)
    assert made["as_of"].startswith(past.compared.isoformat()[:19])
    problem = officer.refused("POST", "reports", {**body, "as_of": "2999-01-01T00:00:00Z"}, status=422)
    assert pointers(problem) == ["/as_of"]
