"""How far two names, and what else is known, speak for one and the same: a list of small features that add up.

Two names are laid word against word (`aligning`). Words that stand on one side only cost little, for names get
shortened; words on *both* sides that contradict each other cost much. Then come the gates: whatever the sum says, names
that agree only in what any company might be called are no match, and a short single word needs a second signal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from apps.sanctions.entries import EntryKind, ListedParty
from apps.sanctions.matching.aligning import Pair, align
from apps.sanctions.matching.keys import normal_number
from apps.sanctions.matching.names import Name, Word, prepare
from apps.sanctions.matching.records import WEAK, Feature, Query, Score

_NO_COMPANY = (EntryKind.PERSON, EntryKind.VESSEL, EntryKind.AIRCRAFT)
ALGORITHM = "wb-names-1"
"""The name of this way of comparing. Whatever changes a score makes another version."""

CONFLICT, CONFLICT_IN_PERSON = 1.25, 1.15
"""Points for words that contradict each other, where all of both names do."""
LEFT_OUT, LEFT_OUT_IN_PERSON = 0.55, 0.6
DISTINCTIVE = 0.4
"""From this weight on a word tells who is meant."""
NO_DISTINCTIVE_WORD, ONLY_GENERIC_BUT_ALL = 0.55, 0.93
AGREE, DISAGREE = 0.04, -0.04


@dataclass(frozen=True)
class _Sides:
    """How much of each name is matched, weighed."""

    conflict: float
    left_out: float
    by_query: bool
    """Whether it is the listed name that has more."""


def compare(query: Query, party: ListedParty) -> Score:
    """How far the query may mean the party: its best pair of names, with countries, kinds and identifiers.

    Pure: neither database nor clock. Not symmetric, for it matters who asks about whom; nearly so.
    """
    found = [
        max(
            (
                compare_names(prepare(asked), prepare(listed.text), query, party.kind, party.countries)
                for listed in party.names
            ),
            key=lambda score: score.value,
        )
        for asked in query.names
    ]
    found.sort(key=lambda score: -score.value)
    pairs = tuple((score.query_name, score.listed_name) for score in found if score.value >= WEAK)
    return _with_identifiers(replace(found[0], pairs=pairs), query, party)


def compare_names(asked: Name, listed: Name, query: Query, kind: EntryKind, countries: Iterable[str] = ()) -> Score:
    """How far two names mean the same, given what is known of the two parties besides."""
    if not asked.words or not listed.words:
        return Score(0.0)
    second = list(_besides(asked, listed, query, kind, frozenset(countries)))
    features = list(_of_names(asked, listed, kind, any(feature.points > 0 for feature in second)))
    value = 1 + sum(feature.points for feature in features)
    value = min(1.0, value + sum(feature.points for feature in second)) if value > 0 else 0.0
    return Score(round(max(0.0, value), 4), asked.text, listed.text, (*features, *second))


def _of_names(asked: Name, listed: Name, kind: EntryKind, second: bool) -> Iterator[Feature]:
    person = kind == EntryKind.PERSON or (kind == EntryKind.UNKNOWN and asked.like_a_person and listed.like_a_person)
    pairs = align(asked.words, listed.words)
    sides = _weigh(asked.words, listed.words, pairs, person)
    total = 1.0
    for feature in (*_misses(asked, listed, pairs, sides, person),):
        total += feature.points
        yield feature
    cap, code, detail = _gate(asked, listed, pairs, sides, person, second)
    if total > cap:
        yield Feature(code, round(cap - total, 4), detail)


def _weigh(asked: tuple[Word, ...], listed: tuple[Word, ...], pairs: list[Pair], person: bool) -> _Sides:
    ours = [word.weight_in_person if person else word.weight for word in asked]
    theirs = [word.weight_in_person if person else word.weight for word in listed]
    got_ours = got_theirs = 0.0
    for pair in pairs:
        one, other = sum(ours[at] for at in pair.asked), sum(theirs[at] for at in pair.listed)
        both = min(one, other)
        _spread(ours, pair.asked, both)
        _spread(theirs, pair.listed, both)
        got_ours += both * pair.alike
        got_theirs += both * pair.alike
    missing = 1 - got_ours / (sum(ours) or 1), 1 - got_theirs / (sum(theirs) or 1)
    return _Sides(min(missing), max(missing) - min(missing), by_query=missing[1] > missing[0])


def _spread(weights: list[float], places: tuple[int, ...], total: float) -> None:
    for at in places:
        weights[at] = total / len(places)


def _misses(asked: Name, listed: Name, pairs: list[Pair], sides: _Sides, person: bool) -> Iterator[Feature]:
    if sides.conflict > 0.0005:
        cost = CONFLICT_IN_PERSON if person else CONFLICT
        yield Feature("words-differ", -round(cost * sides.conflict, 4), _differing(asked, listed, pairs))
    if sides.left_out > 0.0005:
        cost = LEFT_OUT_IN_PERSON if person else LEFT_OUT
        code = "words-not-asked" if sides.by_query else "words-not-listed"
        yield Feature(code, -round(cost * sides.left_out, 4), _left(asked, listed, pairs, sides.by_query))


def _differing(asked: Name, listed: Name, pairs: list[Pair]) -> str:
    unlike = [
        f"{_text(asked, pair.asked)} ~ {_text(listed, pair.listed)} ({pair.how} {pair.alike:.2f})"
        for pair in pairs
        if pair.alike < 1
    ]
    ours, theirs = _left(asked, listed, pairs, by_query=False), _left(asked, listed, pairs, by_query=True)
    return "; ".join([*unlike, *([f"{ours} / {theirs}"] if ours and theirs else [])])


def _text(name: Name, places: Iterable[int]) -> str:
    return " ".join(name.words[at].text for at in places)


def _left(asked: Name, listed: Name, pairs: list[Pair], by_query: bool) -> str:
    used = {at for pair in pairs for at in (pair.listed if by_query else pair.asked)}
    return " ".join(word.text for at, word in enumerate((listed if by_query else asked).words) if at not in used)


def _gate(
    asked: Name, listed: Name, pairs: list[Pair], sides: _Sides, person: bool, second: bool
) -> tuple[float, str, str]:
    """The most that the names can come to, why, and on which words that rests."""
    if asked.native and asked.native == listed.native:
        return 1.0, "", ""
    telling = [pair for pair in pairs if _tells(pair, asked, listed, person)]
    seen = ", ".join(" ".join(asked.words[at].text for at in pair.asked) for pair in telling)
    whole = sides.conflict < 0.02 and sides.left_out < 0.02
    if not telling:
        if whole and len(asked.words) > 1:
            return ONLY_GENERIC_BUT_ALL, "generic-words-only", " ".join(word.text for word in asked.words)
        return NO_DISTINCTIVE_WORD, "no-distinctive-word", ""
    if min(len(asked.telling), len(listed.telling)) <= 1 and _single(asked, listed):
        return (*_single_word_cap(asked, listed, telling, whole, second), seen)
    if person and len(telling) < 2:
        return 0.65, "one-name-only", seen
    return 1.0, "", ""


def _tells(pair: Pair, asked: Name, listed: Name, person: bool) -> bool:
    if pair.alike < 0.7:
        return False
    words = [*(asked.words[at] for at in pair.asked), *(listed.words[at] for at in pair.listed)]
    if person:
        return not any(word.particle for word in words)
    ours = sum(asked.words[at].weight for at in pair.asked)
    theirs = sum(listed.words[at].weight for at in pair.listed)
    return min(ours, theirs) >= DISTINCTIVE


def _single(asked: Name, listed: Name) -> bool:
    return min(sum(not word.particle for word in name.words) for name in (asked, listed)) <= 1


def _single_word_cap(asked: Name, listed: Name, telling: list[Pair], whole: bool, second: bool) -> tuple[float, str]:
    length = min(sum(len(asked.words[at].text) for at in telling[0].asked), 9)
    if second and whole:
        return 0.95, "single-word"
    if not whole:
        return (0.74 if length >= 6 else 0.62), "single-word"
    return (0.9 if length >= 7 else 0.84 if length >= 5 else 0.76), "single-word"


def _besides(asked: Name, listed: Name, query: Query, kind: EntryKind, countries: frozenset[str]) -> Iterator[Feature]:
    if query.countries and countries:
        both = query.countries & countries
        shown = f"{', '.join(sorted(query.countries))} / {', '.join(sorted(countries))}"
        yield Feature("country-agrees" if both else "country-differs", AGREE if both else DISAGREE, shown)
    if EntryKind.UNKNOWN in (query.kind, kind):
        if kind in _NO_COMPANY and asked.legal:
            yield Feature("kind-differs", -0.1, f"{' '.join(asked.legal)} / {kind}")
    elif query.kind != kind:
        yield Feature("kind-differs", -0.3, f"{query.kind} / {kind}")


def _with_identifiers(score: Score, query: Query, party: ListedParty) -> Score:
    theirs = {normal_number(identifier.value): identifier for identifier in party.identifiers}
    same = [identifier for identifier in query.identifiers if normal_number(identifier.value) in theirs]
    if not same:
        return score
    shown = ", ".join(f"{identifier.kind} {identifier.value}" for identifier in same)
    value = max(0.95, score.value)
    feature = Feature("identifier-equal", round(value - score.value, 4), shown)
    pairs = score.pairs or ((query.name, party.name),)
    return replace(score, value=value, features=(*score.features, feature), pairs=pairs)
