"""How two texts differ, for readers: clause by clause, word by word, with the terms that changed. Pure.

Lines, spaces and marks of layout say nothing here: clauses are found by their punctuation. A clause that stands
elsewhere is moved, not gone and new.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from rapidfuzz import fuzz

from apps.licences.wording import wording
from apps.places.countries import country_names

ALIKE = 55.0
"""Two clauses at least as alike as this, in percent, are one clause that was reworded."""
SHORT = 4
"""A clause of fewer words is taken with the next one: numbers of sections and the like."""
AROUND = 1
"""Unchanged clauses that are shown on either side of a change."""
_END = re.compile(r"[.;:]['\")\]]*$")
_ABBREVIATED = re.compile(r"^(?:[a-z]|\d+|no|art|sec|inc|ltd|corp|co|e\.g|i\.e|u\.s)\.$")
_NUMBERISH = re.compile(r"\d")
_PERCENT = re.compile(r"%|percent")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_MONTHS = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)
_SCALE = frozenset(["hundred", "thousand", "million", "billion", "trillion"])
_CURRENCY = frozenset(
    ["usd", "eur", "gbp", "rmb", "cny", "krw", "dollars", "euro", "euros", "yuan", "$", "€", "£", "¥"]
)
_REGIONS = frozenset({"european", "eu", "eea", "korea", "korean", "uk", "kingdom", "states", "china", "union"})
_MEASURES = frozenset(
    ["users", "revenue", "employees", "commercial", "monthly", "annual", "prohibited", "military", "territory"]
)
_NO_COUNTRY = frozenset(
    ["and", "republic", "islands", "island", "democratic", "people's", "new", "north", "south", "saint", "federated"]
)


@lru_cache(maxsize=1)
def _country_words() -> frozenset[str]:
    names = country_names("en").values()
    return frozenset(word for name in names for word in name.casefold().split() if len(word) > 3) - _NO_COUNTRY


@lru_cache(maxsize=20000)
def _said(shown: str) -> str:
    return wording(shown)


@dataclass(frozen=True)
class Run:
    """Words that are the same, gone or new. `terms` are those among them that are terms: numbers, dates, countries."""

    kind: str
    text: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clause:
    """One clause of the comparison: same, gone, new, moved, or reworded with its words in runs."""

    kind: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Term:
    """A number, date, country or measure that only one of the texts has in a clause: `kind`, before and after."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    clause: str


@dataclass(frozen=True)
class Comparison:
    """How two texts differ."""

    clauses: tuple[Clause, ...]
    terms: tuple[Term, ...]
    gone: int
    """Words."""
    new: int
    moved: int
    """Clauses."""

    @property
    def same(self) -> bool:
        """Whether both say the same in the same order."""
        return not (self.gone or self.new or self.moved)


@dataclass(frozen=True)
class _Word:
    shown: str
    said: str


def compare(before: str, after: str) -> Comparison:
    """The differences of two texts; unchanged clauses far from any change are left out, with an empty run for them."""
    one, other = _clauses(before), _clauses(after)
    clauses = list(_aligned(one, other))
    changed = [clause for clause in clauses if clause.kind != "same"]
    runs = [run for clause in changed if clause.kind != "moved" for run in clause.runs]
    return Comparison(
        clauses=tuple(_near(clauses)),
        terms=tuple(_terms(changed)),
        gone=sum(len(run.text.split()) for run in runs if run.kind == "gone"),
        new=sum(len(run.text.split()) for run in runs if run.kind == "new"),
        moved=sum(clause.kind == "moved" for clause in clauses),
    )


def _clauses(text: str) -> list[tuple[_Word, ...]]:
    found: list[tuple[_Word, ...]] = []
    current: list[_Word] = []
    for word in _words(text):
        current.append(word)
        if len(current) >= SHORT and _END.search(word.said) and not _ABBREVIATED.match(word.said):
            found.append(tuple(current))
            current = []
    return [*found, tuple(current)] if current else found


def _words(text: str) -> Iterator[_Word]:
    for shown in text.split():
        said = _said(shown)
        if said:
            yield _Word(shown, said)


