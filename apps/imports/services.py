"""Writes of imports: take a file, preview or apply it, undo it. A task does the work, chunk by chunk.

An import that was killed goes on where its last whole chunk ended; what a chunk writes, it writes with its report.
"""

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.selectors import actor_for
from apps.core.canonical import canonical_json, digest
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now
from apps.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WeighbridgeError, filled
from apps.core.text import clean_text
from apps.imports import kinds
from apps.imports.applying import CHUNK, described, in_order, plan_chunk, report, store_rows, told_errors, write_chunk
from apps.imports.hosted import is_configuration
from apps.imports.hub_card.fetching import fetch_card
from apps.imports.known import Known
from apps.imports.lists.uploading import work_on_list
from apps.imports.models import Import, ImportContent, ImportRow
from apps.imports.planning import Context
from apps.imports.records import Reading, Row, UnreadableFile
from apps.imports.undoing import undo

LARGE = 1024 * 1024
_ONE_LARGE = threading.Lock()
"""Files beyond `LARGE` bytes are read one after the other in a process, since each may take some hundred MiB."""
LARGEST_DOCUMENT = 8 * 1024 * 1024
WORK_FOR = 240.0
"""Seconds after which a task hands over to the next one."""
LOST_AFTER = dt.timedelta(hours=2)
"""Longer than all tries of a task take together."""
TRIES = 3
_COUNTS = ("created", "changed", "unchanged", "quarantined")


def receive_import(
    *, actor: Actor, content: bytes, file_name: str, kind: str = "", dry_run: bool = True, at_once: bool = False
) -> Import:
    """Take a file and ask for its preview, or with `dry_run` false for its import. A task does it unless `at_once`.

    Raises `InvalidInput` for a file that is empty, too large or of no known kind, `UnreadableFile` for one that
    cannot be read; nothing is kept of it then.
    """
    actor.require("imports.run")
    file_name = clean_text(file_name.replace("\x00", ""), pointer="/file", max_length=300, required=False) or "file"
    if not content:
        raise InvalidInput("is empty", pointer="/file")
    kind = kind or kinds.guess_kind(content, file_name)
    if not kind:
        raise InvalidInput("cannot be told from the content; choose the kind", pointer="/kind")
    if kind in kinds.HEAD_ONLY:
        content = content[: kinds.MOST_BYTES]
    if len(content) > kinds.MOST_BYTES:
        message = filled("has more than %(most)d MiB", most=kinds.MOST_BYTES // 1024 // 1024)
        raise InvalidInput(message, pointer="/file")
    if kind == Import.Kind.LIST:
        raise InvalidInput("A list is sent with its source, and is not previewed.", pointer="/kind")
    kinds.reader_of(kind)
    if kind not in ("litellm", "openrouter") and is_configuration(content):
        # Taken for something else, its keys and passwords would be stored.
        raise InvalidInput("is not what this is: it looks like a configuration of LiteLLM", pointer="/kind")
    content = kinds.as_kept(kind, content)
    # Here and again by the task: one that cannot be read is refused at once, whatever its size.
    with _ONE_LARGE if len(content) > LARGE else nullcontext():
        read(kind, content, file_name)
    with change(actor, "import.receive"):
        one = Import(
            kind=kind,
            file_name=file_name,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            dry_run=dry_run,
            step=Import.Step.PREVIEW if dry_run else Import.Step.APPLY,
            requested_by_id=actor.user_id,
            requested_as=actor.label[:300],
        )
        one.save()
        ImportContent.objects.create(of=one, content=content, row_version=1)
    if at_once:
        run_import(import_id=one.id, seconds=None, actor=actor)
        one.refresh_from_db()
    else:
        _ask(one.id)
    return one


def receive_from_hub(
    *, actor: Actor, identifier: str, revision: str = "", dry_run: bool = True, at_once: bool = False
) -> Import:
    """Fetch a repository's card and what belongs to it from the hub, and take it like a file that was sent.

    Raises `InvalidInput` for what is no identifier, and `CannotFetch` with the reason where the hub does not give it
    out or this installation does not go out.
    """
    content, name = fetch_from_hub(actor=actor, identifier=identifier, revision=revision)
    return receive_import(
        actor=actor, content=content, file_name=name, kind="hf-card", dry_run=dry_run, at_once=at_once
    )


def fetch_from_hub(*, actor: Actor, identifier: str, revision: str = "") -> tuple[bytes, str]:
    """Only fetch, for a caller who opens a transaction afterwards: content and name, to be received as `hf-card`."""
    actor.require("imports.run")
    content, name, _ = fetch_card(identifier, revision)
    return content, name


def import_again(*, actor: Actor, one: Import, kind: str) -> Import:
    """Preview the file of an import as another kind. The first one stays as it is."""
    actor.require("imports.run")
    if one.kind == Import.Kind.LIST:
        raise Conflict("A published list is not previewed as something else.")
    content = bytes(ImportContent.objects.values_list("content", flat=True).get(of=one))
    return receive_import(actor=actor, content=content, file_name=one.file_name, kind=kind, dry_run=True)


def read(kind: str, content: bytes, file_name: str) -> Reading:
    """A file, read. Raises `UnreadableFile`, whatever a reader stumbles over."""
    try:
        return kinds.reader_of(kind)(content, name=file_name)
    except WeighbridgeError:
        raise
    except RecursionError as error:
        raise UnreadableFile("The file is nested too deeply.") from error


def apply_import(*, actor: Actor, one: Import) -> Import:
    """Bring what was previewed into the register, or go on with what failed halfway. Raises `Conflict` otherwise."""
    actor.require("imports.run")
    with change(actor, "import.ask_to_apply"):
        one = _locked(one.id)
        failed = one.state == Import.State.FAILED and one.step == Import.Step.APPLY
        if one.state != Import.State.PREVIEWED and not failed:
            raise Conflict(_no_way(one))
        if not failed:
            one.position = 0
        one.step, one.state, one.reason, one.errors = Import.Step.APPLY, Import.State.QUEUED, "", []
        one.requested_by_id, one.requested_as = actor.user_id, actor.label[:300]
        one.progress = 0
        one.save()
    _ask(one.id)
    return one


def undo_import(*, actor: Actor, one: Import, reason: str) -> Import:
    """Ask for everything that an import wrote to be taken back. Raises `Conflict` where nothing of it stands."""
    actor.require("imports.run")
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "import.ask_to_undo", reason=reason):
        one = _locked(one.id)
        if one.state == Import.State.UNDONE:
            raise Conflict("This import has been undone already.")
        if one.pending or not one.written:
            raise Conflict(_no_way(one))
        one.step, one.state, one.reason, one.progress = Import.Step.UNDO, Import.State.QUEUED, reason, 0
        one.requested_by_id, one.requested_as = actor.user_id, actor.label[:300]
        one.save()
    _ask(one.id)
    return one


