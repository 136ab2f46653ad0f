"""The wording of a text: what is left when white space, line ends, marks of layout and case say nothing. Pure.

Two files with the same wording say the same; one with another number, word or comma says something else.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from apps.core.errors import InvalidInput, filled

LARGEST = 1024 * 1024
"""Bytes; the longest licence text that was ever read here has 49,000."""
FORMAT = 1
"""Of the wording: digests of different formats are not to be compared."""

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(?:(?!---)[^\n]*\n){1,400}?---[ \t]*(?:\n|\Z)")
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″＂", '"'),
        **dict.fromkeys("‘’‚‛′＇´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad"),
        "\u00a0": " ",
        "`": None,
    }
)
_EMPHASIS = re.compile(r"(?<!\w)[*_]+|[*_]+(?!\w)")
_LAYOUT = re.compile(r"[-*•·◦▪■●○‣⁃#|]+|[=~_]{3,}")
"""Words that are none: bullets, headings, rules and borders of tables."""
_WORD = re.compile(r"\w+(?:[.,'%-]\w+)*%?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NO_TEXT = ((b"%PDF", "PDF"), (b"PK\x03\x04", "ZIP"), (b"\x1f\x8b", "gzip"), (b"\x89PNG", "PNG"), (b"{\\rtf", "RTF"))


@dataclass(frozen=True)
class Decoded:
    """A file as text, and the encoding it was read in."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """The text of a file: UTF-8, UTF-16 with its mark, or else Windows-1252.

    Raises `InvalidInput` for nothing, for too much and for what is no plain text.
    """
    if not content.strip():
        raise InvalidInput(gettext_noop("The file is empty; a licence text is needed."), pointer="/content")
    if len(content) > LARGEST:
        message = filled(
            gettext_noop("must have at most %(most)d bytes, has %(count)d"), most=LARGEST, count=len(content)
        )
        raise InvalidInput(message, pointer="/content")
    for magic, name in _NO_TEXT:
        if content.startswith(magic):
            message = filled(
                gettext_noop("is a %(format)s file; save the licence as plain text and send that"), format=name
            )
            raise InvalidInput(message, pointer="/content")
    found = _decoded(content)
    if found is None or _CONTROL.search(found.text):
        raise InvalidInput(gettext_noop("is no plain text in UTF-8, UTF-16 or Windows-1252"), pointer="/content")
    return found


def _decoded(content: bytes) -> Decoded | None:
    tried = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in tried:
        try:
            return Decoded(content.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding)
        except UnicodeDecodeError:
            continue
    return None


def wording(text: str) -> str:
    """The words of a text in one line, without front matter; the wording of a wording is itself."""
    found = _FRONT_MATTER.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    before = None
    while before != found:  # a mark of layout may hide another, and folding case may compose letters anew
        before, found = found, _once(found)
    return found


def _once(text: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.translate(_QUOTES)).casefold())
    plain = _EMPHASIS.sub("", folded).replace("''", '"')
    return " ".join(word for word in plain.split() if not _LAYOUT.fullmatch(word))


def digest_of(wording_: str) -> str:
    """SHA-256 of a wording in hexadecimal."""
    return hashlib.sha256(wording_.encode()).hexdigest()


def words(wording_: str) -> list[str]:
    """The words and numbers of a wording, without punctuation."""
    return _WORD.findall(wording_)


def numbers(wording_: str) -> frozenset[str]:
    """The numbers that a wording names, as they are written: amounts, years, percentages, clauses."""
    return frozenset(_NUMBER.findall(wording_))
