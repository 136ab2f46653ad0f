"""Which of a list's official formats a file has. Pure."""

from typing import IO

from apps.imports.lists.readers import FORMATS
from apps.imports.lists.unpacking import Delivered
from apps.imports.records import UnreadableFile

_ENDINGS = ("csv", "json", "ods", "xml")


def format_of(usual: str, stream: IO[bytes]) -> str:
    """The format in which to read a file of a list whose `usual` format is one of several that its authority gives.

    Told by the content: the usual one where that tells nothing.
    """
    family, _dash, ending = usual.rpartition("-")
    if ending not in _ENDINGS:
        return usual
    found = f"{family}-{_ending(stream)}"
    return found if found in FORMATS else usual


def _ending(stream: IO[bytes]) -> str:
    try:
        delivered = Delivered(stream)
        if delivered.is_zip:
            names = [name.lower() for name in delivered.members()]
            if "content.xml" in names:
                return "ods"
            return next((ending for ending in _ENDINGS if any(name.endswith(f".{ending}") for name in names)), "")
        start = delivered.file().peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    except UnreadableFile:
        return ""  # whoever reads it says what is wrong
    finally:
        stream.seek(0)
    if start.startswith((b"{", b"[")):
        return "json"
    return "xml" if start.startswith(b"<") else "csv"
