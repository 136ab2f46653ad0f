"""Text and days that come from outside."""

import datetime as dt
import re
import unicodedata
from urllib.parse import urlsplit

from apps.core.clock import today
from apps.core.errors import InvalidInput, filled

EARLIEST = dt.date(1990, 1, 1)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean_text(value: object, *, pointer: str, max_length: int = 300, required: bool = True) -> str:
    """`value` normalised (NFC) and trimmed.

    Raises `InvalidInput` at `pointer` for anything but text, for control and bidirectional override characters
    (Unicode TR 36: they make one name look like another), for halves of surrogate pairs, which no database stores,
    for an empty value when `required`, and above `max_length`.
    """
    if not isinstance(value, str):
        raise InvalidInput("must be text", pointer=pointer)
    if _CONTROL.search(value):
        raise InvalidInput("must not contain control characters", pointer=pointer)
    text = unicodedata.normalize("NFC", value).strip()
    if required and not text:
        raise InvalidInput("must not be empty", pointer=pointer)
    if len(text) > max_length:
        message = filled("must have at most %(most)d characters, has %(count)d", most=max_length, count=len(text))
        raise InvalidInput(message, pointer=pointer)
    return text


def clean_as_of(value: dt.date) -> dt.date:
    """The day a source was as it is quoted; a day ahead is today east of here.

    Raises `InvalidInput` for a day that has not been, and for one before there was anything to register.
    """
    if not EARLIEST <= value <= today() + dt.timedelta(days=1):
        raise InvalidInput("must lie between 1990 and today", pointer="/as_of")
    return value


def clean_url(value: object, *, pointer: str, required: bool = True) -> str:
    """`value` as an address of the web, the only kind that pages turn into links.

    Raises `InvalidInput` at `pointer` for every scheme but https and http, without a host, and with spaces.
    """
    text = clean_text(value, pointer=pointer, max_length=1000, required=required)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("https", "http") or not parts.netloc or any(character.isspace() for character in text):
        raise InvalidInput("must be an address that begins with https:// or http://", pointer=pointer)
    return text
