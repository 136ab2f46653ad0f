"""Documents on pages: ask for one, watch it, read it."""

from typing import Any

import pytest
from django.test import TestCase

from apps.core.changes import change
from apps.reports.models import Report
from tests.making import SETUP
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, main_of, newest
from tests.web.world import NASTY, World


def made(client: Any, world: World, **more: str) -> Any:
    """The page of a document that was asked for and made."""
    sent = {"kind": "dossier", "subject_type": "model", "subject_id": str(world.model.id), "language": "en", **more}
    with TestCase.captureOnCommitCallbacks(execute=True):  # the task runs when the request is stored
        answer = client.post("/reports", sent)
    assert answer.status_code == 302
    return client.get(answer["Location"])


class TestMaking:
    def test_from_the_page_of_a_model_to_the_file(self, world: World, client_of: ClientOf) -> None:
        client, before = client_of("owner"), newest()
        button = client.get(f"/models/{world.model.id}").content.decode()
        assert 'action="/reports"' in button
        assert f'name="subject_id" value="{world.model.id}"' in button
        page = made(client, world)
        report = page.context["report"]
        assert report.state == Report.State.DONE
        text = main_of(page)
        assert "Open the PDF" in text
        assert report.file_sha256 in text
        assert "hx-trigger" not in page.content.decode()
        assert "report.request" in {entry.action for entry in entries_since(before) if entry.actor_kind == "user"}
        file = client.get(f"/reports/{report.id}/file")
        assert file["Content-Type"] == "application/pdf"
        assert (
            file["Content-Disposition"]
            == f'inline; filename="weighbridge-dossier-alpha-7b-{report.as_of:%Y-%m-%d}.pdf"'
        )
        content = b"".join(file.streaming_content)
        assert content.startswith(b"%PDF-")
        assert len(content) == int(file["Content-Length"])
        kept = client.get(f"/reports/{report.id}/file?download")
        assert kept["Content-Disposition"].startswith("attachment; ")
        assert b"".join(kept.streaming_content) == content
        evidence = client.get(f"/reports/{report.id}/evidence.json")
        assert evidence["Content-Type"] == "application/json"
        assert evidence["Content-Disposition"] == f'attachment; filename="evidence-{report.id}.json"'
        assert "Alpha-7B" in str(evidence.json())

    def test_a_team_gets_no_document_about_another_teams_use(self, world: World, client_of: ClientOf) -> None:
        sent = {"kind": "dossier", "subject_type": "use", "subject_id": str(world.theirs.use.id), "language": "en"}
        before = newest()
        assert client_of("owner").post("/reports", sent).status_code == 404
        assert not entries_since(before)

    @pytest.mark.parametrize(
        "sent",
        [
            {"kind": "novel"},
            {"subject_type": "party"},
            {"subject_id": "x"},
            {"subject_id": ""},
            {"language": "fr"},
        ],
    )
    def test_a_strange_request_is_refused_with_a_page(
        self, world: World, client_of: ClientOf, sent: dict[str, str]
    ) -> None:
        good = {"kind": "dossier", "subject_type": "model", "subject_id": str(world.model.id), "language": "en"}
        before = newest()
        answer = client_of("officer").post("/reports", {**good, **sent})
        assert answer.status_code == 422
        assert not entries_since(before)

    def test_without_the_permission_there_is_no_button(self, world: World, client_of: ClientOf) -> None:
        assert "Audit PDF" in main_of(client_of("auditor").get(f"/models/{world.model.id}"))
        assert client_of("nobody").post("/reports", {}).status_code in (403, 422)


class TestWatching:
    def test_while_it_is_made_the_page_asks_again_by_itself_and_by_a_link(
        self, world: World, client_of: ClientOf
    ) -> None:
        report = Report.objects.get(id=world.ours.rows["report_id"])
        client = client_of("owner")
        page = client.get(f"/reports/{report.id}").content.decode()
        assert 'hx-trigger="every 1s"' in page
        assert "Look again" in page
        part = client.get(f"/reports/{report.id}", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        assert 'id="progress"' in part
        for stage, words in (("evidence", "Gathering the evidence"), ("layout", "Laying out the pages")):
            with change(SETUP, "tests.fill"):
                Report.objects.filter(id=report.id).update(state="running", stage=stage, progress=0.4)
            part = client.get(f"/reports/{report.id}", headers={"HX-Request": "true"}).content.decode()
            assert words in part
            assert 'value="0.40"' in part

    def test_a_file_that_is_not_ready_is_not_given(self, world: World, client_of: ClientOf) -> None:
        for name in ("file", "evidence.json"):
            answer = client_of("owner").get(f"/reports/{world.ours.rows['report_id']}/{name}")
            assert answer.status_code == 409, name

    def test_a_failure_says_why_and_offers_to_ask_again(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            Report.objects.filter(id=world.ours.rows["report_id"]).update(state="failed", error=f"No space {NASTY}")
        page = client_of("owner").get(f"/reports/{world.ours.rows['report_id']}")
        assert "No space" in main_of(page)
        assert "<script>alert" not in page.content.decode()
        assert "Ask again" in main_of(page)
        assert "hx-trigger" not in page.content.decode()

    def test_a_file_that_somebody_removed_is_said_to_be_gone(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            Report.objects.filter(id=world.ours.rows["report_id"]).update(state="done", file="reports/gone.pdf")
        answer = client_of("owner").get(f"/reports/{world.ours.rows['report_id']}/file")
        assert answer.status_code == 404
        assert "Ask for it again" in main_of(answer)
