"""What a list's new version must stand before it replaces the one in use. Pure: figures in, reasons out."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.utils.translation import gettext_noop

from apps.core.errors import filled, told

MOST_REJECTED = 2
"""The share of a file's rows, in per cent, that may be unreadable."""
FEW = 3
"""A list that loses fewer entries than this, and not all of them, has not shrunk: some lists hold one or two dozen."""
SENTINELS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "US-SDN": (("sberbank",),),
        "US-SSI": (("rosneft",),),
        "US-NS-CMIC": (("huawei",),),
        "US-ENTITY-LIST": (("huawei",), ("zhipu", "knowledge atlas")),
        "US-1260H": (("huawei",),),
        "US-FCC-COVERED": (("huawei",),),
        "EU-CONSOLIDATED": (("sberbank",),),
        "UK-SANCTIONS-LIST": (("sberbank",),),
        "UN": (("al-qaida",),),
        "AU-DFAT": (("sberbank",),),
    }
)
"""List -> entries that must stand on it, each by spellings one of which must occur in a name, in small letters.

A list without them is no whole list. One that an authority takes off is taken out here, or accepted by a person.
"""
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "empty": gettext_noop("It holds nothing"),
        "count": gettext_noop("It holds fewer entries than it says"),
        "shrunk": gettext_noop("It has lost entries"),
        "sentinel": gettext_noop("An entry is missing that must be there"),
        "label": gettext_noop("It names a list that is not known"),
        "older": gettext_noop("It is older than the one in use"),
        "rejected": gettext_noop("Too many rows could not be read"),
        "unreadable": gettext_noop("The file could not be read to its end"),
        "broken-off": gettext_noop("The import broke off"),
    }
)
"""What each guard found, in words."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is known of a version."""

    counts: Mapping[str, int]
    published_at: dt.datetime | None = None
    rejected: int = 0
    stated: int | None = None
    """How many entries the file says that it holds."""
    unknown: Mapping[str, int] = field(default_factory=dict)
    """Names of lists that nobody knows, with how many entries each has."""
    missing: tuple[tuple[str, str], ...] = ()
    """Pairs of list and sentinel that no name bears."""
    expected: frozenset[str] = field(default_factory=frozenset)
    """The lists that the source is said to carry."""


def refusals(new: Figures, old: Figures | None, *, most_lost: int) -> list[dict[str, object]]:
    """Why `new` may not replace `old` by itself, as `[{"guard", "message", …}]`; empty when it may.

    `most_lost` in per cent. Without an `old` one nothing can have shrunk or be older.
    """
    return [{"guard": guard, **told(message)} for guard, message in _found(new, old, most_lost)]


def _found(new: Figures, old: Figures | None, most_lost: int) -> Iterator[tuple[str, str]]:
    if not sum(new.counts.values()) and not new.unknown:
        yield "empty", filled("The file holds no entry.")
        return
    strange = {key: many for key, many in new.counts.items() if key not in new.expected} | dict(new.unknown)
    for key in sorted(strange):
        yield "label", filled("%(count)d entries are of “%(list)s”, which is none of the lists of this source.",
                              count=strange[key], list=key)  # fmt: skip
    for key, sentinel in new.missing:
        yield "sentinel", filled("No entry of %(list)s bears the name “%(name)s”.", list=key, name=sentinel)
    rows = sum(new.counts.values()) + new.rejected
    if new.stated is not None and rows + sum(new.unknown.values()) < new.stated:
        yield "count", filled("The file says that it holds %(stated)d entries, and %(read)d came.",
                              stated=new.stated, read=rows)  # fmt: skip
    if new.rejected * 100 > MOST_REJECTED * rows:
        yield "rejected", filled("%(rejected)d of %(rows)d rows could not be read; at most %(most)d %% may.",
                                 rejected=new.rejected, rows=rows, most=MOST_REJECTED)  # fmt: skip
    if old is not None:
        yield from _against(new, old, most_lost)


def _against(new: Figures, old: Figures, most_lost: int) -> Iterator[tuple[str, str]]:
    for key, before in sorted(old.counts.items()):
        now = new.counts.get(key, 0)
        lost = before - now
        if lost > 0 and (not now or (lost >= FEW and lost * 100 > most_lost * before)):
            yield "shrunk", filled("%(list)s has %(now)d entries; the version in use has %(before)d. At most "
                                   "%(most)d %% may go at once.",
                                   list=key, now=now, before=before, most=most_lost)  # fmt: skip
    if new.published_at and old.published_at and new.published_at < old.published_at:
        days = [f"{moment:%Y-%m-%d %H:%M}" for moment in (new.published_at, old.published_at)]
        yield "older", filled("It is of %(new)s; the version in use is of %(old)s.", new=days[0], old=days[1])


class Watch:
    """Looks out for the sentinels of some lists while names go by."""

    def __init__(self, list_keys: frozenset[str]) -> None:
        self._missing = {(key, spellings) for key in list_keys for spellings in SENTINELS.get(key, ())}
        self._lists = {key for key, _ in self._missing}

    def see(self, list_key: str, names: Iterator[str]) -> None:
        """Note whom the names of an entry are."""
        if list_key not in self._lists:
            return
        text = "\n".join(names).casefold()
        self._missing -= {
            (key, spellings)
            for key, spellings in self._missing
            if key == list_key and any(spelling in text for spelling in spellings)
        }
        self._lists = {key for key, _ in self._missing}

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """Those that never came, as pairs of list and name."""
        return tuple(sorted((key, " / ".join(spellings)) for key, spellings in self._missing))
