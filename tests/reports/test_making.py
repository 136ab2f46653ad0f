"""From asking for a document to its file: progress, failures, and being killed in between."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.core.canonical import canonical_json, digest
from apps.core.changes import change
from apps.core.errors import InvalidInput, NotFound
from apps.core.ids import uuid7
from apps.reports import services
from apps.reports.models import Report
from apps.reports.selectors import report_by_id
from tests.clock import days_later
from tests.making import SETUP, a_model, a_team, an_actor, officer
from tests.reports.conftest import a_report
from tests.reports.reading import opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.WEIGHBRIDGE_HOME = tmp_path
    return tmp_path


def made(report: Report) -> Report:
    return services.make_report(actor=SETUP, report_id=report.id)


class TestAsking:
    def test_asking_makes_the_file_in_the_background(self, django_capture_on_commit_callbacks: Any, home: Path) -> None:
        reader = officer()
        with django_capture_on_commit_callbacks(execute=True):
            report = a_report(reader, "model", a_model("Small-1B").id, language="de")
        report = report_by_id(reader, report.id)
        assert (report.state, report.progress, report.stage, report.error) == ("done", 1.0, "", "")
        with services.open_file(report) as file:
            content = file.read()
        assert report.file_sha256 == hashlib.sha256(content).hexdigest()
        pdf = opened(content)
        assert len(pdf.pages) == report.pages
        assert pdf.attachments["evidence.json"].get_file().read_bytes() == canonical_json(report.evidence)
        assert digest(report.evidence) == report.evidence_digest
        assert services.file_name(report) == f"weighbridge-dossier-small-1b-{report.as_of:%Y-%m-%d}.pdf"
        assert (home / "files" / report.file).is_file()

    def test_the_journal_has_the_steps_that_matter_and_no_ticks(self) -> None:
        report = a_report(officer(), "model", a_model().id)
        made(report)
        entries = AuditEntry.objects.filter(subject_id=report.id).order_by("seq")
        assert [entry.action for entry in entries] == [
            "report.request",
            "report.progress",
            "report.freeze",
            "report.finish",
        ]
        assert entries[1].after == {"state": "running"}
        assert set(entries[2].after) == {"evidence_digest"}
        assert "evidence" not in entries[3].after

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [({"kind": "novel"}, "/kind"), ({"language": "fr"}, "/language"), ({"subject_type": "party"}, "/subject/type")],
    )
    def test_what_there_is_not_is_refused(self, wrong: dict[str, str], pointer: str) -> None:
        asked = {"kind": "dossier", "subject_type": "model", "subject_id": a_model().id, "language": "en", **wrong}
        with pytest.raises(InvalidInput) as refused:
            services.request_report(actor=officer(), **asked)  # type: ignore[arg-type]
        assert refused.value.errors[0].pointer == pointer
        assert not Report.objects.exists()

    def test_a_model_that_is_not_there_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            a_report(officer(), "model", uuid7())

    def test_a_stranger_does_not_find_the_report(self) -> None:
        report = a_report(officer(), "model", a_model().id)
        with pytest.raises(NotFound):
            report_by_id(an_actor("owner", team=a_team()), report.id)


class TestFailing:
    def test_a_failed_layout_tells_who_asked_in_their_language_and_can_be_tried_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report = a_report(officer(), "model", a_model().id)

        def broken(*args: Any) -> Any:
            raise MemoryError

        with monkeypatch.context() as patch:
            patch.setattr(services, "render_pdf", broken)
            with pytest.raises(MemoryError):
                made(report)
        report.refresh_from_db()
        assert (report.state, report.stage) == ("failed", "")
        assert "MemoryError" in report.error
        assert str(report.id) in report.error
        frozen = report.evidence_digest
        again = made(report)
        assert (again.state, again.error, again.evidence_digest) == ("done", "", frozen)

    def test_whoever_was_shut_out_meanwhile_gets_no_document(self) -> None:
        reader = officer()
        report = a_report(reader, "model", a_model().id)
        with change(SETUP, "user.deactivate"):
            user = User.objects.get(id=reader.user_id)
            user.is_active = False
            user.save()
        report = made(report)
        assert report.state == "failed"
        assert "may no longer sign in" in report.error
        assert report.evidence is None

    def test_a_missing_file_is_said(self, home: Path) -> None:
        report = made(a_report(officer(), "model", a_model().id))
        (home / "files" / report.file).unlink()
        with pytest.raises(NotFound):
            services.open_file(report)

    def test_a_report_that_is_not_there_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            services.make_report(actor=SETUP, report_id=uuid7())


class TestBeingKilled:
    def killed_at(self, step: str, monkeypatch: pytest.MonkeyPatch) -> Report:
        """A report whose worker went away without a word at a step."""
        report = a_report(officer(), "model", a_model("Small-1B").id)

        def killed(*args: Any) -> Any:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(services, step, killed)
            with pytest.raises(KeyboardInterrupt):
                made(report)
        report.refresh_from_db()
        assert report.state == "running"
        return report

    def test_before_the_evidence_was_frozen_it_starts_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        report = self.killed_at("gather_evidence", monkeypatch)
        assert (report.stage, report.evidence) == (Report.Stage.EVIDENCE, None)
        assert made(report).state == "done"

    @pytest.mark.parametrize("step", ["render_pdf", "store"])
    def test_afterwards_the_same_evidence_is_used(self, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
        report = self.killed_at(step, monkeypatch)
        frozen = report.evidence_digest
        assert report.stage == {"render_pdf": Report.Stage.LAYOUT, "store": Report.Stage.STORING}[step]
        again = made(report)
        assert (again.state, again.evidence_digest) == ("done", frozen)

    def test_a_second_delivery_leaves_a_finished_report_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        report = made(a_report(officer(), "model", a_model().id))
        entries = AuditEntry.objects.count()
        monkeypatch.setattr(services, "render_pdf", lambda *args: pytest.fail("made twice"))
        assert made(report).file_sha256 == report.file_sha256
        assert AuditEntry.objects.count() == entries


def test_a_report_on_which_nobody_works_ends_with_a_word_to_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = officer()
    waiting = a_report(reader, "model", a_model().id, language="en")
    assert services.fail_lost_reports(actor=SETUP) == 0
    days_later(monkeypatch, 1)
    recent = a_report(reader, "model", a_model().id, language="en")
    assert services.fail_lost_reports(actor=SETUP) == 1
    waiting.refresh_from_db()
    recent.refresh_from_db()
    assert (waiting.state, recent.state) == ("failed", "queued")
    assert "Ask for it again" in waiting.error
