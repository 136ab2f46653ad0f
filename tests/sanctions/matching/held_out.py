"""Queries of our own making over listed names, none of which anybody tuned to: with the brand swapped or removed, with
another given name (all of which are somebody else), in native script, in German and French spelling, mistyped.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from apps.sanctions.entries import EntryKind, ListedParty
from apps.sanctions.matching.names import Name, prepare
from apps.sanctions.matching.romanising import Script, script

SOMEBODY_ELSE = ("brand_swapped", "brand_removed", "given_name_swapped")
SAME = ("native", "german", "french", "typo", "reordered")


@dataclass(frozen=True)
class Asked:
    """A query made from a listed party. `hidden` are names of the party that must not help to find it."""

    kind: str
    text: str
    source: str
    party: ListedParty
    hidden: frozenset[str] = frozenset()


def made(parties: Sequence[ListedParty], *, each: int, seed: int = 11) -> list[Asked]:
    """So many queries of each kind, the same for the same seed."""
    found, listed = [], {_core(name.text) for party in parties for name in party.names}
    for number, kind in enumerate((*SOMEBODY_ELSE, *SAME)):
        chance = random.Random(seed * 100 + number)
        rows = _MAKERS[kind](parties, chance)
        fresh = (asked for asked in rows if kind in SAME or _core(asked.text) not in listed)
        found += islice(fresh, each)
    return found


def _core(text: str) -> frozenset[str]:
    """What is left of a name without its legal form, in any order: a made name that is listed after all is no use."""
    return frozenset(word.concept or word.sound for word in prepare(text).words if not word.particle)


def _drawn(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[ListedParty]:
    order = list(parties)
    chance.shuffle(order)
    yield from order


def _latin(party: ListedParty) -> str:
    return next((name.text for name in party.names if prepare(name.text).words and not prepare(name.text).native), "")


def _companies(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[tuple[ListedParty, str, Name, str]]:
    """Those with one word that stands out and others beside it, as (party, name as written, name, that word)."""
    for party in _drawn(parties, chance):
        text = _latin(party)
        name = prepare(text)
        if party.kind == EntryKind.PERSON or not name.legal or not 2 <= len(name.words) <= 6:
            continue
        telling = name.telling
        if (
            len(telling) == 1
            and len(telling[0].text) >= 4
            and telling[0].count <= 20
            and telling[0].text in text.lower()
        ):
            yield party, text, name, telling[0].text


def _replaced(text: str, old: str, new: str) -> str:
    at = text.lower().index(old)
    written = new.upper() if text[at : at + len(old)].isupper() else new.title()
    return " ".join((text[:at] + written + text[at + len(old) :]).split())


def _brand_swapped(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[Asked]:
    brands = [brand for *_, brand in _companies(parties, chance)]
    for party, text, _, brand in _companies(parties, chance):
        other = chance.choice(brands)
        if other[:2] != brand[:2]:
            yield Asked("brand_swapped", _replaced(text, brand, other), text, party)


def _brand_removed(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[Asked]:
    for party, text, name, brand in _companies(parties, chance):
        if len(name.words) >= 3:
            yield Asked("brand_removed", _replaced(text, brand, ""), text, party)


def _persons(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[tuple[ListedParty, str, list[str]]]:
    for party in _drawn(parties, chance):
        family, comma, given = party.name.partition(", ")
        if party.kind == EntryKind.PERSON and comma and given and len(given.split()[0]) >= 4:
            yield party, family, given.split()


def _given_name_swapped(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[Asked]:
    pool = [given[0] for _, _, given in _persons(parties, chance)]
    for party, family, given in _persons(parties, chance):
        other = chance.choice(pool)
        if other[:2].lower() != given[0][:2].lower():
            yield Asked("given_name_swapped", f"{' '.join([other, *given[1:]])} {family}", party.name, party)


def _native_pairs(
    parties: Sequence[ListedParty], chance: random.Random
) -> Iterator[tuple[ListedParty, str, frozenset[str]]]:
    for party in _drawn(parties, chance):
        native = [name.text for name in party.names if prepare(name.text).native]
        if native and _latin(party):
            yield party, native[0], frozenset(native)


def _native(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[Asked]:
    for party, text, hidden in _native_pairs(parties, chance):
        yield Asked("native", text, _latin(party), party, hidden)


def _spelt(kind: str, table: dict[str, str]) -> "object":
    def make(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[Asked]:
        for party, text, hidden in _native_pairs(parties, chance):
            if all(script(word) == Script.CYRILLIC for word in text.casefold().split() if word.isalpha()):
                spelt = "".join(table.get(letter, letter) for letter in text.casefold())
                yield Asked(kind, spelt.title(), text, party, hidden)

    return make


_COMMON = dict(zip("абгдезиклмнопрстуфы", "abgdeziklmnoprstufy", strict=True)) | {"ь": "", "ъ": "", "э": "e", "ё": "jo"}
_GERMAN = _COMMON | {
    "в": "w", "ж": "sch", "з": "s", "й": "j", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch", "щ": "schtsch", "ю": "ju",
    "я": "ja", "і": "i", "ї": "ji", "є": "je", "ґ": "g", "ў": "u",
}  # fmt: skip
_FRENCH = _COMMON | {
    "в": "v", "ж": "j", "й": "ï", "х": "kh", "ц": "ts", "ч": "tch", "ш": "ch", "щ": "chtch", "ю": "iou", "я": "ia",
    "у": "ou", "і": "i", "ї": "ï", "є": "ie", "ґ": "g", "ў": "ou", "ё": "io",
}  # fmt: skip


def _typo(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[Asked]:
    for party in _drawn(parties, chance):
        text = _latin(party)
        places = [at for at, letter in enumerate(text[:-1]) if letter.isalpha() and text[at + 1].isalpha()]
        if len(text) >= 10 and places:
            yield Asked("typo", _mistyped(text, chance.choice(places), chance), text, party)


def _mistyped(text: str, at: int, chance: random.Random) -> str:
    return chance.choice(
        (
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + chance.choice("aeiostrn") + text[at + 1 :],
        )
    )


def _reordered(parties: Sequence[ListedParty], chance: random.Random) -> Iterator[Asked]:
    for party in _drawn(parties, chance):
        words = _latin(party).replace(",", "").split()
        if 3 <= len(words) <= 6:
            at = chance.randrange(len(words) - 1)
            words[at], words[at + 1] = words[at + 1], words[at]
            yield Asked("reordered", " ".join(words), _latin(party), party)


_MAKERS = {
    "brand_swapped": _brand_swapped,
    "brand_removed": _brand_removed,
    "given_name_swapped": _given_name_swapped,
    "native": _native,
    "german": _spelt("german", _GERMAN),
    "french": _spelt("french", _FRENCH),
    "typo": _typo,
    "reordered": _reordered,
}
