"""The US consolidated screening list as JSON: the published shape, and projections of it with interned tables. Pure.

Source: International Trade Administration, `consolidated.json`: `{"results": [...]}`, or the array alone, of objects
with `source`, `name`, `alt_names`, `type`, `addresses` (objects), `ids` (objects), `programs` and others.
A projection says with `fieldKey` which short name stands for which field, and which are indices into its `tables`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists.csl.entries import entries_of, identifier, listed
from apps.imports.lists.json_stream import JsonFile
from apps.imports.lists.making import moment_of, tidy
from apps.imports.lists.reading import Reading, UnreadableRow
from apps.imports.lists.unpacking import Delivered
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import ListedParty

_INDEX = re.compile(r"(\w+) \(index into tables\.(\w+)\)")
_ADDRESS = ("address", "city", "state", "postal_code", "country")
Fields = Mapping[str, Any]


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The entries of the file, each on the list that its source label names."""
    file = JsonFile(delivered.file(".json"), arrays=("results", "entries"))
    shown: Callable[[Any], Fields] | None = None

    def made(item: Any) -> Iterator[ListedParty]:
        nonlocal shown
        if shown is None:
            shown = _Projection(file.head).fields if "fieldKey" in file.head else _official
            reading.publish(moment_of(file.head.get("sourceGeneratedAt")))
        return entries_of(shown(item), reading)

    count = 0
    for count, item in enumerate(file.items(), start=1):
        yield from reading.each([(f"entry {count}", item)], made)
    _check_count(file.head, count, reading)


def _check_count(head: Mapping[str, Any], count: int, reading: Reading) -> None:
    stated = next((head[name] for name in ("entryCount", "total") if isinstance(head.get(name), int)), None)
    reading.stated_count = stated
    if stated is not None and stated != count:
        message = gettext_noop("The file says that it holds %(stated)d entries, and holds %(count)d.")
        raise UnreadableFile(filled(message, stated=stated, count=count))


def _official(item: Any) -> Fields:
    if not isinstance(item, dict):
        raise UnreadableRow(gettext_noop("The entry is no object."))
    addresses = [_object(address) for address in listed(item, "addresses")]
    return {
        **item,
        "addresses": [", ".join(text for part in _ADDRESS if (text := tidy(one.get(part)))) for one in addresses],
        "countries": [one.get("country") for one in addresses],
        "identifiers": [
            identifier(one.get("type"), one.get("number"), one.get("country"))
            for one in map(_object, listed(item, "ids"))
        ],
    }


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableRow(gettext_noop("An address or a number of the entry is no object."))
    return value


class _Projection:
    """How short names stand for fields, and indices for texts."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        keys, self._tables = head.get("fieldKey"), head.get("tables", {})
        if not isinstance(keys, dict) or not isinstance(self._tables, dict):
            raise UnreadableFile("The members “fieldKey” and “tables” should be objects, and come before the entries.")
        self._keys = {short: str(meaning) for short, meaning in keys.items()}

    def fields(self, item: Any) -> Fields:
        if not isinstance(item, dict):
            raise UnreadableRow(gettext_noop("The entry is no object."))
        found: dict[str, Any] = {}
        for short, value in item.items():
            meaning = self._keys[short] if short in self._keys else str(short)
            if match := _INDEX.match(meaning):
                found[match[1]] = self._text(match[2], value)
            elif meaning.startswith("address countries"):
                found["countries"] = value
            else:
                found[meaning.partition(" (")[0]] = value
        if isinstance(found.get("programs"), str):
            found["programs"] = found["programs"].split(";")
        return found

    def _text(self, table: str, at: Any) -> Any:
        texts = self._tables.get(table)
        if not isinstance(texts, list) or isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < len(texts):
            raise UnreadableRow(filled("The table “%(table)s” has no text for the entry.", table=table[:50]))
        return texts[at]
