"""What a new version must stand before it replaces the one in use."""

import datetime as dt

import pytest

from apps.sanctions.lists.guards import SENTINELS, TITLES, Figures, Watch, refusals

DAY = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
OLD = Figures(counts={"A": 100, "B": 4}, published_at=DAY, expected=frozenset("AB"))

CASES = {
    "the same": ({"counts": {"A": 100, "B": 4}}, []),
    "more": ({"counts": {"A": 130, "B": 9}}, []),
    "as few as allowed": ({"counts": {"A": 80, "B": 4}}, []),
    "one too few": ({"counts": {"A": 79, "B": 4}}, ["shrunk"]),
    "a third lost": ({"counts": {"A": 66, "B": 4}}, ["shrunk"]),
    "a short list loses one": ({"counts": {"A": 100, "B": 3}}, []),
    "a short list loses most": ({"counts": {"A": 100, "B": 1}}, ["shrunk"]),
    "a list gone": ({"counts": {"A": 100}}, ["shrunk"]),
    "nothing at all": ({"counts": {}}, ["empty"]),
    "a label of nobody": ({"counts": {"A": 100, "B": 4, "C": 1}}, ["label"]),
    "a label that the reader does not know": ({"counts": {"A": 100, "B": 4}, "unknown": {"New list": 7}}, ["label"]),
    "fewer than the file says": ({"counts": {"A": 100, "B": 4}, "stated": 105}, ["count"]),
    "as many as the file says": ({"counts": {"A": 100, "B": 4}, "stated": 105, "rejected": 1}, []),
    "a label renamed": ({"counts": {"A": 100, "b": 4}}, ["label", "shrunk"]),
    "two rows unreadable": ({"counts": {"A": 100, "B": 4}, "rejected": 2}, []),
    "three rows unreadable": ({"counts": {"A": 100, "B": 4}, "rejected": 3}, ["rejected"]),
    "an hour older": ({"counts": {"A": 100, "B": 4}, "published_at": DAY - dt.timedelta(hours=1)}, ["older"]),
    "as old": ({"counts": {"A": 100, "B": 4}, "published_at": DAY}, []),
    "of no date": ({"counts": {"A": 100, "B": 4}, "published_at": None}, []),
    "a sentinel missing": ({"counts": {"A": 100, "B": 4}, "missing": (("A", "huawei"),)}, ["sentinel"]),
}


@pytest.mark.parametrize(("figures", "expected"), CASES.values(), ids=CASES)
def test_a_version_is_refused_for_what_is_wrong_with_it(figures: dict[str, object], expected: list[str]) -> None:
    new = Figures(**{"expected": frozenset("AB"), **figures})  # type: ignore[arg-type]
    found = refusals(new, OLD, most_lost=20)
    assert [refusal["guard"] for refusal in found] == expected
    assert all(refusal["message"] and refusal["guard"] in TITLES for refusal in found)


def test_the_share_that_may_be_lost_can_be_set() -> None:
    new = Figures(counts={"A": 66, "B": 4}, expected=frozenset("AB"))
    assert refusals(new, OLD, most_lost=34) == []


def test_the_first_version_has_nothing_to_shrink_from() -> None:
    assert refusals(Figures(counts={"A": 1}, expected=frozenset("A")), None, most_lost=0) == []


def test_the_reason_names_list_and_figures() -> None:
    new = Figures(counts={"A": 10, "B": 4}, expected=frozenset("AB"))
    (refusal,) = refusals(new, OLD, most_lost=20)
    assert refusal["message"] == "A has 10 entries; the version in use has 100. At most 20 % may go at once."


def test_sentinels_are_found_under_any_of_their_spellings_and_on_their_own_list_only() -> None:
    watch = Watch(frozenset({"US-ENTITY-LIST", "US-SDN", "OTHER"}))
    assert watch.missing == (
        ("US-ENTITY-LIST", "huawei"),
        ("US-ENTITY-LIST", "zhipu / knowledge atlas"),
        ("US-SDN", "sberbank"),
    )
    watch.see("US-ENTITY-LIST", iter(["Beijing Example", "Beijing Knowledge Atlas Technology"]))
    watch.see("US-ENTITY-LIST", iter(["PJSC Sberbank"]))
    assert watch.missing == (("US-ENTITY-LIST", "huawei"), ("US-SDN", "sberbank"))
    watch.see("US-ENTITY-LIST", iter(["HUAWEI TECHNOLOGIES CO., LTD."]))
    watch.see("US-SDN", iter(["SBERBANK OF RUSSIA"]))
    assert watch.missing == ()


def test_sentinels_are_written_in_small_letters() -> None:
    assert all(word == word.casefold() for words in SENTINELS.values() for spellings in words for word in spellings)
