"""Writes of reports: ask for one, make it."""

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.models import Team, User
from apps.accounts.selectors import actor_for
from apps.core.canonical import digest
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import InvalidInput, NotFound, NotPermitted, WeighbridgeError
from apps.parties.selectors import party_by_id
from apps.registry.selectors import model_by_id, use_by_id
from apps.reports.gathering import gather_evidence
from apps.reports.models import Report
from apps.reports.rendering import render_pdf

LANGUAGES = ("en", "de")
SUBJECTS: Mapping[str, Sequence[str]] = {Report.Kind.DOSSIER: ("model", "use"), Report.Kind.SCREENING: ("party",)}
"""What each kind of document is about."""
LOST_AFTER = dt.timedelta(hours=2)
"""Longer than all tries of a task take together."""
_FINISHED = ("state", "progress", "stage", "error", "file", "file_sha256", "pages", "finished_at")


def request_report(
    *, actor: Actor, kind: str, subject_type: str, subject_id: UUID, language: str, as_of: dt.datetime | None = None
) -> Report:
    """Ask for a document; a task makes it.

    A dossier is about a model (with the uses in sight) or about one use, as of now; screening evidence is about a
    party, as of now or of a past moment. Raises `NotFound` for a subject that is not in sight, `InvalidInput` for a
    kind, subject, language or moment there is not.
    """
    actor.require("reports.make")
    if kind not in Report.Kind.values:
        raise InvalidInput(f"must be one of {', '.join(Report.Kind.values)}", pointer="/kind")
    if language not in LANGUAGES:
        raise InvalidInput(f"must be one of {', '.join(LANGUAGES)}", pointer="/language")
    name, team = _subject(actor, kind, subject_type, subject_id)
    with change(actor, "report.request"):
        report = Report(
            kind=kind,
            subject_type=subject_type,
            subject_id=subject_id,
            subject_name=name,
            team=team,
            language=language,
            as_of=_moment(kind, as_of),
            requested_by_id=actor.user_id,
        )
        report.save()
    transaction.on_commit(lambda: _ask(report.id))
    return report


def _subject(actor: Actor, kind: str, subject_type: str, subject_id: UUID) -> tuple[str, Team | None]:
    """Name of what a document is about, and the team whose use it is."""
    fitting = SUBJECTS[kind]
    if subject_type not in fitting:
        raise InvalidInput(f"must be {' or '.join(fitting)}", pointer="/subject/type")
    if kind == Report.Kind.SCREENING:
        actor.require("screening.read")
        return party_by_id(subject_id).name, None
    if subject_type == "use":
        use = use_by_id(actor, subject_id)
        return use.name, use.team
    return model_by_id(subject_id).name, None


def _moment(kind: str, as_of: dt.datetime | None) -> dt.datetime:
    """The moment that a document is about."""
    if as_of is None:
        return now()
    if kind != Report.Kind.SCREENING:
        raise InvalidInput("A dossier is of the present; leave this out.", pointer="/as_of")
    if as_of > now():
        raise InvalidInput("This moment has not come yet.", pointer="/as_of")
    return as_of


def _ask(report_id: UUID) -> None:
    from apps.reports.tasks import make_report_file

    make_report_file.delay(str(report_id))


