"""The most that two names can come to, whatever the sum of their words says."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.sanctions.matching.aligning import Pair
from apps.sanctions.matching.names import Name, Word
from apps.sanctions.matching.rarity import rarity

DISTINCTIVE = 0.4
"""From this weight on a word tells who is meant."""
TOGETHER = 1.15
"""So rare, added up, common words must be to tell together who is meant."""
SURELY = 0.75
"""Words less alike than this tell nothing."""
SAME, CLOSE = 0.97, 0.8
"""Of two words that tell one at least must be the same, or neither be doubtful."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that the names can come to, which gate says so, and the words that it looked at."""

    most: float
    code: str = ""
    detail: str = ""


def gate(asked: Name, listed: Name, pairs: list[Pair], *, person: bool, whole: bool, second: bool) -> Limit:
    """`whole`: no word of either name is left over. `second`: something besides the names speaks for the match."""
    if asked.native and asked.native == listed.native:
        return Limit(1.0)
    telling = [pair for pair in pairs if _tells(pair, asked, listed, person=person)]
    seen = "; ".join(" ".join(asked.words[at].text for at in pair.asked) for pair in telling)
    if not telling:
        return _nothing_tells(asked, pairs, whole=whole, second=second)
    if min(_counted(asked.words), _counted(listed.words)) == 1:
        return Limit(_of_single_word(asked, telling[0], whole=whole, second=second), "single-word", seen)
    if person and len(telling) < 2:
        return Limit(0.65, "one-name-only", seen)
    if len(pairs) <= 2 and all(pair.alike < SAME for pair in pairs) and any(pair.alike < CLOSE for pair in pairs):
        return Limit(0.84, "no-word-the-same", seen)
    if not person and len(telling) == 1 and not whole and not second:
        return Limit(0.84, "one-distinctive-word", seen)
    return Limit(1.0)


def _tells(pair: Pair, asked: Name, listed: Name, *, person: bool) -> bool:
    if pair.alike < SURELY:
        return False
    ours, theirs = [asked.words[at] for at in pair.asked], [listed.words[at] for at in pair.listed]
    if person:
        return not any(word.particle for word in (*ours, *theirs))
    return min(sum(word.weight for word in ours), sum(word.weight for word in theirs)) >= DISTINCTIVE


def _counted(words: Iterable[Word]) -> int:
    return sum(not word.particle for word in words) or 1


def _nothing_tells(asked: Name, pairs: list[Pair], *, whole: bool, second: bool) -> Limit:
    """Names of common words only: together they may tell, if they are all there and the same."""
    told = sum(rarity(word.count) for word in asked.words if not word.particle)
    shown = " ".join(word.text for word in asked.words)
    if not whole or len(asked.words) == 1:
        return Limit(0.55, "no-distinctive-word", shown)
    if any(pair.how == "meaning" for pair in pairs) or (told < TOGETHER and not second):
        return Limit(0.84, "common-words-only", shown)
    return Limit(0.93, "common-words-only", shown)


def _of_single_word(asked: Name, pair: Pair, *, whole: bool, second: bool) -> float:
    """Short words are often equal by chance, long ones seldom; with a second signal they may pass."""
    length, same = sum(len(asked.words[at].text) for at in pair.asked), pair.alike >= 0.95
    if not whole:
        return 0.74 if same and length >= 6 else 0.62
    if second and (same or length >= 7):
        return 0.93
    if same:
        return 0.9 if length >= 7 else 0.87 if length == 6 else 0.82 if length == 5 else 0.76
    return 0.87 if length >= 9 and pair.alike >= 0.9 else 0.78 if length >= 6 else 0.62