def _no_way(one: Import) -> str:
    state = one.State(one.state).value
    return filled("This import is in the state “%(state)s” (%(step)s); wait, or look at its page.", state=state,
                  step=one.step)  # fmt: skip


def _locked(import_id: UUID) -> Import:
    return Import.objects.select_for_update(of=("self",)).get(id=import_id)


def _ask(import_id: UUID) -> None:
    from apps.imports.tasks import work_on_import

    transaction.on_commit(lambda: work_on_import.delay(str(import_id)))


# The work -----------------------------------------------------------------------------------------------------------


def run_import(*, import_id: UUID, seconds: float | None = WORK_FOR, actor: Actor | None = None) -> bool:
    """Do what is asked of an import, for so many seconds. Whether it is at its end; otherwise call again.

    Raises `NotFound` when there is no such import. One that cannot be done ends as failed with its reason.
    """
    one = Import.objects.filter(id=import_id).first()
    if one is None:
        raise NotFound("There is no such import.")
    if not one.pending:
        return True
    try:
        actor = actor or _actor_of(one)
        actor.require("imports.run")
        if one.step == Import.Step.UNDO:
            undo(actor, one)
            return True
        if one.kind == Import.Kind.LIST:
            work_on_list(actor, one)
            return True
        content = bytes(ImportContent.objects.values_list("content", flat=True).get(of=one))
        work = _Work(one, read(one.kind, content, one.file_name), actor)
        return work.preview() if one.step == Import.Step.PREVIEW else work.apply(seconds)
    except WeighbridgeError as error:
        fail(one, error.message, errors=error)
        return True
    except Exception as error:
        # Whatever went wrong, whoever waits must be told; the task's log has the traceback.
        message = filled("The work on this file broke off (%(error)s). What is reported below is in the register; "
                         "go on, or undo it.", error=type(error).__name__)  # fmt: skip
        fail(one, message)
        raise


def _actor_of(one: Import) -> Actor:
    """Whoever asked acts: what is written is theirs, within what they may."""
    if one.requested_by_id is None:
        return Actor.command("import_file")
    user = User.objects.prefetch_related("grants").filter(id=one.requested_by_id, is_active=True).first()
    if user is None:
        raise NotPermitted("Whoever asked for this import may no longer sign in.")
    return actor_for(user, origin="imports.work_on_import")


