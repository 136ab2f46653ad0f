"""Under which keys a name is found: rare words, neighbours, consonants, slips of the pen, pairs of common words."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import combinations, pairwise

from apps.sanctions.matching.names import Name, Word
from apps.sanctions.matching.rarity import count, skeleton_count

COMMON = 300
"""A word in more names than this is no key on its own, only in a pair with another one."""
PAIRED = 5
"""So many of the rarest words of a name are paired."""


def keys(name: Name) -> dict[str, float]:
    """The keys of a name, each with how much it tells."""
    found: dict[str, float] = {}
    words = [word for word in name.words if not word.particle] or list(name.words)
    for key, weight in (*_of_words(words), *_of_neighbours(name.words), *_of_pairs(words)):
        found[key] = max(weight, found.get(key, 0.0))
    if name.native:
        found[f"n:{name.native}"] = 3.0
    return found


def identifier_key(value: str) -> str:
    """The key of an identifier's number; empty if that is too short to tell anything."""
    found = normal_number(value)
    return f"i:{found}" if found else ""


def normal_number(value: str) -> str:
    """An identifier in capitals without spaces and punctuation; empty if it is too short to tell anything."""
    found = "".join(letter for letter in value.upper() if letter.isalnum())
    return found if len(found) >= 5 else ""


def number(key: str) -> int:
    """A key as the database keeps it: 64 bits, signed."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _of_words(words: list[Word]) -> Iterator[tuple[str, float]]:
    for word in words:
        if count(word.text) <= COMMON:
            yield f"w:{word.text}", 1.0 + word.weight
        if len(word.skeleton) >= 2 and skeleton_count(word.skeleton) <= COMMON:
            yield f"s:{word.skeleton}", 0.7
        if len(word.skeleton) >= 4 and count(word.text) <= COMMON:
            for at in range(len(word.skeleton)):
                yield f"d:{word.skeleton[:at]}{word.skeleton[at + 1 :]}", 0.4


def _of_neighbours(words: tuple[Word, ...]) -> Iterator[tuple[str, float]]:
    for one, other in pairwise(words):
        yield f"w:{one.text}{other.text}", 1.2


def _of_pairs(words: list[Word]) -> Iterator[tuple[str, float]]:
    rarest = sorted(words, key=lambda word: (count(word.text), word.text))[:PAIRED]
    for one, other in combinations(rarest, 2):
        yield "p:" + " ".join(sorted((_kernel(one), _kernel(other)))), 0.9


def _kernel(word: Word) -> str:
    return word.concept or word.skeleton or word.text
