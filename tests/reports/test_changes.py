"""What changed since approval: in the evidence as of its moment, and in the document in words."""

from typing import Any

import pytest

from apps.core.canonical import digest
from apps.registry.models import Use
from apps.registry.services import add_lineage_edge
from apps.reports.dossier import gather_evidence
from apps.reports.rendering.html import document_html
from apps.reviews.settling import agree_not_material, approve_again, propose_not_material
from tests.making import SETUP, a_model, a_release, a_use, an_actor, officer, state
from tests.reports.conftest import a_report
from tests.reviews.changing import (
    TEXT,
    a_licence,
    a_policy_in_force,
    an_approved_use,
    approve,
    bring,
    compared,
    under,
    waiting,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(db: None) -> None:
    a_policy_in_force()


def changed(use: Use) -> Any:
    """The text of the use's licence says something else now; the change."""
    bring(use, TEXT.replace("100 users", "50 users"))
    (found,) = compared()
    return found


def evidence_of(use: Use, report: Any = None) -> dict[str, Any]:
    reader = officer()
    return gather_evidence(report or a_report(reader, "use", use.id), reader)


def printed(evidence: dict[str, Any], language: str = "en") -> str:
    html = document_html(evidence, language, digest(evidence))
    return " ".join(html.split())


class TestEvidence:
    def test_a_change_stands_with_what_was_and_what_is(self) -> None:
        use = an_approved_use()
        changed(use)
        found = evidence_of(use)
        assert [(row["use"], row["basis"], row["waiting"]) for row in found["changes"]["approvals"]] == [
            (1, "review", 1)
        ]
        (row,) = found["changes"]["reopened"]
        assert (row["kind"], row["standing"], row["settled_by"]) == ("licence-text", "open", "")
        assert row["before"]["texts"][0]["sha256"] != row["after"]["texts"][-1]["sha256"]
        assert found["sources"][row["source"] - 1]["label"] == "LICENSE of the repository"

    def test_who_settled_it_how_and_why_stands_with_it(self) -> None:
        use = an_approved_use()
        change = changed(use)
        approve_again(actor=an_actor("officer"), change_=change, reason="The terms still fit.")
        found = evidence_of(use)["changes"]
        (row,) = found["reopened"]
        assert (row["standing"], row["reason"]) == ("approved", "The terms still fit.")
        assert row["settled_by"]
        assert row["settled_on"]
        assert [(one["basis"], one["waiting"]) for one in found["approvals"]] == [("again", 0)]

    def test_a_use_that_nobody_approved_is_named(self) -> None:
        use = a_use()
        found = evidence_of(use)["changes"]
        assert (found["approvals"], found["not_approved"], found["reopened"]) == ([], [1], [])

    def test_terms_that_changed_are_named(self) -> None:
        use = a_use()
        licence = a_licence("l-1")
        under(use.deployment.release, licence)
        state("licence", licence.id, mau_threshold=700)
        approve(use)
        state("licence", licence.id, mau_threshold=100)
        compared()
        found = evidence_of(use)
        (row,) = found["changes"]["reopened"]
        assert (row["kind"], row["terms"]) == ("terms", ["mau_threshold"])
        assert "Threshold of monthly users" in printed(found)


class TestMoment:
    def test_a_change_that_was_noticed_later_is_not_in_it(self) -> None:
        use = an_approved_use()
        report = a_report(officer(), "use", use.id)
        changed(use)
        found = evidence_of(use, report)["changes"]
        assert found["reopened"] == []
        assert [row["waiting"] for row in found["approvals"]] == [0]

    def test_a_change_that_was_settled_later_is_open_in_it(self) -> None:
        use = an_approved_use()
        change = changed(use)
        report = a_report(officer(), "use", use.id)
        propose_not_material(actor=an_actor("officer"), change_=change, reason="Only a number of users.")
        agree_not_material(actor=an_actor("officer"), change_=change, reason="So it is.")
        found = evidence_of(use, report)["changes"]
        (row,) = found["reopened"]
        assert (row["standing"], row["settled_by"], row["settled_on"], row["reason"]) == ("open", "", None, "")
        assert [(one["basis"], one["waiting"]) for one in found["approvals"]] == [("review", 1)]


class TestDocument:
    def test_it_says_what_changed_in_words(self) -> None:
        model = a_model("Alpha", developer=None)
        use = an_approved_use(release=a_release(model))
        add_lineage_edge(actor=SETUP, child=model, parent_name="Base", relation="synthetic_data_from", source="Card")
        compared()
        assert waiting(use)
        text = printed(evidence_of(use))
        assert "What changed since approval" in text
        assert "trained on data made by Base" in text
        assert "1 change to be settled" in text
        assert "1 change since the approval is to be settled" in text

    def test_without_a_change_it_says_so(self) -> None:
        assert "Nothing that these approvals rest on has changed." in printed(evidence_of(an_approved_use()))

    def test_without_an_approval_it_says_so(self) -> None:
        assert "No approval is on record, so nothing can be compared: U1." in printed(evidence_of(a_use()))

    def test_evidence_of_the_time_before_is_printed_without_it(self) -> None:
        evidence = evidence_of(an_approved_use())
        del evidence["changes"]
        assert "Changes that reopened an approval" not in printed(evidence)
