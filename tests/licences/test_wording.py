"""The wording of texts: what layout hides and what it must not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.licences.wording import decode, digest_of, numbers, wording, words

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=200)


@given(text=TEXT)
@example("- - a")
@example("**-**")
@example("---\na: 1\n---\nb")
@example("\u0345\u03b1 \u1fb3")
@example("''' ' '")
def test_the_wording_of_a_wording_is_itself(text: str) -> None:
    assert wording(wording(text)) == wording(text)


@given(text=TEXT, space=st.sampled_from([" ", "\n", "\r\n", "\t", "\u00a0", " \n\n "]))
def test_white_space_says_nothing(text: str, space: str) -> None:
    spaced = space.join(text.split())
    assert wording("x " + spaced) == wording("x " + " ".join(text.split()))


@given(before=TEXT, number=st.integers(0, 10**9), other=st.integers(0, 10**9))
def test_numbers_say_something(before: str, number: int, other: int) -> None:
    one, two = (wording(f"x {before} x {value} users") for value in (number, other))
    assert (one == two) == (number == other)
    assert str(number) in numbers(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Software”", '"software"'),
        ("it’s", "it's"),
        ("a – b", "a b"),
        ("## Title\n\nText", "TITLE\ntext"),
        ("* one\n* two", "• one\n- two"),
        ("**bold** and _slanted_", "bold and slanted"),
        ("a\u200bb\u00ad", "ab"),
        ("---\nkey: mit\nname: MIT\n---\n\nText", "Text"),
        ("``a''", 'a"'),
        ("=====\nText\n=====", "Text"),
    ],
)
def test_the_same_words(one: str, other: str) -> None:
    assert digest_of(wording(one)) == digest_of(wording(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("100 users", "10 users"),
        ("5%", "5"),
        ("USD 1,000", "USD 1.000"),
        ("you may", "you may not"),
        ("10²", "102"),
        ("a, b", "a b"),
        ("-5 degrees", "5 degrees"),
        ("> 5 users", "< 5 users"),
        ("section 1.2", "section 1.3"),
    ],
)
def test_other_words(one: str, other: str) -> None:
    assert wording(one) != wording(other)


def test_words_and_numbers() -> None:
    said = wording("Above 1,000.50 users (5%), as of 2026-05-01: pay.")
    assert words(said) == ["above", "1,000.50", "users", "5%", "as", "of", "2026-05-01", "pay"]
    assert numbers(said) == {"1,000.50", "5%", "2026", "05", "01"}


def test_a_file_of_the_largest_size_is_read() -> None:
    assert decode(b"a" * 1024 * 1024).encoding == "utf-8"
