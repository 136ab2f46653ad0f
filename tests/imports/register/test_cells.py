"""From a cell to a value: spellings of two languages where they mean one thing, and refusals where they do not."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import InvalidInput
from apps.facts.catalogue import FIELDS
from apps.imports.register.cells import text_of, value_of
from apps.imports.register.columns import columns, nearest

NUMBER = FIELDS["model"]["training_compute_flop"]
DAYS = FIELDS["deployment"]["retention_days"]
YES = FIELDS["deployment"]["dpa_signed"]
DAY = FIELDS["use_case"]["next_review"]
CHOICE = FIELDS["deployment"]["environment"]
LIST = FIELDS["deployment"]["sub_processors"]
CHOICES = FIELDS["use_case"]["data_categories"]
MAP = FIELDS["use_case"]["us_person_counts"]
COUNTRY = FIELDS["deployment"]["governing_law_country"]
COUNTRIES = FIELDS["deployment"]["processing_countries"]
URL = FIELDS["release"]["training_content_summary_url"]
TEXT = FIELDS["deployment"]["region"]


@pytest.mark.parametrize(
    ("spec", "cell", "value"),
    [
        (DAYS, "30", 30),
        (DAYS, 30.0, 30),
        (NUMBER, "1.234.567", 1234567),
        (NUMBER, "1,234,567", 1234567),
        (NUMBER, "1.234,5", 1234.5),
        (NUMBER, "1,234.5", 1234.5),
        (NUMBER, "1 234 567", 1234567),
        (NUMBER, "0,125", 0.125),
        (NUMBER, "12,5", 12.5),
        (NUMBER, "1e25", 1e25),
        (YES, "Ja", True),
        (YES, "falsch", False),
        (YES, True, True),
        (YES, 0, False),
        (DAY, "2026-11-24", "2026-11-24"),
        (DAY, "24.11.2026", "2026-11-24"),
        (DAY, "24/11/2026", "2026-11-24"),
        (DAY, "11/24/2026", "2026-11-24"),
        (DAY, dt.datetime(2026, 11, 24), "2026-11-24"),  # noqa: DTZ001 - cells have no zone
        (CHOICE, "Produktion", "production"),
        (CHOICE, "PRODUCTION", "production"),
        (LIST, "A GmbH; B, Inc.", ["A GmbH", "B, Inc."]),
        (LIST, "keine", []),
        (CHOICES, "personal, health", ["personal", "health"]),
        (MAP, "US=5000; CA = 20", {"US": 5000, "CA": 20}),
        (COUNTRY, "de", "DE"),
        (COUNTRY, "Deutschland", "DE"),
        (COUNTRIES, "France;Germany;US-CA", ["DE", "FR", "US-CA"]),
        (URL, "https://example.test/a", "https://example.test/a"),
        (TEXT, "'-1", "-1"),
        (TEXT, 5.0, "5"),
        (TEXT, "Unknown", None),
        (DAYS, "unbekannt", None),
        (FIELDS["deployment"]["operator"], "Alpha Ltd", "Alpha Ltd"),
    ],
)
def test_is_read(spec: Any, cell: Any, value: object) -> None:
    assert value_of(spec, cell) == value


@pytest.mark.parametrize(
    ("spec", "cell", "message"),
    [
        (NUMBER, "1.234", "thousands or a fraction"),
        (NUMBER, "1,234", "thousands or a fraction"),
        (DAYS, "-1", "must not be negative"),
        (DAYS, -1, "must not be negative"),
        (DAYS, 1.5, "whole number"),
        (DAYS, "many", "must be a number"),
        (DAYS, "٣", "must be a number"),
        (YES, "maybe", "yes or no"),
        (DAY, "03/04/2026", "two different days"),
        (DAY, "31.02.2026", "must be a date"),
        (DAY, "soon", "must be a date"),
        (CHOICE, "prodution", "must be one of"),
        (CHOICES, "personal; secrets", "must be one of"),
        (CHOICES, "personal; personal", "twice"),
        (MAP, "US", "pairs such as"),
        (MAP, "US=1; US=2", "pairs such as"),
        (COUNTRY, "Atlantis", "country code"),
        (URL, "javascript:alert(1)", "https://"),
        (TEXT, "a\u202eb", "control characters"),
        (TEXT, "x" * 2001, "at most 2000"),
    ],
)
def test_is_refused_with_a_reason(spec: Any, cell: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        value_of(spec, cell)


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60), st.datetimes(), st.dates(), st.times()
)


@given(st.sampled_from([column.spec for column in columns().values() if column.spec]), CELLS)
def test_no_cell_does_anything_else(spec: Any, cell: Any) -> None:
    if not text_of(cell):
        return
    try:
        value_of(spec, cell)
    except InvalidInput as error:
        assert error.errors[0].message  # noqa: PT017 - either way is right


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("deployment.regoin", "deployment.region"),
        ("Model.Nmae", "model.name"),
        ("release.status", "version.status"),
        ("zzz", ""),
    ],
)
def test_a_misspelt_column_has_a_nearest_one(written: str, meant: str) -> None:
    assert nearest(written) == meant
