"""What entries are made of: tidy texts, days, countries, references."""

import datetime as dt

import pytest

from apps.imports.lists.making import day_of, listed_party, made_reference, moment_of, tidy
from apps.imports.lists.reading import UnreadableRow
from apps.places.countries import country_code
from apps.sanctions.entries import EntryKind, ListedName, NameKind


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  A \t B\u00a0C\n", "A B C"),
        ("e\u0301", "é"),
        ("A\u202eB", "A B"),
        ("A\u200bB", "A B"),
        ("A\x00B\ud800", "A B"),
        (501, "501"),
        (None, ""),
    ],
)
def test_texts_are_tidied(written: object, read: str) -> None:
    assert tidy(written) == read


@pytest.mark.parametrize("value", [True, 1.5, [], {}, b"A", "x" * 100_001])
def test_what_is_no_text_is_no_value(value: object) -> None:
    with pytest.raises(UnreadableRow):
        tidy(value)


@pytest.mark.parametrize(
    ("written", "month_first", "day"),
    [
        ("2026-06-10", None, dt.date(2026, 6, 10)),
        ("2026-06-10T12:00:00Z", None, dt.date(2026, 6, 10)),
        ("10 Jun 2026", None, dt.date(2026, 6, 10)),
        ("22-Oct-2025", None, dt.date(2025, 10, 22)),
        ("June 10, 2026", None, dt.date(2026, 6, 10)),
        ("25/06/2026", None, dt.date(2026, 6, 25)),
        ("06/25/2026", None, dt.date(2026, 6, 25)),
        ("06/06/2026", None, dt.date(2026, 6, 6)),
        ("10/06/2026", None, None),
        ("10/06/2026", False, dt.date(2026, 6, 10)),
        ("10/06/2026", True, dt.date(2026, 10, 6)),
        ("31-02-2026", False, None),
        ("circa 1960", None, None),
        ("dd/mm/1945", False, None),
        ("1962", None, None),
        ("", None, None),
    ],
)
def test_days_are_read_only_where_they_are_exact(written: str, month_first: bool | None, day: dt.date | None) -> None:
    assert day_of(written, month_first=month_first) == day


def test_a_bare_day_is_a_moment_in_utc() -> None:
    assert moment_of("2026-07-09") == dt.datetime(2026, 7, 9, tzinfo=dt.UTC)
    assert moment_of("2020-04-15T15:29:22+02:00") == dt.datetime(2020, 4, 15, 13, 29, 22, tzinfo=dt.UTC)
    assert moment_of("yesterday") is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("CN", "CN"),
        ("China", "CN"),
        ("KOREA, NORTH", "KP"),
        ("Democratic People's Republic of Korea", "KP"),
        ("Iran (Islamic Republic of)", "IR"),
        ("VIET NAM", "VN"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Bahamas, The", "BS"),
        ("Congo, Democratic Republic of the", "CD"),
        ("Region: Gaza", "PS"),
        ("XK", ""),
        ("no", ""),
        ("Crimea", ""),
        ("China and Russia", ""),
        ("", ""),
    ],
)
def test_countries_by_the_names_that_authorities_write(written: str, code: str) -> None:
    assert country_code(written) == code


def test_a_made_reference_depends_on_list_kind_and_letters_of_the_name() -> None:
    made = made_reference("US-1260H", EntryKind.UNKNOWN, "Example Trading Co., Ltd.")
    assert made.startswith("example-trading-co-ltd-")
    assert made == made_reference("US-1260H", EntryKind.UNKNOWN, "EXAMPLE TRADING CO LTD")
    assert made != made_reference("US-MEU", EntryKind.UNKNOWN, "Example Trading Co., Ltd.")
    assert made != made_reference("US-1260H", EntryKind.PERSON, "Example Trading Co., Ltd.")
    assert made_reference("UN", EntryKind.UNKNOWN, "例子") != made_reference("UN", EntryKind.UNKNOWN, "公司")
    assert len(made_reference("UN", EntryKind.UNKNOWN, "A" * 1000)) <= 80


def test_what_is_amended_about_an_entry_leaves_its_reference() -> None:
    names = [ListedName(text="Example", kind=NameKind.PRIMARY)]
    first = listed_party(list_key="UN", names=names, countries=["China"], addresses=["1 Quay"])
    later = listed_party(list_key="UN", names=[*names, ListedName(text="Ex")], acts=["91 FR 1"])
    assert first.reference == later.reference
    assert first.digest != later.digest


def test_the_primary_name_comes_first_and_each_name_once() -> None:
    names = [ListedName(text=" B "), ListedName(text="A", kind=NameKind.PRIMARY), ListedName(text="B")]
    assert [name.text for name in listed_party(list_key="UN", names=names).names] == ["A", "B"]
