"""Who said or did something, as pages say it."""

import pytest

from apps.web.who import who


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Olga Officer <olga@example.test>", "Olga Officer"),
        ("Weighbridge", "Weighbridge"),
        ("knowledge", "shipped with Weighbridge"),
        ("hf-card", "Hugging Face model card"),
        ("command load_demo", "command load_demo"),
        ("", ""),
    ],
)
def test_people_have_names_and_channels_words(label: str, words: str) -> None:
    assert who(label) == words
