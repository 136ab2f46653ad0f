"""Sources, and files of lists that need no reader."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from apps.core.changes import change
from apps.sanctions.entries import EntryKind, ListedName, ListedParty, NameKind
from apps.sanctions.lists.staging import ListFile, stage
from apps.sanctions.lists.switching import switch
from apps.sanctions.models import ListSource, ListVersion
from tests.making import SETUP

_numbers = count(1)
DAY = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@dataclass
class Made:
    """A file's entries without a file."""

    entries: Sequence[ListedParty]
    published_at: dt.datetime | None = None
    rejected: Sequence[Mapping[str, Any]] = field(default_factory=list)
    notes: Sequence[Mapping[str, Any]] = field(default_factory=list)
    stated_count: int | None = None
    unknown_labels: Mapping[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[ListedParty]:
        return iter(self.entries)


def listed(reference: str, *names: str, list_key: str = "TEST", **more: Any) -> ListedParty:
    """An entry; without names it bears its number."""
    first, *others = names or (f"Listed {reference}",)
    listed_names = (
        ListedName(text=first, kind=NameKind.PRIMARY),
        *(ListedName(text=name, kind=NameKind.ALIAS) for name in others),
    )
    more = {"kind": EntryKind.ORGANISATION, **more}
    return ListedParty(list_key=list_key, reference=reference, names=listed_names, **more)


def listed_many(number: int, **more: Any) -> list[ListedParty]:
    """So many entries, numbered from 0."""
    return [listed(str(index), **more) for index in range(number)]


def a_source(key: str = "", *list_keys: str, **more: Any) -> ListSource:
    """A source of one list `TEST` unless others are named."""
    key = key or f"source-{next(_numbers)}"
    with change(SETUP, "tests.fill"):
        source = ListSource(key=key, title=key, format="generic-csv", list_keys=list(list_keys or ("TEST",)), **more)
        source.save()
    return source


def a_file(name: str = "list.csv") -> ListFile:
    """What is known of a file."""
    text = f"{name} {next(_numbers)}"
    return ListFile(name=name, sha256=hashlib.sha256(text.encode()).hexdigest(), size=len(text), fetched_at=DAY)


def staged(source: ListSource, entries: Sequence[ListedParty], **more: Any) -> ListVersion:
    """A version with these entries, beside the one in use."""
    return stage(actor=SETUP, source=source, file=a_file(), entries=Made(entries, **more))


def in_use(source: ListSource, entries: Sequence[ListedParty], **more: Any) -> ListVersion:
    """A version with these entries, in use."""
    return switch(actor=SETUP, version=staged(source, entries, **more))