def make_report(*, actor: Actor, report_id: UUID) -> Report:
    """Make the file of a report. Doing it again after a crash goes on from the evidence, once that is frozen.

    A finished report stays as it is. A report that cannot be made ends as failed, with a message for who asked.
    Raises `NotFound` when there is no such report.
    """
    report = Report.objects.filter(id=report_id).first()
    if report is None:
        raise NotFound("There is no such report.")
    if report.state == Report.State.DONE:
        return report
    try:
        report = _freeze(actor, report)
        assert report.evidence is not None
        _progress(actor, report, 0.4, Report.Stage.LAYOUT)
        content, pages = render_pdf(report.evidence, report.language, report.evidence_digest)
        _progress(actor, report, 0.9, Report.Stage.STORING)
        path = store(report, content)
    except WeighbridgeError as error:
        return _fail(actor, report, error.message)
    except Exception as error:
        # Whatever went wrong, whoever waits for the document must be told; the task's log has the traceback.
        with translation.override(report.language):
            told = _("The document could not be made (%(error)s). Ask for it again; if it fails again, tell your "
                     "administrator the number %(number)s.")  # fmt: skip
            message = told % {"error": type(error).__name__, "number": report.id}
        _fail(actor, report, message)
        raise
    with change(actor, "report.finish"):
        report.state, report.progress, report.stage, report.error = Report.State.DONE, 1.0, "", ""
        report.file, report.file_sha256 = str(path.relative_to(folder())), hashlib.sha256(content).hexdigest()
        report.pages, report.finished_at = pages, now()
        report.save(update_fields=_FINISHED)
    return report


def _freeze(actor: Actor, report: Report) -> Report:
    """Gather the evidence once; whoever comes second, after a crash or at the same time, finds it there."""
    _progress(actor, report, 0.1, Report.Stage.EVIDENCE, state=Report.State.RUNNING)
    with change(actor, "report.freeze"):
        report = Report.objects.select_for_update().get(id=report.id)
        if report.evidence is None:
            report.evidence = gather_evidence(report, _reader(report))
            report.evidence_digest = digest(report.evidence)
            report.save()
    return report


def _reader(report: Report) -> Actor:
    """Whoever asked reads the evidence: the document shows what they may see, and nothing else."""
    if report.requested_by_id is None:
        return Actor.system("report")
    user = User.objects.prefetch_related("grants").filter(id=report.requested_by_id, is_active=True).first()
    if user is None:
        raise NotPermitted("Whoever asked for this document may no longer sign in.")
    return actor_for(user)


def _progress(actor: Actor, report: Report, progress: float, stage: str, state: str | None = None) -> None:
    with change(actor, "report.progress"):
        report.progress, report.stage, report.state = progress, stage, state or report.state
        report.save(update_fields=["progress", "stage", "state"])


def _fail(actor: Actor, report: Report, message: str) -> Report:
    with change(actor, "report.fail", reason=message):
        report.state, report.stage, report.error, report.finished_at = Report.State.FAILED, "", message, now()
        report.save(update_fields=["state", "stage", "error", "finished_at"])
    return report


def fail_lost_reports(*, actor: Actor) -> int:
    """End reports on which nobody works any more, so that whoever waits is told. Returns how many.

    A worker that dies leaves its task to the next one; after the last try the queue puts it aside and nothing comes.
    """
    lost = Report.objects.filter(
        state__in=(Report.State.QUEUED, Report.State.RUNNING), updated_at__lt=now() - LOST_AFTER
    )
    for report in lost:
        with translation.override(report.language):
            message = _("Nobody finished this document. Ask for it again; if it stays away, look at the page “System”.")
        _fail(actor, report, message)
    return len(lost)


def folder() -> Path:
    """Where files are kept."""
    return Path(settings.WEIGHBRIDGE_HOME) / "files"


def store(report: Report, content: bytes) -> Path:
    """Write the file whole or not at all."""
    path = folder() / "reports" / f"{report.created_at:%Y-%m}" / f"{report.id}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_bytes(content)
    new.replace(path)
    return path


def open_file(report: Report) -> BinaryIO:
    """The finished file. Raises `NotFound` when somebody removed it from the disk."""
    path = folder() / report.file
    if not report.file or not path.is_file():
        raise NotFound("The file of this report is no longer there. Ask for it again.")
    return path.open("rb")


def file_name(report: Report) -> str:
    """What the file is called when somebody saves it."""
    return f"weighbridge-{report.kind}-{slugify(report.subject_name)[:60] or 'subject'}-{report.as_of:%Y-%m-%d}.pdf"
