"""Reads of published lists: sources and how fresh they are, versions, entries, and what changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from apps.core.errors import NotFound
from apps.sanctions.lists.standing import Standing, standing_of
from apps.sanctions.models import Entry, EntryName, ListSource, ListVersion, RestrictedPartyList

CHANGES = (("added", _("Added")), ("changed", _("Changed")), ("removed", _("Removed")))


def sources() -> QuerySet[ListSource]:
    """Every source of lists, with its version in use in `in_use` (a list of one, or empty)."""
    in_use = ListVersion.objects.filter(state=ListVersion.State.IN_USE)
    waiting = ListVersion.objects.filter(state=ListVersion.State.REFUSED, source=OuterRef("id"))
    return ListSource.objects.annotate(waits=Exists(waiting)).prefetch_related(
        Prefetch("versions", in_use, to_attr="in_use")
    )


def source_by_key(key: str) -> ListSource:
    """One source as `sources` gives it. Raises `NotFound`."""
    found = sources().filter(key=key).first()
    if found is None:
        raise NotFound("There is no such source of lists.")
    return found


def list_by_key(key: str) -> RestrictedPartyList:
    """One list with its legal effect. Raises `NotFound`."""
    found = RestrictedPartyList.objects.filter(key=key).first()
    if found is None:
        raise NotFound("There is no such list.")
    return found


def standings() -> dict[str, list[Standing]]:
    """How every list stands, by its key: once for each source that carries it. Two queries."""
    found: dict[str, list[Standing]] = defaultdict(list)
    for source in sources():
        for key in source.list_keys:
            found[key].append(standing_of(source, key))
    return found


def alarms() -> list[Standing]:
    """Sources that want somebody's attention: too old, failing, or with a version that guards refused. Two queries."""
    return [standing for source in sources() if (standing := standing_of(source)).alarm]


def versions_of(source: ListSource) -> QuerySet[ListVersion]:
    """The versions of a source, newest first."""
    return source.versions.order_by("-number")


def entries_read(source_key: str) -> int:
    """How many entries have been read of the file of a source that is being read; 0 while none is."""
    reading = ListVersion.objects.filter(source__key=source_key, state=ListVersion.State.STAGED, staged_at=None)
    return max(reading.values_list("read", flat=True), default=0)


def version_by_id(version_id: UUID) -> ListVersion:
    """One version. Raises `NotFound`."""
    found = ListVersion.objects.select_related("source").filter(id=version_id).first()
    if found is None:
        raise NotFound("There is no such version of a list.")
    return found


def entries_in_use(at: dt.datetime | None = None) -> QuerySet[Entry]:
    """The entries that count now, or counted at a moment."""
    return Entry.objects.in_use(at)


def named(found: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """Those of `found` one of whose names contains `text`, or whose number it is."""
    bearing = EntryName.objects.filter(text__icontains=text).values("entry_id")
    return found.filter(Q(id__in=bearing) | Q(reference=text))


def entry_by_id(entry_id: UUID) -> Entry:
    """One entry of a version that is or was in use. Raises `NotFound`."""
    rows = Entry.objects.select_related("source", "since", "until").filter(since__used_from__isnull=False)
    found = rows.filter(id=entry_id).first()
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def wordings_of(entry: Entry) -> QuerySet[Entry]:
    """All wordings under the number of an entry that are or were in use, newest first."""
    rows = Entry.objects.filter(source=entry.source_id, list_key=entry.list_key, reference=entry.reference)
    return rows.filter(since__used_from__isnull=False).select_related("since", "until").order_by("-since__number")


def changes_of(version: ListVersion) -> QuerySet[Entry]:
    """What a version changes: its new and changed entries, and the last wording of those that it removes.

    Each carries `change`, one of `CHANGES`; `old_wordings` gives what the changed ones said before.
    """
    same = Entry.objects.filter(source=version.source, list_key=OuterRef("list_key"), reference=OuterRef("reference"))
    rows = Entry.objects.filter(Q(since=version) | (Q(until=version) & ~Exists(same.filter(since=version))))
    return rows.annotate(
        change=Case(
            When(until=version, then=Value("removed")),
            When(Exists(same.filter(until=version)), then=Value("changed")),
            default=Value("added"),
        )
    )


def old_wordings(version: ListVersion, entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    """What entries said before a version changed them, by list and number. One query."""
    references = [entry.reference for entry in entries]
    rows = Entry.objects.filter(source=version.source, until=version, reference__in=references)
    return {(entry.list_key, entry.reference): entry for entry in rows}
