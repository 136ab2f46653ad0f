"""From a name as written to its words: one form for wide and narrow, upper and lower case, dots and dashes."""

import re
import unicodedata
from functools import lru_cache

LONGEST = 600
"""Characters of a name that are looked at; the longest listed name has fewer than 400."""
MOST_WORDS = 40

_JOINING = re.compile(r"(?<=\w)['’‘ʼʹʺ`´ʿʾ‛′″\u200c\u200d\u00ad](?=\w)")
_AND = re.compile(r"\s*&\s*")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")
_GLUED = re.compile(r"(?<=[A-Z]{3})(?=[a-z]{4,})|(?<=[A-Z]{2})(?=(?:limited|company|corporation|group|trading)\b)")
_OF_GOD = re.compile(r"(?<=\w)\s+(?=الله\b)")
_WORD = re.compile(r"[^\W_]+")
_OWN_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3]")


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a name, case folded, marks kept: "S.A. DE C.V." is `sa de cv`, "AL-SA'DI" is `al sadi`."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    plain = _GLUED.sub(" ", plain)  # EXPERIMENTALmechanical: two words whose space got lost
    plain = unicodedata.normalize("NFC", plain.casefold())
    plain = _JOINING.sub("", plain)
    plain = _OF_GOD.sub("", plain)  # Rahmat Allah is one name, Rahmatollah
    plain = _AND.sub(" and ", plain)
    plain = _DOTTED.sub(_undotted, plain)
    return tuple(_WORD.findall(_without_loose_marks(plain))[:MOST_WORDS])


def _undotted(found: re.Match[str]) -> str:
    """Letters with dots between them are one word; a space is kept behind it."""
    return re.sub(r"\.", "", found[0]) + " "


def _without_loose_marks(text: str) -> str:
    """Combining marks that have no precomposed letter would tear words apart."""
    if text.isascii():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))


def plain_key(text: str) -> str:
    """The words of a name in one line; two names that differ only in case, spacing and punctuation have the same."""
    return " ".join(words(text))


def in_own_letters(word: str) -> bool:
    """Whether it is written in Chinese, Japanese or Korean letters, which have no spaces between words."""
    return bool(_OWN_LETTERS.search(word))
