"""Legal forms of companies: they say what a thing is in law, not which one, and are written in dozens of ways."""

from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from apps.sanctions.matching.rarity import UNNOTED, count
from apps.sanctions.matching.romanising import sound
from apps.sanctions.matching.vocabulary import is_generic
from apps.sanctions.matching.wordlists import lines

_OWN_LETTERS = (
    "股份有限公司", "有限责任公司", "有限責任公司", "集团有限公司", "有限公司", "公司", "株式会社",
    "合同会社", "有限会社", "주식회사", "유한회사", "㈜",
)  # fmt: skip
_LONG = 7
"""From so many letters on a word of a form is known by its sound and with a slip of the pen."""
_LINES = lines("legal-forms")
_SEQUENCES = frozenset(tuple(map(sound, line.split())) for line in _LINES if " " in line and line[0] not in "-^")
_SINGLE = frozenset(sound(line) if len(line) >= _LONG else line for line in _LINES if " " not in line)
_BEGINNINGS = frozenset(line[2:] for line in _LINES if line[0] == "^")
_ENDS = _BEGINNINGS | {line[2:] for line in _LINES if line[0] == "-"}
_LONGEST = max(map(len, _SEQUENCES))
_MISTYPED = sorted({word for line in _LINES for word in line.split() if len(word) >= _LONG})


@lru_cache(maxsize=50_000)
def legal_words(words: tuple[str, ...]) -> frozenset[int]:
    """The positions of romanised words that belong to a legal form; ambiguous short ones only at either end."""
    spelt = [_as_meant(word) for word in words]
    sounds = [sound(word) for word in spelt]
    found: set[int] = set()
    at = 0
    while at < len(words):
        length = _sequence(sounds, at) or int((sounds[at] if len(spelt[at]) >= _LONG else spelt[at]) in _SINGLE)
        found.update(range(at, at + length))
        at += max(length, 1)
    _add_ends(words, found)
    return frozenset(found)


def _sequence(sounds: list[str], at: int) -> int:
    """How many words from there on are a form of several words; 0 for none."""
    sizes = range(min(_LONGEST, len(sounds) - at), 1, -1)
    return next((size for size in sizes if tuple(sounds[at : at + size]) in _SEQUENCES), 0)


@lru_cache(maxsize=50_000)
def _as_meant(word: str) -> str:
    """A long word that occurs nowhere and is one slip away from a word of a legal form is that word."""
    if len(word) < _LONG - 1 or count(word) > UNNOTED:
        return word
    near = process.extractOne(word, _MISTYPED, scorer=OSA.distance, score_cutoff=2 if len(word) > 11 else 1)
    return near[0] if near else word


def _add_ends(words: tuple[str, ...], found: set[int]) -> None:
    """Short words that may be a form, as long as something that tells remains."""
    ends: set[int] = set()
    for places, forms in ((range(len(words)), _BEGINNINGS), (range(len(words) - 1, -1, -1), _ENDS)):
        for at in places:
            if at not in found and words[at] not in forms:
                break
            ends.add(at)
    if any(at not in found | ends and not is_generic(word) for at, word in enumerate(words)):
        found |= ends


def without_own_form(word: str) -> str:
    """A word in Chinese, Japanese or Korean letters without the legal form at its end or beginning."""
    for form in _OWN_LETTERS:
        if word.endswith(form):
            return word.removesuffix(form)
        if word.startswith(form):
            return word.removeprefix(form)
    return word
