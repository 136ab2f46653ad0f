"""Words in Latin letters, and how they sound whichever country wrote them down.

One Cyrillic name reaches us as Чернышенко, Chernyshenko, Tschernyschenko, Tchernychenko, Tjernysjenko and Černyšenko.
`romanise` writes a word in plain letters; `sound` brings such spellings to one form; `skeleton` keeps its consonants,
which is all that Arabic and Hebrew write.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii
from pypinyin import Style, lazy_pinyin

_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџѓќѕ",
        (
            *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t"),
            *("u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya", "i", "yi", "ye", "g", "u"),
            *("j", "lj", "nj", "ch", "dj", "dzh", "g", "k", "dz"),
        ),
        strict=True,
    )
)
_UKRAINIAN, _BELARUSIAN = re.compile("[іїєґ]"), re.compile("[ўі]")
_ARABIC = re.compile("[\u0590-\u06ff\u0750-\u077f]")
_CYRILLIC_LETTER = re.compile("[\u0400-\u04ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_SPECIAL = str.maketrans(
    {
        "č": "ch", "ć": "ch", "š": "sh", "ś": "sh", "ş": "sh", "ș": "sh", "ž": "zh", "ź": "zh", "ż": "zh", "ç": "ch",
        "ñ": "n", "ğ": "g", "ı": "i", "đ": "dj", "ł": "l", "ß": "s", "æ": "e", "ø": "o", "œ": "e", "þ": "t", "ð": "d",
        "ä": "e", "ö": "o", "ü": "u", "ň": "n", "ľ": "l", "ť": "t", "ď": "d", "ě": "e", "ř": "r",
    }
)  # fmt: skip


class Script:
    """What a word is written in, as far as it changes how words are compared."""

    LATIN = "latin"
    CYRILLIC = "cyrillic"
    ABJAD = "abjad"
    HAN = "han"
    HANGUL = "hangul"
    OTHER = "other"


@lru_cache(maxsize=100_000)
def script(word: str) -> str:
    """One of `Script`."""
    if word.isascii():
        return Script.LATIN
    for pattern, found in (
        (_CYRILLIC_LETTER, Script.CYRILLIC),
        (_ARABIC, Script.ABJAD),
        (_HAN, Script.HAN),
        (_HANGUL, Script.HANGUL),
    ):
        if pattern.search(word):
            return found
    return Script.LATIN if "LATIN" in unicodedata.name(word[0], "") else Script.OTHER


@lru_cache(maxsize=100_000)
def romanise(word: str) -> str:
    """A case-folded word in the letters a to z and digits; empty when nothing is left of it."""
    if word.isascii():
        return word
    kind = script(word)
    if kind == Script.CYRILLIC:
        word = _from_cyrillic(word)
    elif kind == Script.HAN:
        word = "".join(lazy_pinyin(word, style=Style.NORMAL, v_to_u=False))
    else:
        word = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    return re.sub("[^a-z0-9]", "", anyascii(word).lower())


def _from_cyrillic(word: str) -> str:
    """The English way; the letter г is h in Ukrainian and Belarusian, и is y in Ukrainian."""
    ours = _CYRILLIC
    if _UKRAINIAN.search(word) or _BELARUSIAN.search(word):
        ours = {**ours, "г": "h", **({} if "ы" in word or "ў" in word else {"и": "y"})}
    return "".join(ours.get(letter, letter) for letter in word)


_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        ("^(dzh|dsch|dj|dg)", "J"),
        ("s?ch?tch|schtsch|stsch|shch|sjtj|sjtsj", "X"),
        ("tzsch|tsch|tch|sch|cz|sh|ch|zh|kh|sj|tj(?=[aei]|$)", "X"),
        ("gu(?=[ei])", "g"),
        ("ck|q", "k"),
        ("c(?=[eiy])", "s"),
        ("x", "ks"),
        ("c", "k"),
        ("ts|tz|z", "s"),
        ("ph|ff", "f"),
        ("w", "v"),
        ("(?<=[oe])f{1,2}$", "v"),
        ("(?<=[gtd])h", ""),
        ("h", "X"),
        ("ou|oo|yu|ju|iu", "u"),
        ("[iyj]{1,3}(?=[aeou])", ""),
        ("[iyj]+", "i"),
        ("ae", "e"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """How a word sounds, romanised in whatever way: equal for the spellings that stand for one name."""
    if script(word) != Script.LATIN:
        word = romanise(word)
    elif not word.isascii():
        word = romanise(word.translate(_SPECIAL))
    for pattern, to in _SOUNDS:
        word = pattern.sub(to, word)
    return word


@lru_cache(maxsize=50_000)
def french_sound(word: str) -> str:
    """How a romanised word sounds if its `j` is the French one; like `sound` without any."""
    return sound(word.replace("j", "zh") if "j" in word else word)


@lru_cache(maxsize=200_000)
def skeleton(word: str) -> str:
    """The consonants of how it sounds; a vowel at its beginning is kept as `A`."""
    return consonants(sound(word))


@lru_cache(maxsize=200_000)
def consonants(sounded: str) -> str:
    """The consonants of a sound."""
    body = re.sub("[aeiou]", "", sounded)
    return re.sub(r"(.)\1+", r"\1", "A" + body if sounded[:1] in tuple("aeiou") else body)


_WRITTEN = {
    **dict.fromkeys("بٻ", "b"), **dict.fromkeys("پ", "p"), **dict.fromkeys("تثطٹة", "t"), **dict.fromkeys("دذضڈ", "d"),
    **dict.fromkeys("سصزظ", "s"), **dict.fromkeys("حخهھشچژہ", "X"), **dict.fromkeys("رڑ", "r"),
    **dict.fromkeys("قكک", "k"), **dict.fromkeys("غگ", "g"), "ف": "f", "ل": "l", "م": "m", "ن": "n", "ں": "n",
}  # fmt: skip


@lru_cache(maxsize=100_000)
def bones(word: str) -> str:
    """What Arabic script would write of a word, without what it writes now this way and now that."""
    if script(word) == Script.ABJAD:
        found = "".join(_WRITTEN.get(letter, "") for letter in word.rstrip("ةه"))
    else:
        silent = word.endswith("h") and not word.endswith(("sh", "ch", "kh"))
        found = re.sub("[Av]", "", skeleton(word[:-1] if silent else word))
    return re.sub(r"(.)\1+", r"\1", found)


_KOREAN = str.maketrans({"g": "k", "d": "t", "b": "p", "r": "l", "j": "X", "v": "", "u": "o", "e": "o"})


@lru_cache(maxsize=50_000)
def korean_sound(word: str) -> str:
    """How a word sounds if it is Korean: neither hard and soft nor l and r are kept apart, and few of the vowels."""
    return re.sub(r"(.)\1+", r"\1", sound(word.replace("ch", "j")).translate(_KOREAN))
