"""Any list as JSON in the generic shape: an array of objects, or an object with `entities` or `entries`. Pure.

Objects whose content stands in `properties`, each an array, are read as well.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists.generic.fields import entry_of
from apps.imports.lists.json_stream import JsonFile
from apps.imports.lists.making import moment_of
from apps.imports.lists.reading import Reading, UnreadableRow
from apps.imports.lists.unpacking import Delivered
from apps.imports.records import UnreadableFile
from apps.sanctions.entries import ListedParty

_ARRAYS = ("entities", "entries", "results", "records")
_COUNTS = ("count", "total")
_DATES = ("published_at", "list_date", "generated", "extracted")
LIST_IDS = {
    "bis-dpl": "US-DPL",
    "bis-entity-list": "US-ENTITY-LIST",
    "bis-meu": "US-MEU",
    "bis-uvl": "US-UVL",
    "cbp-wro": "US-WRO",
    "dhs-uflpa": "US-UFLPA",
    "dow-1260h": "US-1260H",
    "dow-1286": "US-1286",
    "fcc-covered": "US-FCC-COVERED",
    "ofac-eo14032": "US-EO14032",
    "ofac-nscmic": "US-NS-CMIC",
    "state-debarred-admin": "US-DTC",
    "state-debarred-statutory": "US-DTC",
    "state-nonproliferation": "US-ISN",
}
"""What `list_id` of a file says -> our key. Our own keys are understood as they are."""


def read(delivered: Delivered, reading: Reading) -> Iterator[ListedParty]:
    """The entries of the file. Raises `UnreadableFile` where it is another list than the one it is read as."""
    file = JsonFile(delivered.file(".json"), arrays=_ARRAYS)
    key, count = "", 0
    for count, item in enumerate(file.items(), start=1):
        key = key or _list_key(file.head, reading)
        yield from reading.each([(f"entry {count}", item)], partial(_entries, key, count))
    _check_count(file.head, count, reading)


def _entries(list_key: str, position: int, item: Any) -> list[ListedParty]:
    return [entry_of(_fields(item), list_key=list_key, position=position)]


def _list_key(head: Mapping[str, Any], reading: Reading) -> str:
    reading.publish(next((day for name in _DATES if (day := _moment(head.get(name)))), None))
    said = head.get("list_id") or head.get("list_key")
    found = LIST_IDS.get(said, said) if isinstance(said, str) else ""
    if reading.list_key and found and found != reading.list_key:
        message = gettext_noop("The file says that it is “%(found)s”, and is read as %(wanted)s.")
        raise UnreadableFile(filled(message, found=found[:60], wanted=reading.list_key))
    if not (reading.list_key or found):
        raise UnreadableFile("The file does not say which list it is: choose the list.")
    return reading.list_key or found


def _moment(value: Any) -> Any:
    return moment_of(value) if isinstance(value, str) else None


def _fields(item: Any) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise UnreadableRow(gettext_noop("The entry is no object."))
    within = item.get("properties")
    if not isinstance(within, dict):
        return item
    outside = {name: item[name] for name in ("id", "schema") if name in item}
    return {**outside, **({} if "name" in within else {"name": item.get("caption")}), **within}


def _check_count(head: Mapping[str, Any], count: int, reading: Reading) -> None:
    stated = next((head[name] for name in _COUNTS if isinstance(head.get(name), int)), None)
    reading.stated_count = stated
    if stated is not None and stated != count:
        message = gettext_noop("The file says that it holds %(stated)d entries, and holds %(count)d.")
        raise UnreadableFile(filled(message, stated=stated, count=count))
