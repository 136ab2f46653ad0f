"""Under which keys a name is found: rare words, neighbours, consonants, slips of the pen, pairs of common words."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import combinations, pairwise, product

from apps.sanctions.matching.names import Name, Word
from apps.sanctions.matching.rarity import count, count_of_skeleton
from apps.sanctions.matching.romanising import consonants, french_sound, korean_sound

COMMON = 300
"""A word in more names than this is no key on its own, only in a pair with another one."""
PAIRED = 5
"""So many of the rarest words of a name are paired."""


def keys(name: Name) -> dict[str, float]:
    """The keys of a name, each with how much it tells."""
    found: dict[str, float] = {}
    if not name.words:
        return found
    words = _key_words(name)
    for key, weight in (*_of_words(words), *_of_neighbours(name.words), *_of_pairs(words), *_of_writing(name, words)):
        found[key] = max(weight, found.get(key, 0.0))
    return found


def _key_words(name: Name) -> list[Word]:
    """Without particles, and without the father's name where there are others."""
    words = [word for word in name.words if not word.particle] or list(name.words)
    other = [word for word in words if not word.patronymic]
    return other if len(other) >= 2 else words


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
    telling = sum(not word.generic for word in words)
    for word in words:
        if count(word.text) <= COMMON:
            yield f"w:{word.text}", 1.0 + word.weight
        if len(word.skeleton) >= 2 and count_of_skeleton(word.skeleton) <= COMMON:
            yield f"s:{word.skeleton}", 0.5 + 0.4 * word.weight
        if "j" in word.text:
            yield f"s:{consonants(french_sound(word.text))}", 0.5 + 0.3 * word.weight
        if len(word.skeleton) >= (4 if telling <= 1 else 5 if telling == 2 else 99) and word.count <= COMMON:
            yield f"d:{word.skeleton}", 0.4
            for at in range(len(word.skeleton)):
                yield f"d:{word.skeleton[:at]}{word.skeleton[at + 1 :]}", 0.4


def _of_neighbours(words: tuple[Word, ...]) -> Iterator[tuple[str, float]]:
    for one, other in pairwise(words):
        if (one.generic or one.particle) and (other.generic or other.particle):
            continue
        yield f"w:{one.text}{other.text}", 1.2
    yield "w:" + "".join(word.text for word in words), 1.5


def _of_pairs(words: list[Word]) -> Iterator[tuple[str, float]]:
    rarest = sorted(words, key=lambda word: (word.count, word.text))[:PAIRED]
    for one, other in combinations(rarest, 2):
        for first, second in product(_kernels(one), _kernels(other)):
            yield "p:" + " ".join(sorted((first, second))), 0.6 + 0.3 * (one.weight + other.weight)


def _of_writing(name: Name, words: list[Word]) -> Iterator[tuple[str, float]]:
    """As written in native letters, and what Arabic and Korean keep of a person's name."""
    if name.native:
        yield f"n:{name.native}", 3.0
    if not name.like_a_person:
        return
    spoken = [word.bones for word in words if len(word.bones) >= 2][:4]
    for one, other in combinations(spoken, 2):
        yield "b:" + " ".join(sorted((one, other))), 0.7
    if 2 <= len(words) <= 3 and all(len(word.text) <= 6 for word in words):
        yield "k:" + " ".join(sorted(korean_sound(word.text) for word in words)), 0.8


def _kernels(word: Word) -> tuple[str, ...]:
    """What is left of a word in a pair; two where its `j` may be the French one."""
    kernel = word.concept or word.skeleton or word.text
    if word.concept or "j" not in word.text:
        return (kernel,)
    return tuple(dict.fromkeys((kernel, consonants(french_sound(word.text)))))
