"""Paths of files inside of a release: relative, forward slashes, one spelling each."""

import re
import unicodedata

LONGEST = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


class BadPath(ValueError):
    """A path that names no file inside of a release; the message says why."""


def clean_path(text: object) -> str:
    """`text` as a path below the release's folder, in the spelling in which it is compared (NFC, no leading `./`).

    Raises `BadPath` for absolute paths, for those that climb out (`..`), and for what no file can be called safely.
    """
    if not isinstance(text, str) or not text:
        raise BadPath("must be the path of a file")
    if _CONTROL.search(text):
        raise BadPath("must not contain control characters")
    if "\\" in text:
        raise BadPath("must be written with forward slashes")
    if text.startswith("/") or _DRIVE.match(text):
        raise BadPath("must be relative to the folder of the release, not absolute")
    path = unicodedata.normalize("NFC", text)
    while path.startswith("./"):
        path = path[2:]
    parts = path.split("/")
    if ".." in parts:
        raise BadPath("must not lead out of the folder of the release (“..”)")
    if any(part in ("", ".") for part in parts):
        raise BadPath("must not have empty parts")
    if len(path) > LONGEST:
        raise BadPath(f"must have at most {LONGEST} characters")
    return path
