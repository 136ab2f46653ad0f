"""One side of a change in words."""

import pytest

from apps.reviews.speaking import said


@pytest.mark.parametrize(
    ("kind", "shown", "words"),
    [
        ("parent", "Base (synthetic_data_from)", "trained on data made by Base"),
        ("parent", "Base (v2) (finetune)", "fine-tuned from Base (v2)"),
        ("parent", "Base", "Base"),
        ("developer", "Alpha Labs (merge)", "Alpha Labs (merge)"),
        ("developer", "", "not known"),
        ("declared-licence", "", "not known"),
        ("terms", "", ""),
    ],
)
def test_a_side_is_said_as_people_read_it(kind: str, shown: str, words: str) -> None:
    assert said(kind, shown) == words
