"""Write a file's entries beside those in use: nothing of it counts until its version is taken into use.

New and changed entries are written in chunks, each whole. What a killed import leaves is cleaned by the next one.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now
from apps.core.copying import copy_rows
from apps.core.errors import Conflict, WeighbridgeError, told
from apps.sanctions.entries import ListedParty
from apps.sanctions.lists import guards
from apps.sanctions.matching import forget_names, index_names
from apps.sanctions.models import Entry, EntryName, ListSource, ListVersion, NameKey

CHUNK = 2000
MOST_KEPT = 500
"""Of the rows that could not be read, and of the notes on others."""
_BROKEN = gettext_noop("It was not read to its end.")
_LONGEST_NAME = 1000
_LONGEST_REFERENCE = 200


class Published(Protocol):
    """A file that is being read: its entries one after the other, and what is known of it once they have gone by."""

    @property
    def published_at(self) -> dt.datetime | None:
        """What the file says of its own date."""

    @property
    def stated_count(self) -> int | None:
        """How many entries the file says that it holds."""

    @property
    def rejected(self) -> Sequence[Mapping[str, Any]]:
        """Rows that could not be read: `[{"row", "message"}]`."""

    @property
    def notes(self) -> Sequence[Mapping[str, Any]]:
        """What a person should know of rows that were read, likewise."""

    @property
    def unknown_labels(self) -> Mapping[str, int]:
        """Names of lists that nobody knows, with how many entries each has; those do not go by."""

    def __iter__(self) -> Iterator[ListedParty]:
        """The entries."""


@dataclass(frozen=True, kw_only=True)
class ListFile:
    """A file as it was had."""

    name: str
    sha256: str
    """Hexadecimal."""
    size: int
    """In bytes."""
    fetched_at: dt.datetime
    url: str = ""


def stage(*, actor: Actor, source: ListSource, file: ListFile, entries: Published) -> ListVersion:
    """Write what is new and changed in a file, and ask the guards: a version that is staged, or refused with reasons.

    Raises `Conflict` while somebody else reads a file of this source, and what reading raises: the version then is
    dropped with that reason.
    """
    actor.require("lists.manage")
    with _alone(source):
        clean(actor=actor, source=source)
        version = _begin(actor, source, file)
        try:
            return _Staging(actor, version).take(entries)
        except Exception as error:
            message = error.message if isinstance(error, WeighbridgeError) else type(error).__name__
            with change(actor, "list.drop", reason=message):
                _drop(version, "unreadable", message)
            raise


def clean(*, actor: Actor, source: ListSource) -> None:
    """Delete the entries of versions that never came into use: broken off, refused and now overtaken.

    Call it only while nobody else stages a file of the source.
    """
    left = source.versions.filter(used_from__isnull=True)
    with change(actor, "list.drop"):
        for version in left.filter(state__in=(ListVersion.State.STAGED, ListVersion.State.REFUSED)):
            broken = version.staged_at is None
            _drop(version, "broken-off" if broken else "", _BROKEN if broken else "")
    # Afterwards, and not in the same transaction: tens of thousands of rows; a kill in between is made good next time.
    ids = list(left.values_list("id", flat=True))
    Entry.objects.filter(until__in=ids).update(until=None)
    while chunk := list(Entry.objects.filter(since__in=ids).order_by().values_list("id", flat=True)[:CHUNK]):
        Entry.objects.filter(id__in=chunk).delete()
    forget_ended(source)


def forget_ended(source: ListSource) -> None:
    """Take the names of entries that count no more out of what matching looks through; the entries stay."""
    ended = Entry.objects.filter(source=source, until__used_from__isnull=False)
    forget_names(EntryName.objects.filter(Exists(NameKey.objects.filter(name=OuterRef("id"))), entry__in=ended))


@contextmanager
def _alone(source: ListSource) -> Iterator[None]:
    """Nobody else reads a file of this source meanwhile. The lock goes with the process, however that one ends."""
    name = [lock_name(source)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name)
        if not cursor.fetchone()[0]:
            raise Conflict("A file of this source is being read at this moment. Wait until it is done.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)


def lock_name(source: ListSource) -> str:
    """What whoever stages or switches versions of a source holds."""
    return f"list-source:{source.key}"


def _begin(actor: Actor, source: ListSource, file: ListFile) -> ListVersion:
    with change(actor, "list.stage"):
        last = source.versions.aggregate(last=Max("number"))["last"] or 0
        version = ListVersion(
            source=source,
            number=last + 1,
            fetched_at=file.fetched_at,
            file_name=file.name[:300],
            url=file.url,
            sha256=file.sha256,
            size=file.size,
        )
        version.save()
    return version


def _drop(version: ListVersion, guard: str, message: str) -> None:
    version.state = ListVersion.State.DROPPED
    if guard:
        version.refusals = [*version.refusals, {"guard": guard, **told(message)}]
    version.save()


class _Staging:
    """The entries of one file on their way in, compared with those in use."""

    def __init__(self, actor: Actor, version: ListVersion) -> None:
        self.actor, self.version, self.source = actor, version, version.source
        rows = Entry.objects.filter(source=self.source).in_use().order_by()
        self.ending: dict[tuple[str, str], tuple[str, UUID]] = {
            (key, reference): (digest, entry)
            for key, reference, digest, entry in rows.values_list("list_key", "reference", "digest", "id").iterator()
        }
        """Entries in use that the file has not shown again in the same wording."""
        self.seen: set[tuple[str, str]] = set()
        self.counts: Counter[str] = Counter()
        self.turned_away: list[Mapping[str, object]] = []
        self.added = self.changed = 0
        self.watch = guards.Watch(frozenset(self.source.list_keys))

    def take(self, entries: Published) -> ListVersion:
        """Write them, and ask the guards."""
        passing = iter(entries)
        while chunk := list(islice(passing, CHUNK)):
            fresh = [entry for entry in chunk if self._admitted(entry) and self._is_new(entry)]
            with transaction.atomic():
                self._store(fresh)
                self.version.read += len(chunk)
                ListVersion.objects.filter(id=self.version.id).update(read=self.version.read)
        ending = [entry for _, entry in self.ending.values()]
        for start in range(0, len(ending), CHUNK):
            Entry.objects.filter(id__in=ending[start : start + CHUNK]).update(until=self.version)
        return self._judged(entries)

    def _admitted(self, entry: ListedParty) -> bool:
        """Whether the entry can be kept; what is wrong with it is noted otherwise."""
        key, message = (entry.list_key, entry.reference), ""
        if not entry.name.strip() or not 0 < len(entry.reference) <= _LONGEST_REFERENCE:
            message = gettext_noop("It has no name, or no number of at most 200 characters.")
        elif key in self.seen:
            message = gettext_noop("Its number was given before.")
        if message:
            self.turned_away.append({"row": f"{entry.list_key} {entry.reference[:100]}", **told(message)})
            return False
        self.seen.add(key)
        return True

    def _is_new(self, entry: ListedParty) -> bool:
        """Whether the wording differs from the one in use, or there is none."""
        key = (entry.list_key, entry.reference)
        self.counts[entry.list_key] += 1
        self.watch.see(entry.list_key, (name.text for name in entry.names))
        held = self.ending.get(key)
        if held and held[0] == entry.digest:
            del self.ending[key]
            return False
        self.changed += held is not None
        self.added += held is None
        return True

    def _store(self, entries: Sequence[ListedParty]) -> None:
        rows = [
            Entry(
                source=self.source,
                list_key=entry.list_key,
                reference=entry.reference,
                digest=entry.digest,
                kind=entry.kind,
                name=entry.name[:_LONGEST_NAME],
                countries=list(entry.countries),
                body=entry.body,
                since=self.version,
                row_version=1,
            )
            for entry in entries
        ]
        listed = [(row, name) for row, entry in zip(rows, entries, strict=True) for name in entry.names]
        numbers = _numbers(len(listed))
        names = [
            EntryName(id=number, entry=row, text=name.text[:_LONGEST_NAME], kind=name.kind)
            for number, (row, name) in zip(numbers, listed, strict=True)
        ]
        copy_rows(rows)
        copy_rows(names)
        if names:
            index_names(names)

    def _judged(self, entries: Published) -> ListVersion:
        version, rejected = self.version, [*entries.rejected, *self.turned_away]
        version.staged_at, version.published_at = now(), entries.published_at
        version.counts = dict(sorted(self.counts.items()))
        version.added, version.changed = self.added, self.changed
        version.removed = len(self.ending) - self.changed
        version.rejected_rows = len(rejected)
        version.rejected, version.notes = rejected[:MOST_KEPT], [*entries.notes][:MOST_KEPT]
        version.refusals = guards.refusals(
            guards.Figures(
                counts=version.counts,
                published_at=version.published_at,
                rejected=version.rejected_rows,
                stated=entries.stated_count,
                unknown=entries.unknown_labels,
                missing=self.watch.missing,
                expected=frozenset(self.source.list_keys),
            ),
            _figures(self.source),
            most_lost=self.source.most_lost,
        )
        with change(self.actor, "list.refuse" if version.refusals else "list.stage"):
            if version.refusals:
                version.state = ListVersion.State.REFUSED
            version.save()
        return version


def _figures(source: ListSource) -> guards.Figures | None:
    """What is known of the version in use, if there is one."""
    version = source.versions.filter(state=ListVersion.State.IN_USE).first()
    return guards.Figures(counts=version.counts, published_at=version.published_at) if version else None


def _numbers(many: int) -> list[int]:
    """So many fresh numbers of names: COPY does not tell which it gave."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [EntryName._meta.db_table, many],
        )
        return [number for (number,) in cursor.fetchall()]
