"""How rare a word is among listed names. The counts belong to the version of the algorithm and never change with it.

They were counted once over the names of the US, EU, UK, UN, Australian and Canadian lists of mid-2026 and are kept with
the code, so that a score can be made again years later whatever the lists say by then.
"""

from functools import lru_cache
from math import log

from apps.sanctions.matching.wordlists import lines

NAMES = 133_392
"""Over how many names was counted."""


@lru_cache(maxsize=1)
def _counts() -> dict[str, int]:
    """In how many names a romanised word stands; `=` marks a sound, `~` a consonant skeleton."""
    return {word: int(number) for word, number in map(str.split, lines("counts"))}


UNNOTED = 2


@lru_cache(maxsize=200_000)
def count(word: str) -> int:
    """In how many names it stands; `UNNOTED` for all that are too rare to have been noted."""
    return _counts().get(word, UNNOTED)


@lru_cache(maxsize=200_000)
def count_of_sound(sound: str) -> int:
    """In how many names a word that sounds so stands, however it is spelt."""
    return _counts().get(f"={sound}", UNNOTED)


def count_of_skeleton(skeleton: str) -> int:
    """In how many names a word with this consonant skeleton stands; 20 for those that are not noted."""
    return _counts().get(f"~{skeleton}", 20)


def rarity(number: int) -> float:
    """How much a word tells that stands in so many names: from 0 (all of them) to 1 (two)."""
    return min(1.0, max(0.0, log(NAMES / max(number, 1)) / log(NAMES / 2)))
