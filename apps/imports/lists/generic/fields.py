"""The generic shape of a listed party: which names of fields mean what, and an entry out of them. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from apps.imports.lists.making import day_of, kind_of, listed_party, tidy
from apps.imports.lists.reading import UnreadableRow
from apps.imports.lists.scripts import is_native
from apps.sanctions.entries import Identifier, ListedName, ListedParty, NameKind

FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "full_name", "caption", "entity_name", "company"),
    "aliases": ("aliases", "alias", "alt_names", "aka", "also_known_as"),
    "weak_aliases": ("weak_aliases", "weak_alias"),
    "former_names": ("former_names", "former_name", "previous_name", "fka"),
    "native_names": ("native_names", "native_name", "name_original_script"),
    "reference": ("reference", "entity_number", "number", "id"),
    "kind": ("kind", "type", "schema", "entity_type"),
    "countries": ("countries", "country", "nationalities", "nationality", "citizenships", "jurisdiction"),
    "addresses": ("addresses", "address"),
    "birth_dates": ("birth_dates", "birth_date", "dates_of_birth", "date_of_birth", "dob"),
    "programmes": ("programmes", "programme", "programs", "program", "regime"),
    "listed_on": ("listed_on", "effective_date", "start_date", "listing_date"),
    "ends_on": ("ends_on", "end_date", "expires_on"),
    "acts": ("acts", "act", "federal_register", "federal_register_notice", "legal_basis"),
    "licence_requirement": ("licence_requirement", "license_requirement"),
    "licence_policy": ("licence_policy", "license_policy", "license_review_policy"),
    "remarks": ("remarks", "notes", "note"),
    "url": ("url", "source_url", "source_information_url"),
    "identifiers": ("identifiers", "identifier"),
}
"""What a field means -> the names that it goes by, compared without case, spaces, hyphens and underscores."""
_NOT_SAID = {"source", "listid"}
_MEANINGS = {re.sub(r"[\s_-]+", "", name): meaning for meaning, names in FIELDS.items() for name in names}
_NAME_KINDS = {
    "aliases": NameKind.ALIAS,
    "weak_aliases": NameKind.WEAK,
    "former_names": NameKind.FORMER,
    "native_names": NameKind.NATIVE,
}
_MOST_OTHERS = 50


def meaning_of(name: str) -> str:
    """What a field of this name means; empty for a name of no meaning to us, whose value is kept in the remarks."""
    return _MEANINGS.get(_plain(name), "")


def entry_of(fields: Mapping[str, Any], *, list_key: str, position: int) -> ListedParty:
    """The entry that the fields tell. Several values are an array. Raises `UnreadableRow` for one without a name."""
    said, others = _sorted_out(fields)
    return listed_party(
        list_key=list_key,
        reference=_reference(said.get("reference", []), position),
        kind=kind_of(_first(said, "kind")),
        names=_names(said),
        countries=_all(said, "countries"),
        addresses=_all(said, "addresses"),
        birth_dates=_all(said, "birth_dates"),
        identifiers=[_identifier(one) for one in said.get("identifiers", [])],
        programmes=_all(said, "programmes"),
        listed_on=day_of(_first(said, "listed_on")),
        ends_on=day_of(_first(said, "ends_on")),
        acts=_all(said, "acts"),
        licence_requirement=_first(said, "licence_requirement"),
        licence_policy=_first(said, "licence_policy"),
        remarks=[*_all(said, "remarks"), *_undated(said), *others],
        url=_first(said, "url"),
    )


def _sorted_out(fields: Mapping[str, Any]) -> tuple[dict[str, list[Any]], list[str]]:
    said: dict[str, list[Any]] = {}
    others: list[str] = []
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        if meaning := meaning_of(name):
            said.setdefault(meaning, []).extend(one for one in values if one is not None)
        elif _plain(name) not in _NOT_SAID:
            texts = [str(one) for one in values if isinstance(one, str | int | float) and str(one).strip()]
            others += [f"{tidy(name)}: {'; '.join(texts)}"] if texts and len(others) < _MOST_OTHERS else []
    return said, others


def _names(said: Mapping[str, list[Any]]) -> Iterator[ListedName]:
    first, *more = [tidy(one) for one in said.get("name", [])] or [""]
    if not first:
        raise UnreadableRow(gettext_noop("The entry has no name."))
    yield ListedName(text=first, kind=NameKind.PRIMARY)
    yield from (ListedName(text=text) for text in more)
    for meaning, kind in _NAME_KINDS.items():
        for text in map(tidy, said.get(meaning, [])):
            native = kind is NameKind.ALIAS and is_native(text)
            yield ListedName(text=text, kind=NameKind.NATIVE if native else kind)


def _reference(values: list[Any], position: int) -> str:
    """What the list calls the entry. A bare number, or one that says only where it stands, is none of its own."""
    texts = [tidy(one) for one in values if not isinstance(one, int) or isinstance(one, bool)]
    return next((text for text in texts if text and text != str(position)), "")


def _identifier(value: Any) -> Identifier:
    if isinstance(value, dict):
        return Identifier(**{name: tidy(value.get(name)) for name in ("kind", "value", "country")})
    return Identifier(kind="", value=tidy(value))


def _undated(said: Mapping[str, list[Any]]) -> Iterator[str]:
    """Days that are not written exactly are kept as they are written."""
    for meaning, label in (("listed_on", "Listed on"), ("ends_on", "Ends on")):
        text = _first(said, meaning)
        if text and day_of(text) is None:
            yield f"{label}: {text}"


def _all(said: Mapping[str, list[Any]], meaning: str) -> Iterable[str]:
    return [tidy(value) for value in said.get(meaning, [])]


def _first(said: Mapping[str, list[Any]], meaning: str) -> str:
    return next((text for text in _all(said, meaning) if text), "")


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.casefold())
