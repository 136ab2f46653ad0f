"""What a review digest contains and who gets it. Pure: rows in, digests out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

HORIZON = dt.timedelta(days=14)
"""A review is asked for when it is overdue or falls due within this time."""
FRIDAY = 4


@dataclass(frozen=True)
class Person:
    """Somebody who can be written to."""

    id: UUID
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class LastReview:
    """What is known of the review before this one."""

    on: dt.date
    decision: str
    """The verdict that the reviewer saw; empty when there was none."""
    findings_since: int
    """Findings that were opened after it and are open now."""


@dataclass(frozen=True)
class ChangedGround:
    """Something an approval rests on that is no longer so: a kind of change and what it is about."""

    kind: str
    about: str
    since: dt.date


@dataclass(frozen=True)
class DueReview:
    """A use whose review is due, with those who can answer: people who are active and may still review it."""

    use_id: UUID
    name: str
    model: str
    decision: str
    """The verdict now; empty before the use was judged."""
    due_on: dt.date
    owner: Person | None = None
    deputy: Person | None = None
    last: LastReview | None = None
    changed: tuple[ChangedGround, ...] = ()
    """What changed since the approval and waits to be settled."""
    approver: Person | None = None
    """Whoever approved the use; they are asked, too, while a change waits."""


class Part(StrEnum):
    """As what somebody is asked."""

    OWNER = "owner"
    DEPUTY = "deputy"
    OFFICER = "officer"
    APPROVER = "approver"


@dataclass(frozen=True)
class Item:
    """One use in one digest."""

    review: DueReview
    part: Part
    days_overdue: int
    """0 on the day itself and before it."""


@dataclass(frozen=True)
class Digest:
    """All that one person is asked to review in one week, the most overdue first."""

    recipient: Person
    on: dt.date
    items: tuple[Item, ...]

    @property
    def answer_by(self) -> dt.date:
        """The first day on which a review falls due; when one is overdue, the coming Friday."""
        first = self.items[0].review.due_on
        return first if first >= self.on else self.on + dt.timedelta(days=(FRIDAY - self.on.weekday()) % 7)

    @property
    def parts(self) -> frozenset[Part]:
        """As what the recipient is asked."""
        return frozenset(item.part for item in self.items)


def period_of(day: dt.date) -> str:
    """The ISO 8601 week of a day, such as `2026-W48`: of each week there is one digest per person."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def compose(reviews: Iterable[DueReview], officers: Sequence[Person], on: dt.date) -> list[Digest]:
    """One digest per person: for the owner, in their absence for the deputy, in theirs for every officer.

    What changed since the approval is for the approver, too: the owner does not approve it again.

    A review that nobody can be asked for is in no digest: see `unanswered`.
    """
    people: dict[UUID, Person] = {}
    items: dict[UUID, list[Item]] = {}
    for review in sorted(reviews, key=lambda one: (one.due_on, one.name.casefold(), one.use_id)):
        overdue = max(0, (on - review.due_on).days)
        for person, part in _asked(review, officers):
            people[person.id] = person
            items.setdefault(person.id, []).append(Item(review, part, overdue))
    return [Digest(person, on, tuple(items[person.id])) for person in people.values()]


def unanswered(reviews: Iterable[DueReview], officers: Sequence[Person]) -> list[DueReview]:
    """The due reviews for which there is nobody at all to ask."""
    return [review for review in reviews if not _asked(review, officers)]


def _asked(review: DueReview, officers: Sequence[Person]) -> list[tuple[Person, Part]]:
    asked = _answering(review, officers)
    approver = review.approver if review.changed else None
    if approver and approver.id not in {person.id for person, _ in asked}:
        asked.append((approver, Part.APPROVER))
    return asked


def _answering(review: DueReview, officers: Sequence[Person]) -> list[tuple[Person, Part]]:
    if review.owner:
        return [(review.owner, Part.OWNER)]
    if review.deputy:
        return [(review.deputy, Part.DEPUTY)]
    return [(officer, Part.OFFICER) for officer in officers]
