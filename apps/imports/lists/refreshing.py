"""Bring a list up to date: fetch or take its file, keep it, read it, let the guards judge it, take it into use.

Whatever goes wrong, the version in use stays, and the source says why it is not newer.
"""

import datetime as dt
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import Conflict, WeighbridgeError, filled, told
from apps.imports.fetched import Mark
from apps.imports.lists.keeping import MOST_BYTES, incoming, keep, kept
from apps.imports.lists.readers import read
from apps.imports.lists.recognising import format_of
from apps.imports.outbound import NetworkOff, Outbound
from apps.sanctions.lists.staging import ListFile, forget_ended, stage
from apps.sanctions.lists.switching import accept, switch
from apps.sanctions.models import ListSource, ListVersion

SECONDS = 180.0
"""For one answer: the largest official files have more than 100 MB."""
WHOLE_AFTER = dt.timedelta(days=7)
"""So long a server is believed that nothing has changed; then the whole file is fetched again."""


def may_go_out() -> bool:
    """Whether this installation fetches lists at all (`WEIGHBRIDGE_LISTS`)."""
    return bool(settings.LISTS)


def refresh(*, actor: Actor, source: ListSource, outbound: Outbound | None = None) -> ListVersion | None:
    """Fetch a source's file unless it is still the one in use, and take it: the version that this made, if any.

    Raises `NetworkOff` and `Conflict` where nothing can be fetched; `CannotFetch`, `UnreadableFile` and others, which
    the source then shows as its failure.
    """
    actor.require("lists.manage")
    if not may_go_out():
        raise NetworkOff("This installation fetches no lists. Set WEIGHBRIDGE_LISTS=on, or upload the file.")
    if not source.url:
        raise Conflict("This source has no address. Upload its file, or set an address.")
    parts = urlsplit(source.url)
    outbound = outbound or Outbound(f"{parts.scheme}://{parts.netloc}", seconds=SECONDS, in_all=2 * SECONDS)
    try:
        with incoming() as file:
            found = outbound.download(source.url, file, most=MOST_BYTES, known=_known(source))
            if found is None:
                _confirm(actor, source, Mark(etag=source.etag, last_modified=source.last_modified))
                return None
            sha256, size = keep(file)
        name = urlsplit(found.url).path.rpartition("/")[2] or source.key
        version = _take(actor, source, ListFile(name=name, sha256=sha256, size=size, fetched_at=now(), url=source.url))
    except Exception as error:
        note_failure(actor, source, error)
        raise
    if version is None or version.state == ListVersion.State.IN_USE:
        _confirm(actor, source, found.mark)
    return version


def take(
    *,
    actor: Actor,
    source: ListSource,
    content: IO[bytes],
    name: str,
    format: str = "",  # noqa: A002
    reason: str = "",
) -> ListVersion:
    """Take a file that somebody has; it is read even if it is the one in use. With a `reason` guards are overruled.

    Raises `InvalidInput` and `UnreadableFile` for a file that cannot be read.
    """
    actor.require("lists.manage")
    sha256, size = keep(content)
    return take_kept(actor=actor, source=source, sha256=sha256, size=size, name=name, format=format, reason=reason)


def take_kept(
    *,
    actor: Actor,
    source: ListSource,
    sha256: str,
    size: int,
    name: str,
    format: str = "",  # noqa: A002
    reason: str = "",
) -> ListVersion:
    """Take a file that is kept already, as `take` does."""
    file = ListFile(name=name, sha256=sha256, size=size, fetched_at=now())
    try:
        version = _staged(actor, source, file, format)
        if version.state == ListVersion.State.REFUSED and reason:
            version = accept(actor=actor, version=version, reason=reason)
    except Exception as error:
        note_failure(actor, source, error)
        raise
    if version.state == ListVersion.State.IN_USE:
        # What the server says of its file is not about this one.
        _confirm(actor, source, Mark())
    return version


def refresh_due(*, actor: Actor) -> list[ListSource]:
    """The sources that are to be fetched by schedule and were not looked at for as long as they say."""
    actor.require("lists.manage")
    if not may_go_out():
        return []
    sources = ListSource.objects.filter(enabled=True).exclude(url="")
    moment = now()
    return [
        source
        for source in sources
        if source.checked_at is None or source.checked_at + dt.timedelta(hours=source.every_hours) <= moment
    ]


def _known(source: ListSource) -> Mark | None:
    """What the server called the file in use, while it is to be believed that this one has not changed."""
    version = source.versions.filter(state=ListVersion.State.IN_USE).first()
    if version is None or version.fetched_at < now() - WHOLE_AFTER:
        return None
    return Mark(etag=source.etag, last_modified=source.last_modified)


def _take(actor: Actor, source: ListSource, file: ListFile) -> ListVersion | None:
    """The version that a fetched file makes; None when it is the file in use. One refused before stays refused."""
    newest = source.versions.exclude(state=ListVersion.State.DROPPED).first()
    if newest is not None and newest.sha256 == file.sha256:
        if newest.state == ListVersion.State.IN_USE:
            return None
        if newest.state == ListVersion.State.REFUSED:
            return newest
    return _staged(actor, source, file)


def _staged(actor: Actor, source: ListSource, file: ListFile, format: str = "") -> ListVersion:  # noqa: A002
    with kept(file.sha256) as stream:
        chosen = format or format_of(source.format, stream)
        list_key = source.list_keys[0] if len(source.list_keys) == 1 else None
        version = stage(actor=actor, source=source, file=file, entries=read(chosen, stream, list_key=list_key))
    if version.state == ListVersion.State.REFUSED:
        _fail(actor, source, {name: part for name, part in version.refusals[0].items() if name != "guard"})
        return version
    version = switch(actor=actor, version=version)
    forget_ended(source)
    return version


def _confirm(actor: Actor, source: ListSource, mark: Mark) -> None:
    """What is in use is what is published."""
    with change(actor, "list.confirm"):
        source = ListSource.objects.select_for_update(of=("self",)).get(id=source.id)
        source.etag, source.last_modified = mark.etag, mark.last_modified
        source.checked_at = source.confirmed_at = now()
        source.failure = {}
        source.save()


def note_failure(actor: Actor, source: ListSource, error: Exception) -> None:
    """Write down at the source why nothing came of the last look."""
    message = error.message if isinstance(error, WeighbridgeError) else filled(
        "Reading it ended in an error of the program (%(error)s).", error=type(error).__name__
    )  # fmt: skip
    _fail(actor, source, told(message))


def _fail(actor: Actor, source: ListSource, failure: dict[str, object]) -> None:
    with change(actor, "list.fail"):
        source = ListSource.objects.select_for_update(of=("self",)).get(id=source.id)
        source.checked_at, source.failure = now(), failure
        source.save()