def fail(one: Import, reason: str, *, errors: WeighbridgeError | None = None) -> None:
    """End the work on an import with a reason. What its whole chunks wrote stays; it may go on, or be undone."""
    with change(Actor.system("imports.fail"), "import.fail", reason=reason):
        one = _locked(one.id)
        if not one.pending:
            return
        one.state, one.reason, one.finished_at = Import.State.FAILED, reason, now()
        if one.step == Import.Step.UNDO:
            one.state, one.step = Import.State.DONE, Import.Step.APPLY
        one.errors = told_errors(errors.errors[:50]) if errors else []
        one.save()


class _Work:
    """The entries of one file, in their order, and how far they are done."""

    def __init__(self, one: Import, reading: Reading, actor: Actor) -> None:
        self.one, self.actor = one, actor
        self.entries = in_order(reading.rows)
        self.raws: dict[int, Row] = dict(self.entries)
        if reading.document is not None and len(canonical_json(reading.document)) > LARGEST_DOCUMENT:
            raise UnreadableFile("The document is too large to be kept.")
        self.context = Context(
            actor=actor,
            reading=reading,
            sha256=one.sha256,
            import_id=one.id,
            begun=one.created_at,
            digest=digest(reading.document) if reading.document is not None else "",
            described=described(reading.rows),
        )

    def preview(self) -> bool:
        """Report what would be done. Nothing is written but the report; done anew after a crash."""
        known, rows = Known(self.one.kind), list[ImportRow]()
        self._begin(anew=True)
        for start in range(0, len(self.entries), CHUNK):
            planned = plan_chunk(self.entries[start : start + CHUNK], known, self.context)
            rows += report(self.one, planned, self.raws)
            self._note_progress(len(rows))
        with change(self.actor, "import.preview"):
            one = _locked(self.one.id)
            if not one.pending or one.step != Import.Step.PREVIEW:
                return True
            ImportRow.objects.filter(of=one).delete()
            store_rows(rows)
            self._count(one, rows)
            one.position = len(rows)
            self._end(one, Import.State.PREVIEWED)
        return True

    def apply(self, seconds: float | None) -> bool:
        """Write chunk after chunk from where the last one ended, for so many seconds."""
        started = time.monotonic()
        self._begin(anew=self.one.position == 0)
        while self._chunk():
            if seconds is not None and time.monotonic() - started > seconds:
                return False
        return True

    def _begin(self, *, anew: bool) -> None:
        with change(self.actor, "import.begin"):
            one = _locked(self.one.id)
            one.state, one.format, one.source = Import.State.RUNNING, self.context.reading.format[:100], (
                self.context.reading.source[:500]
            )  # fmt: skip
            one.rows_read = len(self.entries)
            if anew and one.position == 0:
                ImportRow.objects.filter(of=one).delete()
                for name in _COUNTS:
                    setattr(one, name, 0)
            one.save()

    def _chunk(self) -> bool:
        """Write the next chunk; whether there is another one after it."""
        for attempt in range(TRIES):
            try:
                return self._write_next()
            except IntegrityError:
                # Somebody registered the same at this moment: the next attempt finds it.
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _write_next(self) -> bool:
        with change(self.actor, "import.apply"):
            one_at_a_time("imports")
            one = _locked(self.one.id)
            if one.state != Import.State.RUNNING or one.step != Import.Step.APPLY:
                return False
            entries = self.entries[one.position : one.position + CHUNK]
            # What earlier chunks wrote is read from the register, as after a crash: one way, and little memory.
            planned = plan_chunk(entries, Known(self.one.kind), self.context)
            self._count(one, write_chunk(one, planned, self.raws, self.context))
            one.position += len(entries)
            one.progress = one.position / max(1, len(self.entries))
            more = one.position < len(self.entries)
            if more:
                one.save()
            else:
                self._end(one, Import.State.DONE)
        return more

    def _count(self, one: Import, rows: Sequence[ImportRow]) -> None:
        for name in _COUNTS:
            setattr(one, name, getattr(one, name) + sum(row.outcome == name for row in rows))

    def _note_progress(self, done: int) -> None:
        with change(self.actor, "import.progress"):
            Import.objects.filter(id=self.one.id).update(progress=done / max(1, len(self.entries)))

    def _end(self, one: Import, state: str) -> None:
        one.state, one.progress, one.finished_at, one.reason = state, 1.0, now(), ""
        one.save()


def fail_lost_imports(*, actor: Actor) -> int:
    """End imports on which nobody works any more, so that whoever waits is told. Returns how many."""
    actor.require("imports.run")
    lost = Import.objects.filter(
        state__in=(Import.State.QUEUED, Import.State.RUNNING), updated_at__lt=now() - LOST_AFTER
    )
    for one in lost:
        fail(one, gettext_noop("Nobody finished this import. Go on with it, or undo it."))
    return len(lost)
