"""Which word of one name is which word of the other, and how surely."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from apps.sanctions.matching.names import Word
from apps.sanctions.matching.romanising import Script, french_sound, korean_sound

LEAST = 0.6
"""Words less alike than this have nothing to do with each other."""
_EDITS = (0, 0, 0, 0, 1, 1, 2, 2, 2, 3)
"""Slips of the pen allowed by the length of the longer word; three from nine letters on."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Words of the one name (by position) that are words of the other: how alike from 0 to 1, and in which way."""

    asked: tuple[int, ...]
    listed: tuple[int, ...]
    alike: float
    how: str


@lru_cache(maxsize=200_000)
def alike(one: Word, other: Word) -> tuple[float, str]:
    """How alike two words are, and in which way; 0 when they are not."""
    if one.text == other.text:
        return 1.0, "same"
    if one.text.isdigit() or other.text.isdigit():
        return 0.0, ""
    if one.concept and one.concept == other.concept:
        return 0.97, "meaning"
    if len(one.text) == 1 or len(other.text) == 1:
        return (0.65, "initial") if one.text[0] == other.text[0] else (0.0, "")
    found = max(_sounds(one, other), _typed(one, other), _across(one, other))
    return found if found[0] >= LEAST else (0.0, "")


def _sounds(one: Word, other: Word) -> tuple[float, str]:
    if one.sound == other.sound and len(one.sound) >= 3:
        return 0.96, "sound"
    if one.generic or other.generic:
        return 0.0, ""
    if ("j" in one.text) != ("j" in other.text) and french_sound(one.text) == french_sound(other.text):
        return 0.94, "sound"
    longer = max(len(one.sound), len(other.sound))
    if longer >= 6:
        edits = OSA.distance(one.sound, other.sound, score_cutoff=2 if longer >= 8 else 1)
        if edits <= (2 if longer >= 8 else 1):
            return 0.95 - 0.75 * edits / longer, "sound"
    if one.skeleton == other.skeleton and len(one.skeleton) >= 3:
        return 0.72, "consonants"
    return 0.0, ""


def _typed(one: Word, other: Word) -> tuple[float, str]:
    longer = max(len(one.text), len(other.text))
    budget = _EDITS[min(longer, 9)]
    if not budget or abs(len(one.text) - len(other.text)) > budget:
        return 0.0, ""
    edits = OSA.distance(one.text, other.text, score_cutoff=budget)
    return (1 - 0.85 * edits / longer, "typing") if edits <= budget else (0.0, "")


def _across(one: Word, other: Word) -> tuple[float, str]:
    """Words of two scripts, of which one writes no vowels, or of two ways to write Korean."""
    scripts = {one.script, other.script}
    if Script.ABJAD in scripts and len(scripts) == 2 and one.bones and other.bones:
        if one.bones == other.bones:
            return (0.93 if len(one.bones) >= 3 else 0.88 if len(one.bones) == 2 else 0.8), "consonants"
        if min(len(one.bones), len(other.bones)) >= 3 and OSA.distance(one.bones, other.bones, score_cutoff=1) <= 1:
            return 0.76, "consonants"
    if Script.HANGUL in scripts and korean_sound(one.text) == korean_sound(other.text):
        return 0.93, "sound"
    return 0.0, ""


def align(asked: Sequence[Word], listed: Sequence[Word]) -> list[Pair]:
    """The best pairs, each word in one at most: same words, then joined and split ones, then those that are alike."""
    left, right = list(range(len(asked))), list(range(len(listed)))
    pairs = [*_same(asked, listed, left, right)]
    if left and right:
        pairs += _joined(asked, listed, left, right)
    if left and right:
        pairs += _similar(asked, listed, left, right)
    if left and right and len(left) + len(right) > 2:
        pairs += _run_together(asked, listed, left, right)
    return pairs


def _same(asked: Sequence[Word], listed: Sequence[Word], left: list[int], right: list[int]) -> Iterable[Pair]:
    places: dict[str, list[int]] = {}
    for at in right:
        places.setdefault(listed[at].text, []).append(at)
    for at in tuple(left):
        there = places.get(asked[at].text)
        if there:
            other = there.pop(0)
            left.remove(at)
            right.remove(other)
            yield Pair((at,), (other,), 1.0, "same")


def _joined(asked: Sequence[Word], listed: Sequence[Word], left: list[int], right: list[int]) -> Iterable[Pair]:
    """`shen zhen` is `shenzhen`, in either direction; a slip is allowed in a long one."""
    for at in tuple(left):
        for other in tuple(right):
            if at in left and at + 1 in left and _one(asked[at].text + asked[at + 1].text, listed[other].text):
                _take(left, at, at + 1)
                _take(right, other)
                yield Pair((at, at + 1), (other,), 0.97, "joined")
            elif (
                at in left
                and other in right
                and other + 1 in right
                and _one(listed[other].text + listed[other + 1].text, asked[at].text)
            ):
                _take(left, at)
                _take(right, other, other + 1)
                yield Pair((at,), (other, other + 1), 0.97, "joined")


def _take(places: list[int], *taken: int) -> None:
    for at in taken:
        places.remove(at)


def _one(joined: str, whole: str) -> bool:
    if abs(len(joined) - len(whole)) > 1 or len(whole) < 3:
        return False
    return joined == whole or (len(whole) >= 8 and OSA.distance(joined, whole, score_cutoff=1) <= 1)


def _similar(asked: Sequence[Word], listed: Sequence[Word], left: list[int], right: list[int]) -> Iterable[Pair]:
    found = []
    for at in left:
        for other in right:
            value, how = alike(asked[at], listed[other])
            if value:
                found.append((-value, abs(at - other), at, other, how))
    for value, _, at, other, how in sorted(found):
        if at in left and other in right:
            left.remove(at)
            right.remove(other)
            yield Pair((at,), (other,), -value, how)


def _run_together(asked: Sequence[Word], listed: Sequence[Word], left: list[int], right: list[int]) -> Iterable[Pair]:
    """What is left of both, without its spaces: `zhong ke xing tu` and `zhongke xingtu`."""
    one, other = "".join(asked[at].text for at in left), "".join(listed[at].text for at in right)
    longer = max(len(one), len(other))
    budget = min(3, longer // 6)
    if longer < 5 or abs(len(one) - len(other)) > budget:
        return
    edits = OSA.distance(one, other, score_cutoff=budget)
    if edits <= budget:
        yield Pair(tuple(left), tuple(right), 0.97 - 0.85 * edits / longer, "joined")
        left.clear()
        right.clear()
