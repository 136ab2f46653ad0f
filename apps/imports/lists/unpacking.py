"""What was delivered as a list's file: plain, gzip or ZIP, unpacked under a limit and never as a whole. Pure."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Protocol

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.records import UnreadableFile

MOST_UNPACKED = 256 * 1024 * 1024
MOST_MEMBERS = 50
HEAD = 2048
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_DAMAGED = gettext_noop("The file is damaged or cut off: it cannot be unpacked (%(error)s).")
_PAGES = (b"<!doctype html", b"<html")


class Readable(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int = ..., /) -> bytes: ...


class Limited(io.RawIOBase):
    """What a stream gives, up to `MOST_UNPACKED` bytes; more is refused, and so is what cannot be unpacked."""

    def __init__(self, stream: Readable) -> None:
        super().__init__()
        self._stream, self._left = stream, MOST_UNPACKED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            piece = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise UnreadableFile(filled(_DAMAGED, error=str(error)[:200])) from error
        self._left -= len(piece)
        if self._left < 0:
            raise UnreadableFile(filled("The file unpacks to more than %(most)d MiB.", most=MOST_UNPACKED // 1024**2))
        buffer[: len(piece)] = piece
        return len(piece)


class Delivered:
    """A file as it was delivered; `stream` must be able to seek."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._start = start_of(stream)
        if not self._start:
            raise UnreadableFile("The file is empty.")

    @property
    def is_zip(self) -> bool:
        """Whether it is a ZIP archive, as ODS files are, too."""
        return self._start.startswith(_ZIP)

    def file(self, *suffixes: str) -> io.BufferedReader:
        """The one file that was delivered. Of an archive the only member whose name ends in one of `suffixes`.

        Raises `UnreadableFile` for a web page in place of a list, and for archives that hold another number of files.
        """
        if self.is_zip:
            found = [name for name in self.members() if name.lower().endswith(suffixes)]
            if len(found) != 1:
                message = gettext_noop(
                    "The archive should hold one file that ends in %(suffixes)s, and holds %(count)d."
                )
                raise UnreadableFile(filled(message, suffixes=" / ".join(suffixes), count=len(found)))
            return checked(self.members()[found[0]]())
        if self._start.startswith(_GZIP):
            return checked(buffered(gzip.GzipFile(fileobj=self._stream)))
        return checked(buffered(self._stream))

    def members(self) -> dict[str, Callable[[], io.BufferedReader]]:
        """The files of a ZIP archive by name, each to be opened. Raises `UnreadableFile` for damaged and huge ones."""
        try:
            archive = zipfile.ZipFile(self._stream)
            infos = [info for info in archive.infolist() if not info.is_dir()]
        except Exception as error:  # a damaged archive ends in many ways
            raise UnreadableFile(filled(_DAMAGED, error=str(error)[:200])) from error
        if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_UNPACKED:
            raise UnreadableFile(filled("The archive holds more than %(files)d files or %(most)d MiB.",
                                        files=MOST_MEMBERS, most=MOST_UNPACKED // 1024**2))  # fmt: skip
        return {info.filename: _opener(archive, info) for info in infos}


def start_of(stream: IO[bytes]) -> bytes:
    """The first bytes of a stream, which is set back to its beginning."""
    stream.seek(0)
    start = stream.read(HEAD)
    stream.seek(0)
    return start


def buffered(stream: Readable) -> io.BufferedReader:
    """The stream under the limit, with a look ahead."""
    return io.BufferedReader(Limited(stream), buffer_size=1 << 16)


def checked(stream: io.BufferedReader) -> io.BufferedReader:
    """The stream, unless it is empty or a web page."""
    start = stream.peek(HEAD)[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and not stream.peek(1):
        raise UnreadableFile("The file is empty.")
    if start.startswith(b"<") and any(page in start.lower() for page in _PAGES):
        raise UnreadableFile("The file is a web page (HTML) and no list: the source answered with a page instead.")
    return stream


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], io.BufferedReader]:
    def opened() -> io.BufferedReader:
        try:
            return buffered(archive.open(info))
        except Exception as error:  # encrypted, of an unknown method, or damaged
            raise UnreadableFile(filled(_DAMAGED, error=str(error)[:200])) from error

    return opened
