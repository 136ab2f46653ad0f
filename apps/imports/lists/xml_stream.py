"""XML files of entries, read entry by entry: document types, entities and endless elements are refused. Pure."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.records import UnreadableFile

MAX_DEPTH = 40
MOST_ELEMENTS = 50_000
"""Of one entry."""
MOST_CHARACTERS = 4 * 1024 * 1024
"""Of one entry, and of what may stand between two of its parts."""
MOST_OUTSIDE = 100
"""Texts outside of entries that are kept; no list has more than a dozen."""
PIECE = 1 << 16
_ENTITIES = gettext_noop("The file holds a document type or entities, which no published list has; it is not read.")


@dataclass(slots=True)
class Node:
    """An element of an entry. Names are without their namespace."""

    name: str
    attributes: Mapping[str, str]
    parts: "list[str | Node]" = field(default_factory=list)
    section: int = 0
    """Of an entry: in which of the file's sections it stands, from 1; 0 where the file is not read by sections."""

    def all(self, *path: str) -> "Iterator[Node]":
        """The elements at a path of names below this one."""
        name, *rest = path
        for part in self.parts:
            if isinstance(part, Node) and part.name == name:
                if rest:
                    yield from part.all(*rest)
                else:
                    yield part

    def every(self) -> "Iterator[Node]":
        """All elements below this one, at any depth, in their order."""
        for part in self.parts:
            if isinstance(part, Node):
                yield part
                yield from part.every()

    def values(self, *path: str) -> list[str]:
        """The texts of the elements at a path that are not empty."""
        return [text for node in self.all(*path) if (text := node.text.strip())]

    def value(self, *path: str) -> str:
        """The first of those texts; empty where there is none."""
        return next(iter(self.values(*path)), "")

    @property
    def is_leaf(self) -> bool:
        """Whether it has no elements within."""
        return not any(isinstance(part, Node) for part in self.parts)

    @property
    def text(self) -> str:
        """Its text with that of all elements within."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)


class XmlFile:
    """An XML file of entries. What stands outside of entries is known as far as the file has been read."""

    def __init__(self, stream: io.BufferedReader, *, root: str, entries: frozenset[str], section: str = "") -> None:
        self._stream = stream
        self._builder = _Builder(root, entries, section)

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes of the root element."""
        return self._builder.root

    @property
    def head(self) -> Mapping[str, str]:
        """Texts of the elements outside of entries, by their names."""
        return self._builder.head

    def entries(self) -> Iterator[Node]:
        """The entries in their order. Raises `UnreadableFile` for what is no such file, in whatever way."""
        parser: Any = DefusedXMLParser(target=self._builder, forbid_dtd=True)
        while piece := self._stream.read(PIECE):
            self._safely(parser.feed, piece)
            self._builder.check_progress(len(piece))
            yield from self._builder.taken()
        self._safely(parser.close)
        yield from self._builder.taken()

    @staticmethod
    def _safely(step: Any, *given: bytes) -> None:
        try:
            step(*given)
        except DefusedXmlException as error:
            raise UnreadableFile(_ENTITIES) from error
        except ParseError as error:
            raise _broken(error) from error
        except (LookupError, ValueError) as error:
            raise UnreadableFile(filled("The file is no valid XML: %(what)s.", what=str(error)[:200])) from error


class _Builder:
    """Builds the nodes of one entry at a time and lets go of everything else."""

    def __init__(self, root: str, entries: frozenset[str], section: str) -> None:
        self._wanted, self._entries, self._section = root, entries, section
        self.root: Mapping[str, str] = {}
        self.head: dict[str, str] = {}
        self._ready: list[Node] = []
        self._open: list[Node] = []
        """From the entry down to the innermost element, while there is an entry."""
        self._outside: list[str] = []
        """Names of the open elements outside of entries."""
        self._elements = self._characters = self._idle = self._sections = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._idle = 0
        if len(self._outside) + len(self._open) >= MAX_DEPTH:
            raise UnreadableFile(filled("The file is nested deeper than %(most)d levels.", most=MAX_DEPTH))
        if not self._outside:
            self._begin(name, attributes)
        elif self._open or name in self._entries:
            self._enter(name, attributes)
        else:
            self._sections += name == self._section
            self._outside.append(name)
            self._characters = 0

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != self._wanted:
            message = gettext_noop("This is another kind of file: it begins with <%(found)s>, not with <%(wanted)s>.")
            raise UnreadableFile(filled(message, found=name[:60], wanted=self._wanted))
        self.root = dict(attributes)
        self._outside.append(name)

    def _enter(self, name: str, attributes: Mapping[str, str]) -> None:
        node = Node(name, {key.rpartition("}")[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].parts.append(node)
        else:
            self._elements = self._characters = 0
            node.section = self._sections
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise UnreadableFile(filled("One entry has more than %(most)d elements.", most=MOST_ELEMENTS))
        self._open.append(node)

    def end(self, _tag: str) -> None:
        self._idle = 0
        if not self._open:
            self._outside.pop()
            return
        node = self._open.pop()
        if not self._open:
            self._ready.append(node)

    def data(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise UnreadableFile(filled("One entry has more than %(most)d characters.", most=MOST_CHARACTERS))
        if self._open:
            self._open[-1].parts.append(text)
        elif self._outside and text.strip() and len(self.head) < MOST_OUTSIDE:
            name = self._outside[-1]
            self.head[name] = (self.head.get(name, "") + text)[:1000]

    def close(self) -> None:
        """Called by the parser at the end of a whole document."""

    def check_progress(self, read: int) -> None:
        """Refuse an element or a comment that goes on and on."""
        self._idle += read
        if self._idle > 2 * MOST_CHARACTERS:
            raise UnreadableFile(filled("One entry has more than %(most)d characters.", most=MOST_CHARACTERS))

    def taken(self) -> list[Node]:
        """The entries that are complete, once."""
        ready, self._ready = self._ready, []
        return ready


def _broken(error: ParseError) -> UnreadableFile:
    line, column = error.position
    if "no element found" in str(error) or "unclosed" in str(error):
        return UnreadableFile(filled("The file is cut off: its XML ends in the middle, on line %(line)d.", line=line))
    message = gettext_noop("The file is no valid XML: line %(line)d, column %(column)d: %(what)s.")
    return UnreadableFile(filled(message, line=line, column=column + 1, what=str(error).partition(":")[0]))
