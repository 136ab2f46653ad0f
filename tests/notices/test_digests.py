"""What a digest contains and who gets it, as tables over rows."""

import datetime as dt

import pytest

from apps.core.ids import uuid7
from apps.notices.digests import Digest, DueReview, Part, Person, compose, period_of, unanswered
from tests.notices.conftest import TUESDAY

ANNA, BEN, OLA, OTTO = (
    Person(uuid7(), name, f"{name.lower()}@example.test", "en") for name in ("Anna", "Ben", "Ola", "Otto")
)
OFFICERS = [OLA, OTTO]


def due(in_days: int, owner: Person | None = ANNA, deputy: Person | None = None, name: str = "Letters") -> DueReview:
    return DueReview(uuid7(), name, "Model", "pass", TUESDAY + dt.timedelta(days=in_days), owner, deputy)


def composed(*reviews: DueReview) -> dict[str, Digest]:
    return {digest.recipient.name: digest for digest in compose(reviews, OFFICERS, TUESDAY)}


@pytest.mark.parametrize(
    ("owner", "deputy", "asked"),
    [
        (ANNA, None, {"Anna": Part.OWNER}),
        (ANNA, BEN, {"Anna": Part.OWNER}),
        (None, BEN, {"Ben": Part.DEPUTY}),
        (None, None, {"Ola": Part.OFFICER, "Otto": Part.OFFICER}),
        (OLA, None, {"Ola": Part.OWNER}),
    ],
)
def test_the_owner_is_asked_then_the_deputy_then_every_officer(
    owner: Person | None, deputy: Person | None, asked: dict[str, Part]
) -> None:
    found = composed(due(0, owner, deputy))
    assert {name: digest.items[0].part for name, digest in found.items()} == asked


def test_each_person_gets_one_digest_whatever_they_are_asked_as() -> None:
    found = composed(due(1, OLA), due(2, None, OLA), due(3, None, None), due(4, ANNA))
    assert {name: len(digest.items) for name, digest in found.items()} == {"Ola": 3, "Otto": 1, "Anna": 1}
    assert found["Ola"].parts == {Part.OWNER, Part.DEPUTY, Part.OFFICER}


def test_the_most_overdue_comes_first_and_days_are_counted_from_the_day_after() -> None:
    reviews = [due(3), due(0), due(-1), due(-40), due(14)]
    items = composed(*reviews)["Anna"].items
    assert [item.days_overdue for item in items] == [40, 1, 0, 0, 0]
    assert [item.review.due_on for item in items] == sorted(review.due_on for review in reviews)


@pytest.mark.parametrize(
    ("today", "in_days", "answer_by"),
    [
        (TUESDAY, [-3, 9], dt.date(2026, 11, 27)),
        (TUESDAY, [0, 9], TUESDAY),
        (TUESDAY, [9, 11], dt.date(2026, 12, 3)),
        (dt.date(2026, 11, 27), [-3], dt.date(2026, 11, 27)),
        (dt.date(2026, 11, 28), [-3], dt.date(2026, 12, 4)),
        (dt.date(2026, 11, 29), [-3], dt.date(2026, 12, 4)),
    ],
)
def test_an_answer_is_asked_for_by_the_first_due_day_or_by_friday(
    today: dt.date, in_days: list[int], answer_by: dt.date
) -> None:
    (digest,) = compose([due(days) for days in in_days], OFFICERS, today)
    assert digest.answer_by == answer_by


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (dt.date(2026, 11, 23), "2026-W48"),
        (dt.date(2026, 11, 29), "2026-W48"),
        (dt.date(2026, 11, 30), "2026-W49"),
        (dt.date(2027, 1, 1), "2026-W53"),
        (dt.date(2027, 1, 4), "2027-W01"),
    ],
)
def test_a_period_is_the_week_of_iso_8601(day: dt.date, period: str) -> None:
    assert period_of(day) == period


def test_a_use_with_nobody_at_all_to_ask_is_said() -> None:
    orphan = due(0, None)
    assert compose([orphan], [], TUESDAY) == []
    assert unanswered([orphan, due(0)], []) == [orphan]
    assert unanswered([orphan], OFFICERS) == []
