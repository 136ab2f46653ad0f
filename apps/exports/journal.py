"""The journal as JSON lines, with what is needed to find out later whether any line was changed, added or left out.

The first line says what follows. Every further line is one entry, in the order in which the database wrote them, with
its number. The last line has the root of the Merkle tree (RFC 6962, SHA-256) over the entries' lines without their line
feeds, and how many there are. Numbers are given once: one that is missing was a change that was taken back.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from django.db.models import QuerySet

from apps.audit.models import AuditEntry
from apps.core.canonical import canonical_json

FORMAT = "weighbridge-journal/1"
AT_ONCE = 2000
_FIELDS = (
    *("seq", "id", "at", "change_id", "action", "reason", "actor_kind", "actor_id", "actor_label", "origin"),
    *("request_id", "operation", "subject_type", "subject_id", "before", "after"),
)


class Tree:
    """The root of a Merkle tree as RFC 6962 section 2.1 defines it, kept while leaves come one after the other."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """One more leaf."""
        height, node = 0, hashlib.sha256(b"\x00" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == height:
            _, left = self._peaks.pop()
            height, node = height + 1, hashlib.sha256(b"\x01" + left + node).digest()
        self._peaks.append((height, node))
        self.size += 1

    def root(self) -> str:
        """The root over all leaves, in hexadecimal."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()


def write(entries: QuerySet[AuditEntry], product: str, file: BinaryIO) -> None:
    """Write the journal line by line, so that its length does not matter."""
    tree, first, last = Tree(), 0, 0
    _line(file, {"format": FORMAT, "product": product, "tree": "RFC 6962, SHA-256", "fields": list(_FIELDS)})
    rows = entries.order_by("seq").values(*_FIELDS).iterator(chunk_size=AT_ONCE)
    for row in rows:
        first, last = first or row["seq"], row["seq"]
        tree.add(_line(file, {name: _plain(row[name]) for name in _FIELDS}))
    _line(file, {"entries": tree.size, "first": first, "last": last, "root": tree.root()})


def _line(file: BinaryIO, content: dict[str, Any]) -> bytes:
    line = canonical_json(content)
    file.write(line + b"\n")
    return line


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def check(lines: Iterable[bytes]) -> Iterator[str]:
    """What is wrong with the lines of such a file; nothing when they are as they were written."""
    tree, numbers, end = Tree(), [], None
    for at, line in enumerate(one.rstrip(b"\n") for one in lines):
        content = json.loads(line)
        if at == 0:
            if content.get("format") != FORMAT:
                yield f"line 1: not {FORMAT}"
        elif "root" in content:
            end = content
        else:
            tree.add(line)
            numbers.append(content["seq"])
    if end is None:
        yield "the last line is missing"
        return
    if numbers != sorted(set(numbers)):
        yield "the numbers do not rise"
    if end["entries"] != tree.size:
        yield f"{end['entries']} entries are announced, {tree.size} are there"
    if end["root"] != tree.root():
        yield "the root is another one: a line was changed, added or left out"
