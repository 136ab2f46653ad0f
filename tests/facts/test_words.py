"""Values in words: the same on every page and in every document."""

from typing import Any

import pytest
from django.utils import translation

from apps.facts.catalogue import FIELDS
from apps.facts.words import in_words


@pytest.mark.parametrize(
    ("subject", "field", "value", "words"),
    [
        ("deployment", "retention_days", 30, "30 days"),
        ("deployment", "hosting_mode", "on_premises", "Own data centre"),
        ("deployment", "processing_countries", ["CN", "SG"], "China (CN), Singapore (SG)"),
        ("licence", "excluded_territories", ["DE", "CA-QC"], "Germany (DE), Canada (CA-QC)"),
        ("deployment", "dpa_signed", False, "No"),
        ("deployment", "sub_processors", [], "None"),
        ("licence", "mau_threshold", 700_000_000, "700\u202f000\u202f000 persons"),
        ("party", "ownership_resolved_pct", 62.5, "62.5 %"),
        ("org", "foreign_owned_pct_by_country", {"US": 12, "FR": 3}, "France (FR): 3 %; United States (US): 12 %"),
        ("use_case", "purpose", "Sort claims", "Sort claims"),
    ],
)
def test_values_read_like_words(subject: str, field: str, value: Any, words: str) -> None:
    with translation.override("en"):
        assert in_words(FIELDS[subject][field], value, "en") == words


def test_german_readers_get_german_words() -> None:
    assert in_words(FIELDS["deployment"]["hosting_mode"], "on_premises", "de") == "Eigenes Rechenzentrum"
    assert in_words(FIELDS["party"]["hq_country"], "AT", "de") == "Österreich (AT)"


def test_a_value_that_the_catalogue_does_not_know_stays_as_it_is() -> None:
    assert in_words(None, "anything", "en") == "anything"
