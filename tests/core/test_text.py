"""Text from outside is normalised or refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import InvalidInput
from apps.core.text import clean_text


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("  DeepSeek  ", "DeepSeek"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("深度求索", "深度求索"),
        ("line one\nline two\ttab", "line one\nline two\ttab"),
        ("العربية", "العربية"),
        ("a" * 300, "a" * 300),
        ("a" * 300 + "   ", "a" * 300),
    ],
)
def test_kept(given_text: str, kept: str) -> None:
    assert clean_text(given_text, pointer="/name") == kept


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "must be text"),
        (7, "must be text"),
        (["a"], "must be text"),
        (b"a", "must be text"),
        ("", "must not be empty"),
        (" \n ", "must not be empty"),
        ("\u00a0", "must not be empty"),
        ("a\x00b", "control characters"),
        ("a\x1b[31m", "control characters"),
        ("a\x7f", "control characters"),
        ("user\u202egnp.exe", "control characters"),
        ("user\u2066x", "control characters"),
        ("\ud83d", "control characters"),
        ("a" * 301, "at most 300 characters, has 301"),
    ],
)
def test_refused_with_pointer(value: object, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        clean_text(value, pointer="/models/0/name")
    assert [error.pointer for error in refused.value.errors] == ["/models/0/name"]


def test_optional_text_may_be_empty() -> None:
    assert clean_text("  ", pointer="/note", required=False) == ""


@given(st.text(st.characters(), max_size=400))
def test_what_is_kept_stays_as_it_is(text: str) -> None:
    try:
        kept = clean_text(text, pointer="/x")
    except InvalidInput:
        return
    assert clean_text(kept, pointer="/x") == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert kept.encode()
