"""Words that do not tell parties apart, and the ones of different languages that mean the same.

A group of words means one thing: `zavod` and `plant` agree. Words here never make a match on their own.
"""

from functools import lru_cache

from apps.sanctions.matching.romanising import sound
from apps.sanctions.matching.wordlists import lines

_PARTICLES = (
    "al el ul ur as ad an bin ben ibn bint bnt ould abu abou umm um de del la las los le les der den van von zu da do "
    "dos das du di y e et i und and ve the of for in on at to with by na v iz pri imeni named after named "
    "za po dlya ot et la "
    "haji hajji hadji sayed sayyed sayyid seyed seyyed sheikh shaikh shaykh mullah mulla maulavi mawlawi qari general "
    "mr mrs dr prof junior jr sr st s o oglu ogly kyzy qizi zade"
)


def _groups(name: str) -> dict[str, str]:
    """Each word to the first of its line."""
    return {word.rstrip("*"): line.split()[0] for line in reversed(lines(name)) for word in line.split()}


_GENERIC, _PLACE, _GIVEN_NAME = _groups("trade"), _groups("places"), _groups("given-names")
_PARTICLE = frozenset(_PARTICLES.split())
_GIVEN_BY_SOUND = {sound(word): first for word, first in _GIVEN_NAME.items() if len(sound(word)) >= 4}
_AS_SPELT = {word[:-1] for line in lines("trade") for word in line.split() if word.endswith("*")}
_BY_SOUND = {
    sound(word): first
    for word, first in {**_GENERIC, **_PLACE}.items()
    if word not in _AS_SPELT and len(sound(word)) >= 6
}
_PATRONYMIC = ("oviX", "eviX", "ovna", "evna", "avna", "aviX", "ivna", "iviX", "oviXna", "iXna", "oglu", "ogli")


@lru_cache(maxsize=100_000)
def concept(word: str) -> str:
    """What a romanised word means if it is generic or a place (`technology`), a given name's common form, or empty."""
    known = _GENERIC.get(word) or _PLACE.get(word) or _GIVEN_NAME.get(word)
    return known or _BY_SOUND.get(sound(word)) or _GIVEN_BY_SOUND.get(sound(word), "")


@lru_cache(maxsize=100_000)
def is_generic(word: str) -> bool:
    """Whether it says what somebody does or where, not who."""
    return word in _GENERIC or word in _PLACE or sound(word) in _BY_SOUND


def is_trade(word: str) -> bool:
    """Whether it says what an organisation does; persons are not called so."""
    return word in _GENERIC or (sound(word) in _BY_SOUND and word not in _PLACE)


def is_particle(word: str) -> bool:
    """An article, a preposition, `bin`, a title."""
    return word in _PARTICLE


def is_patronymic(word: str) -> bool:
    """Named after the father in the Slavic or Turkic way: often left out."""
    return len(word) > 6 and sound(word).endswith(_PATRONYMIC)
