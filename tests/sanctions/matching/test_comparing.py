"""Names compared: a table of cases, and what must hold for any name in the world."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.sanctions.entries import EntryKind, Identifier, ListedName, ListedParty, NameKind
from apps.sanctions.matching import ALGORITHM, ALGORITHMS, Query, Score, compare
from apps.sanctions.matching.keys import keys, number
from apps.sanctions.matching.names import prepare
from apps.sanctions.matching.normalising import plain_key, words
from apps.sanctions.matching.records import POSSIBLE, PROBABLE, WEAK, Band, band
from apps.sanctions.matching.romanising import sound

ORGANISATION, PERSON, VESSEL, UNKNOWN = EntryKind.ORGANISATION, EntryKind.PERSON, EntryKind.VESSEL, EntryKind.UNKNOWN


def party(*names: str, kind: EntryKind = UNKNOWN, **more: object) -> ListedParty:
    """An entry of these names."""
    listed = tuple(ListedName(text=name, kind=NameKind.PRIMARY) for name in names)
    return ListedParty(list_key="TEST", reference="1", kind=kind, names=listed, **more)  # type: ignore[arg-type]


def score(asked: str, *listed: str, kind: EntryKind = UNKNOWN, **more: object) -> Score:
    """Of a mere name against an entry."""
    return compare(Query(name=asked, **more), party(*listed, kind=kind))  # type: ignore[arg-type]


PROBABLY_THE_SAME = (
    ("GALLION NAVIGATION INC", "Gallion Navigation Incorporated", ORGANISATION),
    ("OOO Zarnitsa Invest", "LIMITED LIABILITY COMPANY ZARNITSA INVEST", ORGANISATION),
    ("Obschtschestwo s ogranitschennoj otwetstwennostju Zarniza Invest", "ООО «Зарница Инвест»", UNKNOWN),
    ("Zarnitsa-Invest", "ZARNITSAINVEST LLC", ORGANISATION),
    ("ＺＡＲＮＩＴＳＡ　ＩＮＶＥＳＴ", "Zarnitsa Invest", ORGANISATION),
    ("zárnitsà ìnvest", "Zarnitsa Invest", ORGANISATION),
    ("Zarnista Invest", "Zarnitsa Invest", ORGANISATION),
    ("Shen zhen Dalufeng Technology", "Shenzhen Dalufeng Technology Co., Ltd.", ORGANISATION),
    ("深圳大路风科技有限公司", "Shenzhen Dalufeng Technology Co., Ltd.", ORGANISATION),
    ("Andrej Nikolajewitsch Tschernyschenko", "CHERNYSHENKO, Andrey Nikolayevich", PERSON),
    ("Andreï Tchernychenko", "CHERNYSHENKO, Andrey Nikolayevich", PERSON),
    ("Андрей Чернышенко", "Andrei CHERNYSHENKO", UNKNOWN),
    ("Volodymyr Chernyshenko", "Vladimir CHERNYSHENKO", PERSON),
    ("محمد حسن الرفاعي", "AL-RIFA'I, Muhammad Hasan", PERSON),
    ("김정남", "KIM, Jong Nam", PERSON),
    ("Kim Jeong-nam", "KIM, Jong-Nam", PERSON),
    ("LASER SYSTEMS", "Laser Systems Ltd", ORGANISATION),
)
NOT_PROBABLY = (
    ("Brolinka Shipping Co", "Gallion Shipping Co", UNKNOWN),
    ("Shipping Company Ltd", "Gallion Shipping Company Ltd", ORGANISATION),
    ("Gallion Transport Ltd", "Gallion Navigation Inc", ORGANISATION),
    ("Igor Nikolayevich Chernyshenko", "CHERNYSHENKO, Andrey Nikolayevich", PERSON),
    ("Maria MORALES URBINA", "MORALES URBINA, Wendy Carolina", PERSON),
    ("Chernyshenko", "CHERNYSHENKO, Andrey Nikolayevich", PERSON),
    ("Sean Byrd", "SEA BIRD", VESSEL),
    ("Mistral AI SAS", "MISTRAL 1", VESSEL),
    ("Technical Services Ltd", "Global Services", ORGANISATION),
    ("Beijing Huanlang Technology Co., Ltd.", "Beijing Zetu Technology Co., Ltd.", ORGANISATION),
    ("Asa", "ASA", ORGANISATION),
    ("Qwen", "Alibaba", ORGANISATION),
)


@pytest.mark.parametrize(("asked", "listed", "kind"), PROBABLY_THE_SAME)
def test_the_same_name_written_otherwise_is_probable(asked: str, listed: str, kind: EntryKind) -> None:
    found = score(asked, listed, kind=kind)
    assert found.value >= PROBABLE, found


@pytest.mark.parametrize(("asked", "listed", "kind"), NOT_PROBABLY)
def test_somebody_else_is_not_probable(asked: str, listed: str, kind: EntryKind) -> None:
    found = score(asked, listed, kind=kind)
    assert found.value < PROBABLE, found


@pytest.mark.parametrize(
    "asked", ["", "COMP", "CORP.", "Ltd", "S.A. de C.V.", "有限公司", "株式会社", "...", "\u200b", "LLC OOO"]
)
@pytest.mark.parametrize("listed", ["", "COMP", "11420 CORP.", "Gallion Ltd", "有限公司"])
def test_nothing_and_a_mere_legal_form_are_like_nobody(asked: str, listed: str) -> None:
    assert score(asked, listed).value == 0
    assert keys(prepare(asked)) == {}


def test_a_short_word_needs_a_second_signal() -> None:
    alone = score("Orlan", "ORLAN")
    with_country = compare(Query(name="Orlan", countries=frozenset({"BY"})), party("ORLAN", countries=("BY", "RU")))
    assert POSSIBLE <= alone.value < PROBABLE <= with_country.value
    assert [feature.code for feature in alone.features] == ["single-word"]
    assert [feature.code for feature in with_country.features] == ["single-word", "country-agrees"]
    assert score("Орлан", "Орлан").value == 1


def test_another_country_takes_little_and_an_unknown_one_nothing() -> None:
    known = party("Gallion Navigation", countries=("PA",))
    values = [
        compare(Query(name="Gallion Navigation", countries=frozenset(countries)), known).value
        for countries in ((), {"PA"}, {"DE"})
    ]
    assert values == [1, 1, 0.96]


def test_a_person_is_no_vessel_and_a_company_no_person() -> None:
    assert score("Maria Petrova", "MARIA PETROVA", kind=VESSEL).value == 1
    asked = Query(name="Maria Petrova", kind=PERSON)
    assert compare(asked, party("MARIA PETROVA", kind=VESSEL)).value <= POSSIBLE
    assert (
        score("Maria Petrova Ltd", "PETROVA, Maria", kind=PERSON).value < score("Maria Petrova", "PETROVA, Maria").value
    )


def test_an_equal_identifier_lifts_whatever_the_names_say() -> None:
    lei = Identifier(kind="LEI", value="529900T8BM49AURSDO55")
    found = compare(Query(name="Renamed", identifiers=(lei,)), party("Gallion Navigation", identifiers=(lei,)))
    assert found.value == 0.95
    assert (found.features[-1].code, found.features[-1].detail) == ("identifier-equal", "LEI 529900T8BM49AURSDO55")
    short = Identifier(kind="number", value="1")
    assert compare(Query(name="Renamed", identifiers=(short,)), party("Gallion", identifiers=(short,))).value == 0


def test_aliases_of_both_sides_are_compared_and_the_best_pair_is_told() -> None:
    query = Query(name="Brolinka", aliases=("Gallion Navigation Ltd",))
    found = compare(query, party("Something Else", "Gallion Navigation"))
    assert found.pairs == (("Gallion Navigation Ltd", "Gallion Navigation"),)
    assert (found.query_name, found.listed_name) == found.pairs[0]


def test_features_say_what_was_compared_and_add_up_to_the_score() -> None:
    found = score("Galion Navigation Baltic", "Gallion Navigation")
    assert [feature.code for feature in found.features] == ["spelt-otherwise", "words-not-listed"]
    assert "galion ~ gallion" in found.features[0].detail
    assert found.features[1].detail == "baltic"
    assert found.value == pytest.approx(1 + sum(feature.points for feature in found.features))
    gate = score("Gallion Navigation Services", "Gallion Navigation").features[-1]
    assert (gate.code, gate.detail) == ("one-distinctive-word", "gallion")


def test_scores_name_their_algorithm_and_fall_into_bands() -> None:
    assert ALGORITHMS[ALGORITHM] is compare
    assert [band(value) for value in (0.85, 0.8499, 0.7, 0.6, 0.59)] == [
        *(Band.PROBABLE, Band.POSSIBLE, Band.POSSIBLE, Band.WEAK, Band.NONE)
    ]


@pytest.mark.parametrize(
    "spellings",
    [
        ("Чернышенко", "Chernyshenko", "Tschernyschenko", "Tchernychenko", "Tjernysjenko", "Černyšenko"),
        ("Юрьевич", "Yuryevich", "Jurewitsch", "Iourevitch", "Jurjevitj"),
        ("Евгений", "Yevgeniy", "Jewgenij", "Evgueni", "Evgeny"),
        ("Ющенко", "Yushchenko", "Juschtschenko", "Iouchtchenko"),
    ],
)
def test_spellings_of_one_name_sound_the_same(spellings: tuple[str, ...]) -> None:
    assert len({sound(spelling.casefold()) for spelling in spellings}) == 1


NAMES = st.text(max_size=60) | st.lists(
    st.sampled_from(["gallion", "al-", "Ltd", "Sergej", "شركة", "公司", "ооо", "김", "1", "S.A.", "É", "ﬁ"]), max_size=8
).map(" ".join)


@given(NAMES, NAMES)
@settings(max_examples=300, deadline=None)
def test_any_two_texts_can_be_compared_in_both_directions_alike(one: str, other: str) -> None:
    there, back = score(one, other), score(other, one)
    assert 0 <= there.value <= 1
    assert there.value == pytest.approx(back.value, abs=0.05)


@given(NAMES)
@settings(max_examples=300, deadline=None)
def test_a_name_finds_itself_unless_nothing_is_left_of_it(text: str) -> None:
    name = prepare(text)
    assert bool(keys(name)) == bool(name.words)
    assert (score(text, text).value >= WEAK) if len(name.words) > 1 else (score(text, text).value in (0, *ALONE))
    assert all(-(2**63) <= number(key) < 2**63 for key in keys(name))


ALONE = (0.55, 0.76, 0.82, 0.87, 0.9, 1.0)
"""What a single word comes to against itself, by its length; 1 in native letters, little if it is a common one."""


@given(NAMES)
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert plain_key(plain_key(text)) == plain_key(text)
    assert words(" ".join(words(text))) == words(text)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_nothing_at_all_never_alarms(listed: str) -> None:
    assert score("", listed).value == score(listed, "").value == 0
