"""Bytes of a header, taken one after the other: nothing is read or kept beyond what is allowed."""

import struct
from typing import Literal, Protocol

from apps.core.errors import filled
from apps.imports.records import UnreadableFile

MOST_HEADER = 20 * 1024 * 1024
"""Bytes of a header that are read. Those of the largest public models have a few MB; the vocabulary is most of it."""


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes."""


class CutOff(UnreadableFile):
    """The bytes end in the middle of the header."""


class HeaderStream:
    """A stream of which at most `most` bytes are taken; `taken` holds them where they are wanted later."""

    def __init__(self, stream: Readable, *, most: int = MOST_HEADER, keep: bool = False) -> None:
        self._stream = stream
        self._most = most
        self._keep = keep
        self._order = "<"
        self.count = 0
        self.taken = bytearray()

    def big_endian(self) -> None:
        """From here on numbers begin with their highest byte."""
        self._order = ">"

    def take(self, size: int) -> bytes:
        """The next bytes. Raises `CutOff` where there are fewer, `UnreadableFile` above the limit."""
        if size < 0 or self.count + size > self._most:
            raise UnreadableFile(filled("The header would be larger than %(most)d bytes.", most=self._most))
        found = self._stream.read(size)
        self.count += len(found)
        if self._keep:
            self.taken += found
        if len(found) < size:
            raise CutOff(filled("The header ends after %(count)d bytes, in the middle of a value.", count=self.count))
        return found

    def number(self, form: str) -> int | float | bool:
        """One number of a form of `struct`."""
        found: int | float | bool = struct.unpack(self._order + form, self.take(struct.calcsize(form)))[0]
        return found

    def skip_texts(self, count: int, longest: int) -> None:
        """Pass over texts, each with its length before it. Raises `UnreadableFile` for one that is too long."""
        order: Literal["little", "big"] = "little" if self._order == "<" else "big"
        for _ in range(count):
            length = int.from_bytes(self.take(8), order)
            if length > longest:
                raise UnreadableFile(filled("A text of the header has %(count)d bytes.", count=length))
            self.take(length)

    def whole(self, form: str) -> int:
        """One whole number."""
        return int(self.number(form))
