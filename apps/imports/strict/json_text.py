"""JSON from outside, so that what we keep is what everybody else reads too. Pure."""

import json
import math
import re
from typing import Any

from apps.core.errors import filled
from apps.imports.pointers import walk
from apps.imports.records import UnreadableFile
from apps.imports.strict.texts import text_of

MAX_DOCUMENT = 32 * 1024 * 1024
MAX_DEPTH = 100
MAX_VALUES = 1_000_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""No database stores NUL or half a surrogate pair in JSON."""


class _Twice(dict[str, Any]):
    """An object in which a key stood twice; found again by walking, to say where."""

    key = ""


def object_of(content: bytes, *, most: int = MAX_DOCUMENT) -> dict[str, Any]:
    """The JSON object that a file holds. Raises `UnreadableFile` like `text_of` and `json_of`, and for what is none."""
    value = json_of(text_of(content, most=most))
    if not isinstance(value, dict):
        raise UnreadableFile("The file holds JSON, but not an object in curly brackets.", pointer="")
    return value


def json_of(text: str) -> Any:
    """The value that JSON text holds, be it an object or not.

    Raises `UnreadableFile`, with a pointer where there is one, for what is no JSON, for keys that stand twice, NaN,
    infinity and whole numbers beyond 64 bits, for characters that cannot be stored, and above 100 levels or a million
    values.
    """
    if not text.strip():
        raise UnreadableFile("The file is empty.")
    value = _parsed(text)
    _check(value)
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_pairs, **STRICT_NUMBERS)
    except json.JSONDecodeError as error:
        message = filled(
            "The file is no valid JSON: line %(line)d, column %(column)d: %(what)s",
            line=error.lineno,
            column=error.colno,
            what=error.msg,
        )
        raise UnreadableFile(message) from None
    except RecursionError:
        raise UnreadableFile(filled("The file is nested deeper than %(most)d levels.", most=MAX_DEPTH)) from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    seen: set[str] = set()
    twice.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return twice


def _constant(name: str) -> float:
    raise UnreadableFile(filled("%(name)s is no number that JSON knows.", name=name))


def _whole(text: str) -> int:
    # Short enough to be converted at all: very long numbers take quadratic time.
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise UnreadableFile(filled("The number %(start)s… is larger than 64 bits.", start=text[:20]))
    return int(text)


def _float(text: str) -> float:
    value = float(text) if len(text) <= 400 else math.inf
    if not math.isfinite(value):
        raise UnreadableFile(filled("The number %(start)s… is too large.", start=text[:20]))
    return value


STRICT_NUMBERS: dict[str, Any] = {"parse_constant": _constant, "parse_int": _whole, "parse_float": _float}
"""How a decoder of JSON refuses NaN, infinity and whole numbers beyond 64 bits."""


def _check(document: Any) -> None:
    for count, (pointer, value) in enumerate(walk(document)):
        if count >= MAX_VALUES:
            raise UnreadableFile(filled("The file holds more than %(most)d values.", most=MAX_VALUES))
        if pointer.count("/") > MAX_DEPTH:
            raise UnreadableFile(filled("The file is nested deeper than %(most)d levels.", most=MAX_DEPTH))
        if isinstance(value, _Twice):
            raise UnreadableFile(filled("the key “%(key)s” stands twice in one object", key=value.key), pointer=pointer)
        unstorable = (isinstance(value, str) and _UNSTORABLE.search(value)) or (
            isinstance(value, dict) and any(_UNSTORABLE.search(key) for key in value)
        )
        if unstorable:
            raise UnreadableFile(
                "holds a character that cannot be stored (NUL or half a surrogate pair)", pointer=pointer
            )
