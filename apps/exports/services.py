"""Writes of exports: ask for one, make it."""

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.selectors import actor_for
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import InvalidInput, NotFound, NotPermitted, WeighbridgeError, filled
from apps.exports.models import Export
from apps.exports.writing import write_file
from apps.registry.selectors import model_by_id, use_by_id

LOST_AFTER = dt.timedelta(hours=2)
"""Longer than all tries of a task take together."""
SUFFIXES: Mapping[str, str] = {
    Export.Format.CYCLONEDX: "cdx.json",
    Export.Format.SPDX: "spdx3.json",
    Export.Format.JOURNAL: "jsonl",
}
MEDIA_TYPES: Mapping[str, str] = {
    "cdx.json": "application/vnd.cyclonedx+json; version=1.7",
    "spdx3.json": "application/spdx3+json",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FINISHED = ("state", "progress", "error", "file", "file_sha256", "file_size", "finished_at")

gettext_noop("%(format)s is made of the whole register")


def request_export(
    *,
    actor: Actor,
    format: str,  # noqa: A002 - the field's name everywhere
    subject_type: str = Export.Subject.REGISTER,
    subject_id: UUID | None = None,
    table: str = "",
    at_once: bool = False,
) -> Export:
    """Ask for a file; a task makes it unless `at_once`.

    A bill of materials is about a model, a use in sight or the whole register; tables and the journal have no subject.
    Raises `NotFound` for a subject that is not in sight, `NotPermitted` where the whole register or the journal is,
    `InvalidInput` for what there is not.
    """
    actor.require("reports.make")
    if format not in Export.Format.values:
        raise InvalidInput(f"must be one of {', '.join(Export.Format.values)}", pointer="/format")
    if subject_type not in Export.Subject.values:
        raise InvalidInput(f"must be one of {', '.join(Export.Subject.values)}", pointer="/subject/type")
    if table and (format != Export.Format.REGISTER or table not in Export.Table.values):
        raise InvalidInput(f"must be one of {', '.join(Export.Table.values)}, for a table", pointer="/table")
    one = Export(format=format, subject_type=subject_type, requested_by_id=actor.user_id)
    _settle_subject(actor, one, subject_id)
    one.table = (table or Export.Table.XLSX) if format == Export.Format.REGISTER else ""
    with change(actor, "export.request"):
        one.save()
    if at_once:
        return make_export(actor=actor, export_id=one.id)
    transaction.on_commit(lambda: _ask(one.id))
    return one


def _settle_subject(actor: Actor, one: Export, subject_id: UUID | None) -> None:
    whole = one.subject_type == Export.Subject.REGISTER
    if whole != (subject_id is None):
        raise InvalidInput("name the subject by its type and its id, or leave it out", pointer="/subject/id")
    if one.format in (Export.Format.REGISTER, Export.Format.JOURNAL):
        if not whole:
            message = filled("%(format)s is made of the whole register", format=one.get_format_display())
            raise InvalidInput(message, pointer="/subject")
        if one.format == Export.Format.JOURNAL:
            actor.require("journal.read")
        return
    if whole and not actor.sees_all:
        raise NotPermitted(
            "The whole register is exported by those who see it. Export the uses of your teams one by one."
        )
    one.subject_id = subject_id
    if one.subject_type == Export.Subject.USE:
        assert subject_id is not None
        use = use_by_id(actor, subject_id)
        one.subject_name, one.team = use.name, use.team
    elif subject_id is not None:
        one.subject_name = model_by_id(subject_id).name


def _ask(export_id: UUID) -> None:
    from apps.exports.tasks import make_export_file

    make_export_file.delay(str(export_id))


def make_export(*, actor: Actor, export_id: UUID) -> Export:
    """Make the file. A finished export stays as it is; one that cannot be made ends as failed, with a message.

    Raises `NotFound` when there is no such export.
    """
    one = Export.objects.filter(id=export_id).first()
    if one is None:
        raise NotFound("There is no such export.")
    if one.state == Export.State.DONE:
        return one
    _progress(actor, one, 0.1)
    path = _path(one)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.new")
    try:
        with new.open("wb") as file:
            write_file(one, _reader(actor, one), file)
        _progress(actor, one, 0.9)
        digest, size = _sum(new), new.stat().st_size
        new.replace(path)
    except WeighbridgeError as error:
        return _fail(actor, one, error.message)
    except Exception as error:
        # Whatever went wrong, whoever waits for the file must be told; the task's log has the traceback.
        _fail(actor, one, f"The file could not be made ({type(error).__name__}). Number {one.id}.")
        raise
    finally:
        new.unlink(missing_ok=True)
    with change(actor, "export.finish"):
        one.state, one.progress, one.error = Export.State.DONE, 1.0, ""
        one.file, one.file_sha256, one.file_size = str(path.relative_to(folder())), digest, size
        one.finished_at = now()
        one.save(update_fields=_FINISHED)
    return one


def _reader(actor: Actor, one: Export) -> Actor:
    """Whoever asked reads the register: the file shows what they may see."""
    if one.requested_by_id is None:
        return actor
    user = User.objects.prefetch_related("grants").filter(id=one.requested_by_id, is_active=True).first()
    if user is None:
        raise NotPermitted("Whoever asked for this file may no longer sign in.")
    return actor_for(user)


def _progress(actor: Actor, one: Export, progress: float) -> None:
    with change(actor, "export.progress"):
        one.progress, one.state = progress, Export.State.RUNNING
        one.save(update_fields=["progress", "state"])


def _fail(actor: Actor, one: Export, message: str) -> Export:
    with change(actor, "export.fail", reason=message):
        one.state, one.error, one.finished_at = Export.State.FAILED, message, now()
        one.save(update_fields=["state", "error", "finished_at"])
    return one


def fail_lost_exports(*, actor: Actor) -> int:
    """End exports on which nobody works any more, so that whoever waits is told. Returns how many."""
    lost = Export.objects.filter(
        state__in=(Export.State.QUEUED, Export.State.RUNNING), updated_at__lt=now() - LOST_AFTER
    )
    for one in lost:
        _fail(actor, one, "Nobody finished this file. Ask for it again.")
    return len(lost)


def folder() -> Path:
    """Where files are kept."""
    return Path(settings.WEIGHBRIDGE_HOME) / "files"


def suffix(one: Export) -> str:
    """How the name of the file ends."""
    return SUFFIXES.get(one.format) or one.table


def media_type(one: Export) -> str:
    """The media type of the file."""
    return MEDIA_TYPES[suffix(one)]


def _path(one: Export) -> Path:
    return folder() / "exports" / f"{one.created_at:%Y-%m}" / f"{one.id}.{suffix(one)}"


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_file(one: Export) -> BinaryIO:
    """The finished file. Raises `NotFound` when somebody removed it from the disk."""
    path = folder() / one.file
    if not one.file or not path.is_file():
        raise NotFound("The file of this export is no longer there. Ask for it again.")
    return path.open("rb")


def copy_to(one: Export, target: Path) -> None:
    """Put a copy of the finished file somewhere. Raises `NotFound` like `open_file`."""
    with open_file(one) as file, target.open("wb") as copy:
        shutil.copyfileobj(file, copy)


def file_name(one: Export) -> str:
    """What the file is called when somebody saves it."""
    about = slugify(one.subject_name)[:60] if one.subject_name else "register"
    kind = "journal" if one.format == Export.Format.JOURNAL else about or one.subject_type
    return f"weighbridge-{kind}-{one.created_at:%Y-%m-%d}.{suffix(one)}"
