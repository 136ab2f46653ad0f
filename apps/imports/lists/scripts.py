"""Whether a name is written in another script than the Latin one. Pure."""

import re
import unicodedata

_LETTER = re.compile(r"[^\W\d_]")


def is_native(text: str) -> bool:
    """Whether most letters of a name are not Latin: such a name is the native one of its bearer."""
    letters = _LETTER.findall(text)
    latin = sum(letter.isascii() or unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return bool(letters) and latin * 2 < len(letters)
