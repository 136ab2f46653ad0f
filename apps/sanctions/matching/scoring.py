"""How far two names, and what else is known, speak for one and the same: a list of small features that add up.

Two names are laid word against word (`aligning`). A word spelt otherwise costs a little, words that stand on one side
only cost some, for names get shortened; words on *both* sides that contradict each other cost much. Then come the
gates: whatever the sum says, names that agree only in what any company might be called are no match, one word that
stands out is not enough where the rest differs, and a short single word needs a second signal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from apps.sanctions.entries import EntryKind, ListedParty
from apps.sanctions.matching.aligning import Pair, align
from apps.sanctions.matching.gates import gate
from apps.sanctions.matching.keys import normal_number
from apps.sanctions.matching.names import Name, Word, prepare
from apps.sanctions.matching.records import WEAK, Feature, Query, Score

ALGORITHM = "wb-names-1"
"""The name of this way of comparing. Whatever changes a score makes another version."""

SPELT_OTHERWISE = 1.0
"""Points for words that are alike and not the same, where all of both names are; likewise below."""
CONTRADICTION, CONTRADICTION_IN_PERSON = 1.6, 1.2
LEFT_OUT, LEFT_OUT_IN_PERSON = 0.6, 0.7
ANOTHER_PERSON = 0.12
"""Beyond that, for persons of whom a name that is not the father's contradicts the other one's."""
COUNTRY_AGREES, COUNTRY_DIFFERS = 0.04, -0.04
KIND_DIFFERS, COMPANY_FOR_NO_COMPANY = -0.3, -0.1
BY_NUMBER = 0.95
"""The least where an identifier is equal."""
_NO_COMPANY = (EntryKind.PERSON, EntryKind.VESSEL, EntryKind.AIRCRAFT)


@dataclass(frozen=True, slots=True)
class _Shares:
    """How much of both names, weighed, is spelt otherwise, contradicts the other, or is missing in it."""

    otherwise: float
    contradicting: float
    left_out: float
    by_query: bool
    """Whether it is the query that leaves out."""


def compare(query: Query, party: ListedParty) -> Score:
    """How far the query may mean the party: its best pair of names, with countries, kinds and identifiers.

    Pure: neither database nor clock.
    """
    found = [
        max((_compared(asked, listed.text, query, party) for listed in party.names), key=lambda score: score.value)
        for asked in query.names
    ]
    found.sort(key=lambda score: -score.value)
    pairs = tuple((score.query_name, score.listed_name) for score in found if score.value >= WEAK)
    return _with_identifiers(replace(found[0], pairs=pairs), query, party)


def _compared(asked: str, listed: str, query: Query, party: ListedParty) -> Score:
    return compare_names(prepare(asked), prepare(listed), query, party.kind, party.countries)


def compare_names(
    asked: Name, listed: Name, query: Query, kind: EntryKind, countries: Iterable[str] = (), *, told: bool = True
) -> Score:
    """How far two names mean the same, given what is known of the two parties besides; `told`: with words for why."""
    if not asked.words or not listed.words:
        return Score(0.0)
    besides = list(_besides(asked, query, kind, frozenset(countries)))
    second = any(feature.points > 0 for feature in besides)
    features = [*_of_names(asked, listed, person=_of_persons(asked, listed, kind), second=second, told=told), *besides]
    value = 1 + sum(feature.points for feature in features)
    return Score(round(min(1.0, max(0.0, value)), 4), asked.text, listed.text, tuple(features))


def _of_persons(asked: Name, listed: Name, kind: EntryKind) -> bool:
    return kind == EntryKind.PERSON or (kind == EntryKind.UNKNOWN and asked.like_a_person and listed.like_a_person)


def _of_names(asked: Name, listed: Name, *, person: bool, second: bool, told: bool) -> Iterator[Feature]:
    pairs = align(asked.words, listed.words)
    shares = _weigh(asked.words, listed.words, pairs, person=person)
    total = 1.0
    for feature in _costs(asked, listed, pairs, shares, person=person, told=told):
        total += feature.points
        yield feature
    initials = not person and any(pair.how == "initial" for pair in pairs)
    whole = not initials and shares.contradicting < 0.001 and shares.left_out < 0.03
    limit = gate(asked, listed, pairs, person=person, whole=whole, second=second)
    if total > limit.most:
        yield Feature(limit.code, round(limit.most - total, 4), limit.detail)


def _weigh(asked: tuple[Word, ...], listed: tuple[Word, ...], pairs: list[Pair], *, person: bool) -> _Shares:
    """A pair weighs on both sides what it weighs on the lighter one: a mistyped common word is no rare word."""
    ours = [word.weight_in_person if person else word.weight for word in asked]
    theirs = [word.weight_in_person if person else word.weight for word in listed]
    matched = otherwise = 0.0
    for pair in pairs:
        both = min(sum(ours[at] for at in pair.asked), sum(theirs[at] for at in pair.listed))
        for weights, places in ((ours, pair.asked), (theirs, pair.listed)):
            for at in places:
                weights[at] = 0.0
        matched += both
        otherwise += both * (1 - pair.alike)
    said = {
        words[at].concept
        for pair in pairs
        for words, some in ((asked, pair.asked), (listed, pair.listed))
        for at in some
    }
    only_ours, only_theirs = _news(asked, ours, said), _news(listed, theirs, said)
    misses = only_ours / ((only_ours + matched) or 1), only_theirs / ((only_theirs + matched) or 1)
    return _Shares(
        otherwise=otherwise / ((matched + min(only_ours, only_theirs)) or 1),
        contradicting=min(misses),
        left_out=max(misses) - min(misses),
        by_query=misses[1] > misses[0],
    )


def _news(words: tuple[Word, ...], weights: list[float], said: set[str]) -> float:
    """What the unmatched words weigh, of which some only repeat a meaning: `scientific-research` for `research`."""
    return sum(
        0.0 if word.generic and word.concept in said else weight for word, weight in zip(words, weights, strict=True)
    )


def _costs(
    asked: Name, listed: Name, pairs: list[Pair], shares: _Shares, *, person: bool, told: bool
) -> Iterator[Feature]:
    ours, theirs = (
        _unmatched(asked, [pair.asked for pair in pairs]),
        _unmatched(listed, [pair.listed for pair in pairs]),
    )
    if shares.otherwise > 0.0005:
        shown = _spellings(asked, listed, pairs) if told else ""
        yield _feature("spelt-otherwise", SPELT_OTHERWISE * shares.otherwise, shown)
    if shares.contradicting > 0.0005:
        shown = f"{_text(ours)} / {_text(theirs)}" if told else ""
        yield _feature(
            "words-differ", (CONTRADICTION_IN_PERSON if person else CONTRADICTION) * shares.contradicting, shown
        )
        if person and all(any(_is_own_name(word) for word in words) for words in (ours, theirs)):
            yield _feature("another-person", ANOTHER_PERSON, shown)
    if shares.left_out > 0.0005:
        cost = (LEFT_OUT_IN_PERSON if person else LEFT_OUT) * shares.left_out
        code, words = ("words-not-asked", theirs) if shares.by_query else ("words-not-listed", ours)
        yield _feature(code, cost, _text(words) if told else "")


def _feature(code: str, cost: float, detail: str) -> Feature:
    return Feature(code, -round(cost, 4), detail)


def _is_own_name(word: Word) -> bool:
    return not word.particle and not word.patronymic and len(word.text) > 1


def _unmatched(name: Name, places: Iterable[tuple[int, ...]]) -> list[Word]:
    used = {at for some in places for at in some}
    return [word for at, word in enumerate(name.words) if at not in used]


def _text(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def _spellings(asked: Name, listed: Name, pairs: list[Pair]) -> str:
    return "; ".join(
        f"{_text(asked.words[at] for at in pair.asked)} ~ {_text(listed.words[at] for at in pair.listed)}"
        f" ({pair.how} {pair.alike:.2f})"
        for pair in pairs
        if pair.alike < 1
    )


def _besides(asked: Name, query: Query, kind: EntryKind, countries: frozenset[str]) -> Iterator[Feature]:
    """What else is known of both. What is known of one of them only is neutral."""
    if query.countries and countries:
        agrees = bool(query.countries & countries)
        shown = f"{', '.join(sorted(query.countries))} / {', '.join(sorted(countries))}"
        points = COUNTRY_AGREES if agrees else COUNTRY_DIFFERS
        yield Feature("country-agrees" if agrees else "country-differs", points, shown)
    if query.kind != kind and EntryKind.UNKNOWN not in (query.kind, kind):
        yield Feature("kind-differs", KIND_DIFFERS, f"{query.kind} / {kind}")
    elif query.kind == EntryKind.UNKNOWN and kind in _NO_COMPANY and asked.legal:
        yield Feature("kind-differs", COMPANY_FOR_NO_COMPANY, f"{' '.join(asked.legal)} / {kind}")


def _with_identifiers(score: Score, query: Query, party: ListedParty) -> Score:
    theirs = {normal_number(identifier.value) for identifier in party.identifiers} - {""}
    same = [identifier for identifier in query.identifiers if normal_number(identifier.value) in theirs]
    if not same:
        return score
    shown = ", ".join(f"{identifier.kind} {identifier.value}" for identifier in same)
    value = max(BY_NUMBER, score.value)
    feature = Feature("identifier-equal", round(value - score.value, 4), shown)
    pairs = score.pairs or ((query.name, party.name),)
    return replace(score, value=value, features=(*score.features, feature), pairs=pairs)
