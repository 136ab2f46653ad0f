"""Entries out of what a file says: texts tidied, countries by their code, references where a list gives none. Pure."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists.reading import UnreadableRow
from apps.places.countries import country_code
from apps.sanctions.entries import EntryKind, Identifier, ListedName, ListedParty, NameKind

LONGEST_NAME = 1000
LONGEST_REFERENCE = 150
MOST_NAMES = 1000
LONGEST_TEXT = 100_000
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_SPACES = re.compile(r"\s+")
_NO_WORD = re.compile(r"[\W_]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*|[Zz+].*)?")
_FIGURES = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_WORDED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*\.?[- ](\d{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})")
_KINDS = {
    EntryKind.PERSON: ("person", "individual", "p", "natural person", "man", "woman"),
    EntryKind.ORGANISATION: (
        *("organisation", "organization", "entity", "enterprise", "company", "legalentity", "legal entity", "e"),
        *("group", "public body", "publicbody", "corporation", "institution", "non-state actor", "nonstate actor"),
    ),
    EntryKind.VESSEL: ("vessel", "ship"),
    EntryKind.AIRCRAFT: ("aircraft", "airplane"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}


def tidy(value: object) -> str:
    """A text of the list: NFC, one space between words, without characters that are not seen but turn or split names.

    Raises `UnreadableRow` for what is no text, and for texts of unreasonable length.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnreadableRow(gettext_noop("A value that should be text is none."))
    text = str(value)
    if len(text) > LONGEST_TEXT:
        raise UnreadableRow(filled("A text has more than %(most)d characters.", most=LONGEST_TEXT))
    return _SPACES.sub(" ", _UNSEEN.sub(" ", unicodedata.normalize("NFC", text))).strip()


def kind_of(text: object) -> EntryKind:
    """The kind that a word of any list means; unknown for an empty or strange one."""
    return _KIND_OF.get(tidy(text).casefold(), EntryKind.UNKNOWN)


def day_of(text: object, *, month_first: bool | None = None) -> dt.date | None:
    """The day that a text means exactly; None for anything less.

    `month_first` says how an authority writes `12/10/2014`; where it is not known, only days are read of which the
    order is plain.
    """
    written = tidy(text)
    try:
        if found := _ISO.fullmatch(written):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if found := _FIGURES.fullmatch(written):
            return _of_figures(int(found[1]), int(found[2]), int(found[3]), month_first)
        if found := _WORDED.fullmatch(written):
            return dt.date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
        if found := _MONTH_FIRST.fullmatch(written):
            return dt.date(int(found[3]), _MONTHS.index(found[1].lower()) + 1, int(found[2]))
    except ValueError:
        return None
    return None


def _of_figures(first: int, second: int, year: int, month_first: bool | None) -> dt.date | None:
    if month_first is None:
        if first <= 12 and second <= 12 and first != second:
            return None
        month_first = first <= 12
    return dt.date(year, first, second) if month_first else dt.date(year, second, first)


def moment_of(text: object) -> dt.datetime | None:
    """The moment that a file says it was made at; a bare day is its beginning in UTC, None for what is neither."""
    written = tidy(text)
    try:
        found = dt.datetime.fromisoformat(written)
    except ValueError:
        day = day_of(written)
        if day is None:
            return None
        found = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def made_reference(list_key: str, kind: EntryKind, name: str) -> str:
    """A reference for an entry without a number: from its list, its kind and its name, written for people and short.

    It does not depend on where the entry stands in the file, nor on what is amended about it later.
    """
    plain = _NO_WORD.sub("-", unicodedata.normalize("NFKC", name).casefold()).strip("-")
    sum_ = hashlib.sha256(f"{list_key}\n{kind}\n{plain}".encode()).hexdigest()[:10]
    return f"{plain[:60].strip('-')}-{sum_}" if plain else sum_


def codes_of(countries: Iterable[object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names or codes of countries as ISO 3166-1 alpha-2 codes, and those that are none we know, as they are written."""
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for country in countries:
        written = tidy(country)
        if code := country_code(written):
            known[code] = None
        elif written:
            unknown[written] = None
    return tuple(known), tuple(unknown)


def listed_party(
    *,
    list_key: str,
    names: Iterable[ListedName],
    kind: EntryKind = EntryKind.UNKNOWN,
    reference: object = "",
    countries: Iterable[object] = (),
    addresses: Iterable[object] = (),
    birth_dates: Iterable[object] = (),
    identifiers: Iterable[Identifier] = (),
    programmes: Iterable[object] = (),
    acts: Iterable[object] = (),
    remarks: Iterable[object] = (),
    listed_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    licence_requirement: object = "",
    licence_policy: object = "",
    url: object = "",
) -> ListedParty:
    """The entry with its texts tidied and each said once; countries that are not known stay in the remarks.

    Raises `UnreadableRow` where it has no name, or a name or reference beyond bounds.
    """
    named = _names(names)
    known, unknown = codes_of(countries)
    given = tidy(reference)
    if len(given) > LONGEST_REFERENCE:
        raise UnreadableRow(filled("The reference has more than %(most)d characters.", most=LONGEST_REFERENCE))
    return ListedParty(
        list_key=list_key,
        reference=given or made_reference(list_key, kind, named[0].text),
        kind=kind,
        names=named,
        countries=known,
        addresses=_once(addresses),
        birth_dates=_once(birth_dates),
        identifiers=tuple(dict.fromkeys(_identifiers(identifiers))),
        programmes=_once(programmes),
        listed_on=listed_on,
        ends_on=ends_on,
        acts=_once(acts),
        licence_requirement=tidy(licence_requirement),
        licence_policy=tidy(licence_policy),
        remarks="; ".join(_once([*remarks, *(f"Country: {country}" for country in unknown)])),
        url=tidy(url)[:1000],
    )


def _names(names: Iterable[ListedName]) -> tuple[ListedName, ...]:
    found: dict[str, ListedName] = {}
    for name in names:
        text = tidy(name.text)
        if len(text) > LONGEST_NAME:
            raise UnreadableRow(filled("A name has more than %(most)d characters.", most=LONGEST_NAME))
        if text:
            found.setdefault(text, ListedName(text=text, kind=name.kind))
    if not found:
        raise UnreadableRow(gettext_noop("The entry has no name."))
    if len(found) > MOST_NAMES:
        raise UnreadableRow(filled("The entry has more than %(most)d names.", most=MOST_NAMES))
    first, *others = sorted(found.values(), key=lambda name: name.kind != NameKind.PRIMARY)
    return (ListedName(text=first.text, kind=NameKind.PRIMARY), *others)


def _identifiers(identifiers: Iterable[Identifier]) -> Iterator[Identifier]:
    for one in identifiers:
        if value := tidy(one.value):
            yield Identifier(kind=tidy(one.kind), value=value, country=country_code(one.country))


def _once(texts: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in map(tidy, texts) if text))
