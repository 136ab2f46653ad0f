"""Text that comes from outside."""

import re
import unicodedata

from apps.core.errors import InvalidInput

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
        raise InvalidInput(f"must have at most {max_length} characters, has {len(text)}", pointer=pointer)
    return text
