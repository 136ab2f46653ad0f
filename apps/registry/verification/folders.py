"""Checksums of the files in a folder: streamed, two at a time, nothing but plain files. Pure apart from reading."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.core.errors import FieldError, InvalidInput
from apps.registry import formats
from apps.registry.verification.bundles import Manifest, Signed
from apps.registry.verification.comparing import is_ignored
from apps.registry.verification.paths import BadPath, clean_path
from apps.registry.verification.sums import MOST_ERRORS, MOST_FILES

WORKERS = 2
CHUNK = 1024 * 1024
ALWAYS_IGNORED = (".git", ".gitattributes", ".github", ".gitignore")
"""What model-signing leaves out of a signature, too: how a repository is kept, not what it holds."""
_LARGEST_CONFIGURATION = 1024 * 1024
_POINTER = "/path"


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file with its SHA-256, and with the digests of the parts that a signature is about."""

    path: str
    sha256: str
    size: int
    recognised: formats.Recognised
    parts: Mapping[tuple[int, int | None], str]


@dataclass(frozen=True)
class Folder:
    """Every file of a folder, hashed; `auto_map` says whether a configuration names code, None where none was read."""

    files: Sequence[HashedFile]
    names_code: bool | None

    @property
    def sums(self) -> dict[str, str]:
        """SHA-256 by path."""
        return {file.path: file.sha256 for file in self.files}


def hash_folder(root: Path, *, ignored: Sequence[str] = (), manifest: Manifest | None = None) -> Folder:
    """Read and hash every file below `root`, and the parts of them that `manifest` is about.

    Raises `InvalidInput` for what is no folder, for symbolic links, devices, sockets and pipes (a sum of what they lead
    to would say nothing about the folder), for more than 20,000 files, and for files that cannot be read.
    """
    if root.is_symlink() or not root.is_dir():
        raise InvalidInput("must be a folder", pointer=_POINTER)
    paths = _plain_files(root, (*ALWAYS_IGNORED, *ignored))
    wanted: dict[str, list[Signed]] = {}
    for item in manifest.items if manifest else ():
        wanted.setdefault(item.path, []).append(item)
    with ThreadPoolExecutor(WORKERS) as workers:
        files = list(workers.map(lambda path: _hash(root, path, wanted.get(path, ())), paths))
    return Folder(tuple(files), _names_code(root, paths))


def _plain_files(root: Path, ignored: Sequence[str]) -> list[str]:
    errors: list[str] = []
    found = []
    for path, mode in _walk(root, ignored, errors):
        if not stat.S_ISREG(mode):
            errors.append(f"“{path}” is {'a symbolic link' if stat.S_ISLNK(mode) else 'no plain file'}")
        found.append(path)
        if len(found) > MOST_FILES:
            raise InvalidInput(f"must hold at most {MOST_FILES} files", pointer=_POINTER)
    if errors:
        raise InvalidInput(errors=[FieldError(_POINTER, text) for text in errors[:MOST_ERRORS]])
    return sorted(found)


def _walk(root: Path, ignored: Sequence[str], errors: list[str]) -> Iterator[tuple[str, int]]:
    """Files and links below a folder with their modes; folders behind links are not entered."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = sorted(os.scandir(root / below), key=lambda entry: entry.name)
        except OSError as error:
            errors.append(f"“{below}” cannot be read: {error.strerror}")
            continue
        for entry in entries:
            try:
                path = clean_path(f"{below}/{entry.name}" if below else entry.name)
            except BadPath as error:
                errors.append(f"{entry.name!r}: the path {error}")
                continue
            if is_ignored(path, ignored):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield path, entry.stat(follow_symlinks=False).st_mode


def _hash(root: Path, path: str, wanted: Sequence[Signed]) -> HashedFile:
    try:
        # Not through a link that took the file's place since it was looked at.
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InvalidInput(f"“{path}” is no plain file", pointer=_POINTER)
            size, sha256, head = 0, hashlib.sha256(), b""
            while chunk := file.read(CHUNK):
                head = head or chunk[: formats.HEAD]
                size += len(chunk)
                sha256.update(chunk)
            told = sha256.hexdigest()
            parts = {(one.start, one.end): _part(descriptor, one, told, size) for one in wanted}
    except OSError as error:
        raise InvalidInput(f"“{path}” cannot be read: {error.strerror}", pointer=_POINTER) from error
    return HashedFile(path, told, size, formats.recognise(path, head), parts)


def _part(descriptor: int, one: Signed, sha256: str, size: int) -> str:
    """The digest of a part of a file; empty where the file has no such part."""
    end = size if one.end is None else one.end
    if end > size:
        return ""
    if one.algorithm == "sha256" and one.start == 0 and end == size:
        return sha256
    digest = _hasher(one.algorithm)
    position = one.start
    while position < end and (chunk := os.pread(descriptor, min(CHUNK, end - position), position)):
        digest.update(chunk)
        position += len(chunk)
    return str(digest.hexdigest())


def _hasher(algorithm: str) -> Any:
    if algorithm == "blake3":
        from blake3 import blake3

        return blake3()
    return hashlib.new(algorithm)


def _names_code(root: Path, paths: Sequence[str]) -> bool | None:
    said: list[bool | None] = []
    for path in paths:
        if formats.is_configuration(path):
            with (root / path).open("rb") as file:
                content = file.read(_LARGEST_CONFIGURATION + 1)
            said.append(formats.names_code(content) if len(content) <= _LARGEST_CONFIGURATION else None)
    if any(said):
        return True
    return None if None in said else False
