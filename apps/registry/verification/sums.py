"""Lists of checksums: a `SHA256SUMS` file or a hub's listing of a repository, as one plain form."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.errors import FieldError, InvalidInput
from apps.registry.verification.paths import BadPath, clean_path

LARGEST = 4 * 1024 * 1024
MOST_FILES = 20_000
MOST_ERRORS = 20
_POINTER = "/file"
_GNU = re.compile(r"(\\?)([0-9A-Fa-f]{64}) [ *](.+)", re.DOTALL)
_BSD = re.compile(r"SHA256 \((.+)\) = ([0-9A-Fa-f]{64})", re.DOTALL)
_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_SIZE = 2**62


@dataclass(frozen=True, slots=True)
class FileSum:
    """One file by its SHA-256 (lower case)."""

    path: str
    sha256: str
    size: int | None = None


@dataclass(frozen=True)
class SumList:
    """What a list says. `unsummed` are files it names without a SHA-256; `complete` whether it names every file."""

    format: str
    """`sha256sums` or `hub-listing`."""
    files: Sequence[FileSum]
    unsummed: Sequence[str] = ()
    complete: bool = False
    revision: str = ""
    """The commit that a hub's listing is of."""


class _Gathering:
    """Files and mistakes while a list is read; a path stands once."""

    def __init__(self) -> None:
        self.files: dict[str, FileSum] = {}
        self.first: dict[str, str] = {}
        self.errors: list[str] = []

    def add(self, where: str, path: object, sha256: object, size: object = None) -> None:
        try:
            clean = clean_path(path)
        except BadPath as error:
            self.errors.append(f"{where}: the path {error}")
            return
        if not isinstance(sha256, str) or not _HEX.fullmatch(sha256):
            self.errors.append(f"{where}: the checksum must have 64 hexadecimal digits")
        elif clean in self.first:
            self.errors.append(f"{where}: “{clean}” stands there twice, first in {self.first[clean]}")
        else:
            self.first[clean] = where
            whole = size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < _SIZE else None
            self.files[clean] = FileSum(clean, sha256.lower(), whole)

    def done(self) -> tuple[FileSum, ...]:
        """The files in the order of their paths. Raises `InvalidInput` with the first mistakes."""
        if self.errors:
            raise InvalidInput(errors=[FieldError(_POINTER, text) for text in self.errors[:MOST_ERRORS]])
        if not self.files:
            raise InvalidInput("names no file with its SHA-256", pointer=_POINTER)
        return tuple(self.files[path] for path in sorted(self.files))


def read_sums(content: bytes) -> SumList:
    """The list in `content`, whichever of the known forms it has.

    Raises `InvalidInput` that says in which line or entry what is wrong: no UTF-8, no checksum of 64 digits, paths that
    are absolute or lead out of the folder, a path that stands twice, more than 4 MiB or 20,000 files.
    """
    if len(content) > LARGEST:
        raise InvalidInput(f"must have at most {LARGEST // 1024 // 1024} MiB", pointer=_POINTER)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"is no UTF-8 text at byte {error.start}", pointer=_POINTER) from error
    if text.lstrip().startswith(("[", "{")):
        return _listing(text)
    gathered = _Gathering()
    for number, line in _lines(text):
        _read_line(gathered, number, line)
    return SumList("sha256sums", gathered.done())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    # Only line feeds end a line: other separators may stand in a name.
    lines = [(number, line.removesuffix("\r")) for number, line in enumerate(text.split("\n"), 1)]
    told = [(number, line) for number, line in lines if line.strip() and not line.startswith("#")]
    if len(told) > MOST_FILES:
        raise InvalidInput(f"must name at most {MOST_FILES} files, names {len(told)}", pointer=_POINTER)
    yield from told


def _read_line(gathered: _Gathering, number: int, line: str) -> None:
    gnu, bsd = _GNU.fullmatch(line), _BSD.fullmatch(line)
    if gnu:
        path = _unescaped(gnu[3]) if gnu[1] else gnu[3]
        gathered.add(f"line {number}", path, gnu[2])
    elif bsd:
        gathered.add(f"line {number}", bsd[1], bsd[2])
    else:
        gathered.errors.append(
            f"line {number}: must be 64 hexadecimal digits, two spaces and a path, as sha256sum prints them"
        )


def _unescaped(path: str) -> str:
    """sha256sum marks names with a backslash or a line feed and escapes both."""
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), path)


def _listing(text: str) -> SumList:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"is neither a list of checksums nor JSON: {str(error)[:200]}", pointer=_POINTER) from error
    entries, key, revision = _entries(found)
    if len(entries) > MOST_FILES:
        raise InvalidInput(f"must name at most {MOST_FILES} files, names {len(entries)}", pointer=_POINTER)
    gathered, unsummed = _Gathering(), []
    for index, entry in enumerate(entries):
        where = f"entry {index}"
        if not isinstance(entry, Mapping):
            gathered.errors.append(f"{where}: must be an object")
        elif entry.get("type") == "directory":
            continue
        elif (sha256 := _large_file_oid(entry)) is not None:
            gathered.add(where, entry.get(key), sha256, entry.get("size"))
        else:
            unsummed.append(_named(gathered, where, entry.get(key)))
    return SumList("hub-listing", gathered.done(), tuple(filter(None, unsummed)), complete=True, revision=revision)


def _entries(found: Any) -> tuple[Sequence[Any], str, str]:
    """The files of a repository's tree, or the siblings in the description of a model, with the name's key."""
    if isinstance(found, list):
        return found, "path", ""
    siblings = found.get("siblings") if isinstance(found, Mapping) else None
    if isinstance(siblings, list):
        revision = found.get("sha")
        return siblings, "rfilename", revision if isinstance(revision, str) else ""
    raise InvalidInput("is JSON, but no listing of a repository: it needs “siblings” or a list", pointer=_POINTER)


def _large_file_oid(entry: Mapping[str, Any]) -> object:
    """The SHA-256 of a file in large file storage; the other identifiers of a listing are git's, of another kind."""
    lfs = entry.get("lfs")
    if isinstance(lfs, Mapping):
        return lfs.get("sha256", lfs.get("oid", ""))
    return entry.get("sha256")


def _named(gathered: _Gathering, where: str, path: object) -> str:
    try:
        return clean_path(path)
    except BadPath as error:
        gathered.errors.append(f"{where}: the path {error}")
        return ""
