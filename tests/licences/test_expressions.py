"""Licence expressions as choices."""

import pytest

from apps.licences.expressions import alternatives


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("MIT", [["MIT"]]),
        ("other/modified-mit", [["other/modified-mit"]]),
        ("MIT OR Apache-2.0", [["MIT"], ["Apache-2.0"]]),
        ("MIT AND LicenseRef-qwen", [["MIT", "LicenseRef-qwen"]]),
        ("MIT AND (A OR B)", [["MIT", "A"], ["MIT", "B"]]),
        ("CC-BY-NC-4.0 AND LicenseRef-cohere-aup", [["CC-BY-NC-4.0", "LicenseRef-cohere-aup"]]),
        ("MIT AND (", [["MIT AND ("]]),
        ("this and that or other", [["this and that or other"]]),
        ("", [[""]]),
    ],
)
def test_or_lets_choose_and_binds_all(text: str, choices: list[list[str]]) -> None:
    assert sorted(alternatives(text)) == sorted(choices)


def test_more_choices_than_anybody_meant_are_left_alone() -> None:
    text = " AND ".join(f"(A{number} OR B{number})" for number in range(10))
    assert alternatives(text) == [[text]]
