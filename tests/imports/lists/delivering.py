"""Files of lists as they are delivered, made for tests: small, in the official formats, with invented parties."""

import gzip
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from apps.imports.lists.readers import read
from apps.imports.lists.reading import Reading
from apps.sanctions.entries import ListedParty


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive of some files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def gzipped(content: bytes) -> bytes:
    """The same, packed."""
    return gzip.compress(content)


def reading_of(format: str, content: bytes | str, **more: Any) -> tuple[Reading, list[ListedParty]]:  # noqa: A002
    """A file, read to its end: the reading with all it says beside them, and the entries."""
    found = read(format, io.BytesIO(content.encode() if isinstance(content, str) else content), **more)
    return found, list(found)


def entries_of(format: str, content: bytes | str, **more: Any) -> list[ListedParty]:  # noqa: A002
    """The entries of a file in which nothing is wrong."""
    found, entries = reading_of(format, content, **more)
    assert found.rejected == []
    return entries
