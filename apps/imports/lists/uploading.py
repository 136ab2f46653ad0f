"""A list's file that somebody sends: kept at once, read by a task, with the import as its report."""

from typing import IO

from django.db import transaction

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import InvalidInput, NotFound, filled
from apps.core.text import clean_text
from apps.imports.lists.keeping import keep
from apps.imports.lists.readers import FORMATS
from apps.imports.lists.refreshing import take_kept
from apps.imports.models import Import
from apps.sanctions.lists import selectors
from apps.sanctions.models import ListVersion


def receive_list(
    *,
    actor: Actor,
    source_key: str,
    content: IO[bytes],
    file_name: str,
    format: str = "",  # noqa: A002
) -> Import:
    """Take a list's file; a task reads it. `format` only where it is none of the source's own.

    Raises `InvalidInput` for an unknown source or format and for a file that is empty or too large.
    """
    actor.require("imports.run")
    actor.require("lists.manage")
    try:
        source = selectors.source_by_key(source_key)
    except NotFound as error:
        raise InvalidInput("is no source of lists", pointer="/source") from error
    if format and format not in FORMATS:
        message = filled("must be one of %(formats)s", formats=", ".join(FORMATS))
        raise InvalidInput(message, pointer="/format")
    name = clean_text(file_name.replace("\x00", ""), pointer="/file", max_length=300, required=False) or "file"
    sha256, size = keep(content)
    with change(actor, "import.receive"):
        one = Import(
            kind=Import.Kind.LIST,
            file_name=name,
            sha256=sha256,
            size=size,
            format=format,
            source=source.key,
            dry_run=False,
            step=Import.Step.APPLY,
            requested_by_id=actor.user_id,
            requested_as=actor.label[:300],
        )
        one.save()
    from apps.imports.tasks import work_on_import

    transaction.on_commit(lambda: work_on_import.delay(str(one.id)))
    return one


def work_on_list(actor: Actor, one: Import) -> None:
    """Read the file that an import brought, and write into the import what came of it."""
    with change(actor, "import.begin"):
        one.state = Import.State.RUNNING
        one.save()
    version = take_kept(
        actor=actor,
        source=selectors.source_by_key(one.source),
        sha256=one.sha256,
        size=one.size,
        name=one.file_name,
        format=one.format,
    )
    with change(actor, "import.apply"):
        refused = version.state != ListVersion.State.IN_USE
        one.refresh_from_db()
        one.rows_read = sum(version.counts.values()) + version.rejected_rows
        one.quarantined = version.rejected_rows
        if not refused:
            one.created, one.changed = version.added, version.changed
            one.unchanged = one.rows_read - one.quarantined - version.added - version.changed
        one.state = Import.State.FAILED if refused else Import.State.DONE
        one.reason = filled("Version %(number)d was refused. The list's page says why.", number=version.number) if (
            refused
        ) else ""  # fmt: skip
        one.progress, one.finished_at = 1.0, now()
        one.save()
