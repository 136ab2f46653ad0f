"""A name made ready for comparing: its words with what they mean, how they sound and how much each tells."""

from dataclasses import dataclass
from functools import lru_cache

from apps.sanctions.matching import vocabulary
from apps.sanctions.matching.legal_forms import legal_words, without_own_form
from apps.sanctions.matching.normalising import in_own_letters, words
from apps.sanctions.matching.own_letters import parts
from apps.sanctions.matching.rarity import count, count_of_sound, rarity
from apps.sanctions.matching.romanising import Script, bones, romanise, script, skeleton, sound


@dataclass(
    frozen=True, slots=True, eq=False
)  # there is one object per word, which is quicker to look up than its fields
class Word:
    """One word of a name. Its two weights say how much it tells among organisations and among persons, 0 to 1."""

    text: str
    script: str
    sound: str
    skeleton: str
    bones: str
    """The consonants that Arabic script writes."""
    concept: str
    count: int
    """In how many listed names it stands, however it is spelt."""
    weight: float
    weight_in_person: float
    generic: bool
    particle: bool
    patronymic: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: without its legal form, which is kept beside it."""

    text: str
    words: tuple[Word, ...]
    legal: tuple[str, ...]
    native: str
    """As written, in one form, if not in Latin letters; else empty."""
    like_a_person: bool
    """Nothing in it says that it is an organisation."""

    @property
    def telling(self) -> tuple[Word, ...]:
        """The words that are neither particles nor generic."""
        return tuple(word for word in self.words if not word.particle and not word.generic)


@lru_cache(maxsize=40_000)
def prepare(text: str) -> Name:
    """`text` ready for comparing; a name of a mere legal form, or of nothing, has no words."""
    written = words(text)
    pairs = [(part, word) for word in written for part in _romanised(word) if part]
    plain = tuple(part for part, _ in pairs)
    cut = legal_words(plain)
    core = tuple(_word(part, word) for at, (part, word) in enumerate(pairs) if at not in cut)
    own = any(in_own_letters(word) and without_own_form(word) != word for word in written)
    return Name(
        text=text,
        words=core,
        legal=tuple(plain[at] for at in sorted(cut)),
        native="" if all(script(word) == Script.LATIN for word in written) else " ".join(written),
        like_a_person=not cut and not own and _like_a_person(core),
    )


def _romanised(word: str) -> tuple[str, ...]:
    if in_own_letters(word):
        return parts(without_own_form(word))
    if word.startswith("ال") and len(word) >= 4:  # the article is written together with its word
        return "al", romanise(word[2:])
    return (romanise(word),)


def _like_a_person(core: tuple[Word, ...]) -> bool:
    return 2 <= len(core) <= 8 and not any(vocabulary.is_trade(word.text) or word.text.isdigit() for word in core)


@lru_cache(maxsize=100_000)
def _word(text: str, written: str) -> Word:
    kind = script(written)
    spoken = sound(written) if kind == Script.LATIN else sound(text)
    generic, particle = vocabulary.is_generic(text), vocabulary.is_particle(text)
    bare = bones(written.removeprefix("ال") if kind == Script.ABJAD and not particle else text)
    patronymic = vocabulary.is_patronymic(text)
    number = max(count(text), count_of_sound(spoken))
    return Word(
        text=text,
        script=kind,
        sound=spoken,
        skeleton=skeleton(written) if kind == Script.LATIN else skeleton(text),
        bones=bare,
        concept=vocabulary.concept(text),
        count=number,
        weight=_weight(text, number, generic=generic, particle=particle),
        weight_in_person=_weight_in_person(text, number, particle=particle, patronymic=patronymic),
        generic=generic,
        particle=particle,
        patronymic=patronymic,
    )


def _weight(text: str, number: int, *, generic: bool, particle: bool) -> float:
    if particle:
        return 0.06
    told: float = rarity(number) ** 1.5
    if generic:
        return min(told, 0.25)
    if text.isdigit():
        return 0.5
    return min(told, 0.3) if len(text) == 1 else max(told, 0.15)


def _weight_in_person(text: str, number: int, *, particle: bool, patronymic: bool) -> float:
    if particle:
        return 0.08
    if patronymic:
        return 0.3
    return 0.3 if len(text) == 1 else 0.7 + 0.3 * rarity(number)
