"""Legal forms of companies: they say what a thing is in law, not which one, and are written in dozens of ways."""

from functools import lru_cache

from apps.sanctions.matching.romanising import sound
from apps.sanctions.matching.wordlists import lines

_OWN_LETTERS = (
    "股份有限公司", "有限责任公司", "有限責任公司", "集团有限公司", "有限公司", "公司", "株式会社",
    "合同会社", "有限会社", "주식회사", "유한회사", "㈜",
)  # fmt: skip
_LINES = lines("legal-forms")
_SEQUENCES = frozenset(tuple(map(sound, line.split())) for line in _LINES if " " in line and line[0] != "-")
_SINGLE = frozenset(line for line in _LINES if " " not in line)
_ENDS = frozenset(line[2:] for line in _LINES if line[0] == "-")
_LONGEST = max(map(len, _SEQUENCES))


@lru_cache(maxsize=50_000)
def legal_words(words: tuple[str, ...]) -> frozenset[int]:
    """The positions of romanised words that belong to a legal form; ambiguous short ones only at either end."""
    sounds = [sound(word) for word in words]
    found: set[int] = set()
    at = 0
    while at < len(words):
        length = next(
            (
                size
                for size in range(min(_LONGEST, len(words) - at), 1, -1)
                if tuple(sounds[at : at + size]) in _SEQUENCES
            ),
            0,
        )
        if not length and words[at] in _SINGLE:
            length = 1
        found.update(range(at, at + length))
        at += max(length, 1)
    _add_ends(words, found)
    return frozenset(found)


def _add_ends(words: tuple[str, ...], found: set[int]) -> None:
    for order in (range(len(words)), range(len(words) - 1, -1, -1)):
        for at in order:
            if at not in found and words[at] not in _ENDS:
                break
            found.add(at)


def without_own_form(word: str) -> str:
    """A word in Chinese, Japanese or Korean letters without the legal form at its end or beginning."""
    for form in _OWN_LETTERS:
        if word.endswith(form):
            return word.removesuffix(form)
        if word.startswith(form):
            return word.removeprefix(form)
    return word
