"""A published list while it is read: its entries one by one, and all that could not be taken. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeVar

from apps.core.errors import filled
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import ListedParty

MOST_ENTRIES = 500_000
MOST_REJECTED = 1000
MOST_NOTES = 1000
T = TypeVar("T")


class UnreadableRow(Exception):
    """A row that cannot be taken; its message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(kw_only=True)
class Reading:
    """A list's file being read. Iterate once; what stands beside the entries is complete when that has ended.

    Iterating raises `UnreadableFile` where the file turns out to be cut off or broken: nothing of it may be used then.
    """

    format: str
    """A key of `apps.imports.lists.readers.FORMATS`."""
    list_key: str = ""
    """The list that the entries belong to, where the file does not say it itself."""
    published_at: dt.datetime | None = None
    """What the file says of its own date; known from the first entry on where the file's head says it."""
    stated_count: int | None = None
    """How many entries the file says that it holds."""
    rejected: list[dict[str, str]] = field(default_factory=list)
    """`{"row", "message"}` of each row that could not be taken, in English."""
    notes: list[dict[str, str]] = field(default_factory=list)
    """`{"row", "message"}` of what was taken and a person should know, such as numbers that stand twice."""
    unknown_labels: Counter[str] = field(default_factory=Counter)
    """Names of source lists that we do not know, with how many entries each has; those entries are not yielded."""
    counts: Counter[str] = field(default_factory=Counter)
    """Entries yielded, by list."""
    _entries: Iterator[ListedParty] = field(default_factory=lambda: iter(()))
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _twins: Counter[str] = field(default_factory=Counter)

    def begin(self, entries: Iterator[ListedParty]) -> None:
        """Read on to the first entry, so that a file of another kind is refused at once."""
        first = next(entries, None)
        self._entries = entries if first is None else chain((first,), entries)

    def __iter__(self) -> Iterator[ListedParty]:
        for entry in self._entries:
            entry = self._told_apart(entry)
            self.counts[entry.list_key] += 1
            yield entry
        if not self.counts and not self.unknown_labels:
            raise self._nothing()

    def each(self, rows: Iterable[tuple[str, T]], make: Callable[[T], Iterable[ListedParty]]) -> Iterator[ListedParty]:
        """The entries that `make` makes of rows; what it cannot make is kept as rejected, under the row's name."""
        for row, content in rows:
            try:
                yield from make(content)
            except UnreadableRow as error:
                self.reject(row, error.message)

    def reject(self, row: str, message: str) -> None:
        """Say that a row could not be taken. Raises `UnreadableFile` when that becomes the rule."""
        self.rejected.append({"row": row, "message": str(message)})
        if len(self.rejected) > MOST_REJECTED:
            raise UnreadableFile(
                filled(
                    "More than %(most)d rows cannot be read; the last one, %(row)s: %(message)s",
                    most=MOST_REJECTED,
                    row=row,
                    message=message,
                )
            )

    def publish(self, at: dt.datetime | dt.date | None) -> None:
        """Keep what the file says of its own date; a bare day is its beginning in UTC."""
        if at is not None and not isinstance(at, dt.datetime):
            at = dt.datetime(at.year, at.month, at.day, tzinfo=dt.UTC)
        self.published_at = at or self.published_at

    def note(self, row: str, message: str) -> None:
        """Say what a person should know of a row that was taken."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append({"row": row, "message": str(message)})

    def _told_apart(self, entry: ListedParty) -> ListedParty:
        """The entry under a reference that no other one of its list in this file has."""
        taken = entry.reference
        if (entry.list_key, taken) in self._seen:
            taken = self._another(entry)
            message = filled("“%(reference)s” stands more than once; this one is kept as “%(taken)s”.",
                             reference=entry.reference, taken=taken)  # fmt: skip
            self.note(entry.name, message)
            entry = replace(entry, reference=taken)
        self._seen.add((entry.list_key, taken))
        if len(self._seen) > MOST_ENTRIES:
            raise UnreadableFile(filled("The file holds more than %(most)d entries.", most=MOST_ENTRIES))
        return entry

    def _another(self, entry: ListedParty) -> str:
        # From what the entry says, so that it does not change when rows above it come or go; a number only for twins.
        base = f"{entry.reference[:170]}~{entry.digest.rpartition(':')[2][:8]}"
        self._twins[base] += 1
        return base if self._twins[base] == 1 else f"{base}-{self._twins[base]}"

    def _nothing(self) -> UnreadableFile:
        if self.rejected:
            return UnreadableFile(filled("No row of the file can be read; %(row)s: %(message)s", **self.rejected[0]))
        return UnreadableFile("The file holds no entry.")