def _aligned(one: Sequence[tuple[_Word, ...]], other: Sequence[tuple[_Word, ...]]) -> Iterator[Clause]:
    keys, other_keys = [_key(clause) for clause in one], [_key(clause) for clause in other]
    blocks = SequenceMatcher(None, keys, other_keys, autojunk=False).get_opcodes()
    left = {key for tag, a, b, _, _ in blocks if tag != "equal" for key in keys[a:b]}
    came = {key for tag, _, _, a, b in blocks if tag != "equal" for key in other_keys[a:b]}
    moved = {key for key in left & came if len(key.split()) >= SHORT}
    for tag, a, b, c, d in blocks:
        if tag == "equal":
            yield from (Clause("same", (Run("same", _shown(clause)),)) for clause in other[c:d])
            continue
        gone = [clause for clause in one[a:b] if _key(clause) not in moved]
        new = list(other[c:d])
        yield from _replaced(gone, new, moved)


def _replaced(gone: list[tuple[_Word, ...]], new: list[tuple[_Word, ...]], moved: set[str]) -> Iterator[Clause]:
    """Clauses of a block in the order of the new text; each with the one it was made from, where there is one."""
    left = list(gone)
    for clause in new:
        key = _key(clause)
        if key in moved:
            yield Clause("moved", (Run("moved", _shown(clause)),))
            continue
        best = max(left, key=lambda old: fuzz.ratio(_key(old), key), default=None)
        if best is not None and fuzz.ratio(_key(best), key) >= ALIKE:
            # What stood before the clause it was made from comes first, as it did.
            for passed in left[: left.index(best)]:
                yield _whole("gone", passed)
            left = left[left.index(best) + 1 :]
            yield _reworded(best, clause)
        else:
            yield _whole("new", clause)
    for rest in left:
        yield _whole("gone", rest)


def _whole(kind: str, clause: Sequence[_Word]) -> Clause:
    return Clause(kind, (_run(kind, clause),))


def _reworded(old: Sequence[_Word], new: Sequence[_Word]) -> Clause:
    matcher = SequenceMatcher(None, [word.said for word in old], [word.said for word in new], autojunk=False)
    runs: list[Run] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            runs.append(Run("same", _shown(new[c:d])))
            continue
        if b > a:
            runs.append(_run("gone", old[a:b]))
        if d > c:
            runs.append(_run("new", new[c:d]))
    return Clause("reworded", tuple(runs))


def _run(kind: str, words: Sequence[_Word]) -> Run:
    return Run(kind, _shown(words), tuple(word.shown.strip(".,;:()") for word in words if term_kind(word.said)))


def _shown(words: Sequence[_Word]) -> str:
    return " ".join(word.shown for word in words)


def _key(clause: Sequence[_Word]) -> str:
    return " ".join(word.said for word in clause)


def term_kind(said: str) -> str:
    """As what a word matters: percentage, date, number, amount, country, measure; empty where it is just a word."""
    word = said.strip(".,;:()\"'")
    if _PERCENT.search(said):
        return "percentage"
    if word in _MONTHS or _YEAR.match(word):
        return "date"
    if _NUMBERISH.search(word) or word in _SCALE:
        return "number"
    if word in _CURRENCY or said[:1] in "$€£¥":
        return "amount"
    if word in _REGIONS or word in _country_words():
        return "country"
    return "measure" if word in _MEASURES else ""


def _terms(changed: Sequence[Clause]) -> Iterator[Term]:
    for clause in changed:
        if clause.kind == "moved":
            continue
        gone = [(term_kind(_said(word)), word) for run in clause.runs if run.kind == "gone" for word in run.terms]
        new = [(term_kind(_said(word)), word) for run in clause.runs if run.kind == "new" for word in run.terms]
        for kind in dict.fromkeys(kind for kind, _ in (*gone, *new) if kind):
            before = tuple(word for one, word in gone if one == kind)
            after = tuple(word for one, word in new if one == kind)
            if [_said(word) for word in before] != [_said(word) for word in after]:
                yield Term(kind, before, after, clause.text)


def _near(clauses: Sequence[Clause]) -> Iterator[Clause]:
    changed = [index for index, clause in enumerate(clauses) if clause.kind != "same"]
    near = {index + step for index in changed for step in range(-AROUND, AROUND + 1)}
    skipped = False
    for index, clause in enumerate(clauses):
        if index in near:
            yield clause
            skipped = False
        elif not skipped:
            yield Clause("skipped", ())
            skipped = True
