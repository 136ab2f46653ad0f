"""JSON files of entries, read piece by piece: what stands around a long array, and its items one by one. Pure.

A file is an array of entries, or an object of which one member is. That array is read item by item, so that the
memory needed is that of the largest item, not of the file.
"""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists.texts import Text
from apps.imports.records import UnreadableFile
from apps.imports.strict import STRICT_NUMBERS

MAX_DEPTH = 32
LARGEST_VALUE = 16 * 1024 * 1024
"""Of one item or one other member, in characters."""
_BLANK = re.compile(r"[ \t\r\n]*")
_OPENING = re.compile(r"[\[{]")


class _Twice(ValueError):
    """A key that stands twice in one object."""


class JsonFile:
    """A JSON file of entries; `head` has the other members of the object around them, as far as they have been read."""

    def __init__(self, stream: io.BufferedReader, *, arrays: tuple[str, ...]) -> None:
        self._text = Text(stream)
        self._arrays = arrays
        self._buffer, self._at, self._read, self._ended = "", 0, 0, False
        self._decoder = json.JSONDecoder(object_pairs_hook=_pairs, **STRICT_NUMBERS)
        self.head: dict[str, Any] = {}
        self.array = ""
        """The name of the member whose items are read; empty where the file is an array."""

    def items(self) -> Iterator[Any]:
        """The items of the one array. Raises `UnreadableFile` for what is no such file, in whatever way."""
        opening = self._next()
        if opening == "[":
            yield from self._items()
        elif opening == "{":
            yield from self._object()
        else:
            raise self._broken(gettext_noop("a list begins with [ or {"))
        if self._peek():
            raise self._broken(gettext_noop("something stands after its end"))

    def _object(self) -> Iterator[Any]:
        found = False
        if self._peek() == "}":
            self._at += 1
        else:
            yield from self._members()
            found = bool(self.array)
        if not found:
            message = gettext_noop("This is no list: it has none of the members %(names)s with an array.")
            raise UnreadableFile(filled(message, names=", ".join(self._arrays)))

    def _members(self) -> Iterator[Any]:
        while True:
            key = self._value()
            if not isinstance(key, str) or self._next() != ":":
                raise self._broken(gettext_noop("a name with a colon is wanted"))
            if key in self.head or key == self.array != "":
                raise UnreadableFile(filled("The key “%(key)s” stands twice in one object.", key=key[:60]))
            if key in self._arrays and not self.array and self._peek() == "[":
                self.array = key
                self._at += 1
                yield from self._items()
            else:
                self.head[key] = self._value()
            if not self._more("}"):
                return

    def _items(self) -> Iterator[Any]:
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if not self._more("]"):
                return

    def _more(self, closing: str) -> bool:
        found = self._next()
        if found not in (",", closing):
            raise self._broken(filled("a comma or %(closing)s is wanted", closing=closing))
        return found == ","

    def _next(self) -> str:
        found = self._peek()
        if not found:
            raise UnreadableFile("The file is cut off: it ends in the middle of its JSON.")
        self._at += 1
        return found

    def _peek(self) -> str:
        while True:
            self._at = _BLANK.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer) or not self._fill():
                return self._buffer[self._at : self._at + 1]

    def _fill(self) -> bool:
        """Read on; the more has been read of one value, the more at once, so that trying again costs little."""
        if self._ended:
            return False
        kept = self._buffer[self._at :]
        if len(kept) > LARGEST_VALUE:
            raise UnreadableFile(filled("One value of the file has more than %(most)d characters.", most=LARGEST_VALUE))
        piece = self._text.read(max(1 << 16, len(kept)))
        self._ended = not piece
        self._read += self._at
        self._buffer, self._at = kept + piece, 0
        return bool(piece)

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._fill():
                    continue
                raise self._syntax(error) from None
            except _Twice as error:
                raise UnreadableFile(filled("The key “%(key)s” stands twice in one object.", key=str(error))) from None
            except RecursionError:
                raise _too_deep() from None
            if end == len(self._buffer) and self._fill():  # a number may go on
                continue
            self._check_depth(self._at, end)
            self._at = end
            return value

    def _check_depth(self, start: int, end: int) -> None:
        part = self._buffer[start:end]
        if len(_OPENING.findall(part)) > MAX_DEPTH and _depth(part) > MAX_DEPTH:
            raise _too_deep()

    def _syntax(self, error: json.JSONDecodeError) -> UnreadableFile:
        if error.pos >= len(self._buffer.rstrip()) or error.msg.startswith("Unterminated string"):
            return UnreadableFile("The file is cut off: it ends in the middle of its JSON.")
        self._at = error.pos
        return self._broken(error.msg)

    def _broken(self, what: str) -> UnreadableFile:
        message = gettext_noop("The file is no valid JSON: at character %(at)d, %(what)s.")
        return UnreadableFile(filled(message, at=self._read + self._at + 1, what=what))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise _Twice(key[:60])
            seen.add(key)
    return found


def _depth(text: str) -> int:
    level = deepest = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        deepest = max(deepest, level)
    return deepest


def _too_deep() -> UnreadableFile:
    return UnreadableFile(filled("The file is nested deeper than %(most)d levels.", most=MAX_DEPTH))
