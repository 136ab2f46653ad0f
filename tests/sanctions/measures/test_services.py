"""Measures as officers keep them: entered, moved on by allowed steps only, corrected, and told to who rests on them."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from apps.accounts.roles import Role
from apps.audit.models import AuditEntry
from apps.core.clock import now, today
from apps.core.errors import Conflict, DuplicateFound, InvalidInput, NotPermitted, StaleVersion
from apps.facts.signals import facts_changed
from apps.sanctions.measures import NEXT, change_status, correct_event, name_parties, take_back_step
from apps.sanctions.models import EventStep, RestrictionEvent
from apps.sanctions.selectors import events_of
from tests.making import a_party, an_actor, officer
from tests.sanctions.measures.making import SOURCE, an_event, moved

pytestmark = pytest.mark.django_db
Status = RestrictionEvent.Status
DAY = dt.date(2026, 11, 3)


@pytest.fixture
def told() -> Iterator[list[set[Any]]]:
    """The identifiers of the parties of every signal."""
    heard: list[set[Any]] = []

    def hear(sender: Any, subjects: Any, **_: Any) -> None:
        if sender is RestrictionEvent:
            heard.append({subject.id for subject in subjects})

    facts_changed.connect(hear)
    yield heard
    facts_changed.disconnect(hear)


def fresh(event: RestrictionEvent) -> RestrictionEvent:
    return RestrictionEvent.objects.get(id=event.id)


def standing(status: str) -> RestrictionEvent:
    """A measure of this status with a day before `DAY`."""
    began = {} if status in ("pending", "unknown") else {"valid_from": dt.date(2026, 1, 5)}
    ended = {"valid_to": dt.date(2026, 6, 1)} if status in ("lifted", "expired") else {}
    return an_event(a_party(), status=status, **began, **ended)


class TestEntering:
    def test_what_is_said_is_kept_with_its_first_step(self, told: list[set[Any]]) -> None:
        party = a_party()
        event = an_event(
            party,
            others_named=["Unknown GmbH", "Unknown GmbH"],
            models_named=["Alpha-7B"],
            scope=["api", "weights"],
            valid_from=today() + dt.timedelta(days=90),
            jurisdiction="us-tx",
            status_note="A draft was published.",
        )
        event = fresh(event)
        assert (event.jurisdiction, event.status, event.channel, event.state) == (
            *("US-TX", "pending", "person", "claimed_by_owner"),
        )
        assert (list(event.parties.all()), event.others_named) == ([party], ["Unknown GmbH"])
        (step,) = event.steps.all()
        assert (step.status, step.on, step.note, step.source_label) == (
            *("pending", None, "A draft was published.", "Gazette"),
        )
        assert step.taken_by
        assert told == [{party.id}]
        assert AuditEntry.objects.filter(action="restriction_event.enter", subject_id=event.id).exists()

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"authority": " "}, "/authority"),
            ({"jurisdiction": "XX"}, "/jurisdiction"),
            ({"effect": "ban"}, "/effect"),
            ({"effect_class": "bad"}, "/effect_class"),
            ({"scope": ["moon"]}, "/scope"),
            ({"status": "gone"}, "/status"),
            ({"source": ""}, "/source"),
            ({"source_url": "javascript:alert(1)"}, "/source_url"),
            ({"as_of": dt.date(2099, 1, 1)}, "/as_of"),
            ({"quality": "hearsay"}, "/quality"),
            ({"others_named": ()}, "/parties"),
            ({"others_named": ["x" * 301]}, "/others_named"),
            ({"models_named": [str(number) for number in range(201)]}, "/models_named"),
            ({"valid_from": dt.date(2026, 2, 1), "valid_to": dt.date(2026, 1, 1)}, "/valid_to"),
            ({"status": "in_force", "valid_from": dt.date(2099, 1, 1)}, "/valid_from"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_place(self, more: dict[str, Any], pointer: str) -> None:
        with pytest.raises(InvalidInput) as error:
            an_event(**more)
        assert [one.pointer for one in error.value.errors] == [pointer]
        assert not RestrictionEvent.objects.exists()

    def test_a_measure_that_is_recorded_already_is_offered_instead(self) -> None:
        first = an_event(instrument="Order 7")
        with pytest.raises(DuplicateFound) as error:
            an_event(instrument="Order 7")
        assert error.value.existing == str(first.id)

    def test_what_only_a_weak_source_says_stays_unknown(self) -> None:
        assert an_event(quality="weak").state == "unknown"


class TestSteps:
    @pytest.mark.parametrize("before", [str(status) for status in Status])
    @pytest.mark.parametrize("after", [str(status) for status in Status])
    def test_only_allowed_steps_are_taken(self, before: str, after: str) -> None:
        event = standing(before)
        if after in NEXT[before]:
            moved(event, after, DAY)
            assert fresh(event).status == after
            assert [step.status for step in event.steps.all()] == [before, after]
        else:
            with pytest.raises(Conflict):
                moved(event, after, DAY)
            assert (fresh(event).status, event.steps.count()) == (before, 1)

    def test_a_whole_life_keeps_its_days_and_sources(self, told: list[set[Any]]) -> None:
        party = a_party()
        event = an_event(party, valid_from=today() + dt.timedelta(days=30))
        life = [("in_force", 1), ("enjoined", 3), ("in_force", 5), ("suspended", 7), ("in_force", 9), ("lifted", 11)]
        for status, day in life:
            moved(event, status, dt.date(2026, 11, day), source=f"Paper {day}")
        event = fresh(event)
        assert (event.status, event.valid_from, event.valid_to) == (
            *("lifted", dt.date(2026, 11, 1), dt.date(2026, 11, 11)),
        )
        assert event.source_label == "Paper 11"
        assert [(step.status, step.on.day if step.on else None) for step in event.steps.all()] == [
            *[("pending", None)],
            *life,
        ]
        assert told == [{party.id}] * 7
        days = [step.on for step in event.steps.all() if step.on]
        assert all(one <= other for one, other in pairwise(days))

    @pytest.mark.parametrize("day", [today() + dt.timedelta(days=1), dt.date(2025, 12, 31)])
    def test_a_step_ahead_or_before_the_one_before_it_is_refused(self, day: dt.date) -> None:
        event = standing("in_force")
        with pytest.raises(InvalidInput) as error:
            moved(event, "suspended", day)
        assert error.value.errors[0].pointer == "/on"
        assert fresh(event).status == "in_force"

    def test_somebody_who_read_an_older_version_is_told(self) -> None:
        event = standing("pending")
        version = event.row_version
        moved(event, "in_force", DAY, version=version)
        with pytest.raises(StaleVersion):
            moved(event, "suspended", DAY, version=version)

    def test_the_last_step_can_be_taken_back_and_stays_in_the_history(self) -> None:
        event = standing("in_force")
        step = moved(event, "lifted", DAY, source="Wrong paper")
        between = now()
        event = take_back_step(actor=officer(), step=step, reason="Another party was meant.")
        assert (event.status, event.valid_to, event.source_label) == ("in_force", None, "Gazette")
        party = event.parties.get()
        assert events_of([party.id])[party.id][0].status == "in_force"
        assert events_of([party.id], between)[party.id][0].status == "lifted"
        with pytest.raises(Conflict):
            take_back_step(actor=officer(), step=EventStep.objects.get(event=event, status="in_force"), reason="No.")

    def test_at_a_past_moment_a_measure_stands_as_was_known_then(self) -> None:
        party = a_party()
        event = an_event(party)
        announced = now()
        moved(event, "in_force", DAY)
        assert [row.status for row in events_of([party.id], announced)[party.id]] == ["pending"]
        assert [row.status for row in events_of([party.id])[party.id]] == ["in_force"]


class TestCorrecting:
    def test_what_is_given_changes_and_the_rest_stays(self, told: list[set[Any]]) -> None:
        one, other = a_party(), a_party()
        event = an_event(one, binds="Agencies")
        correct_event(
            actor=officer(), event=event, reason="Misread.", version=event.row_version, parties=[other], scope=["api"]
        )
        event = fresh(event)
        assert (event.binds, event.scope, list(event.parties.all())) == ("Agencies", ["api"], [other])
        assert told[-1] == {one.id, other.id}
        entry = AuditEntry.objects.filter(action="restriction_event.correct", subject_id=event.id).latest("seq")
        assert (entry.reason, entry.before["scope"], entry.after["scope"]) == ("Misread.", [], ["api"])

    def test_the_state_stays_while_nothing_is_said_of_the_source(self) -> None:
        event = an_event(quality="weak")
        assert correct_event(actor=officer(), event=event, reason="Typo.", binds="All").state == "unknown"
        again = correct_event(actor=officer(), event=event, reason="Found it.", source="Gazette", quality="primary")
        assert again.state == "claimed_by_owner"

    def test_somebody_who_read_an_older_version_is_told(self) -> None:
        event = an_event()
        correct_event(actor=officer(), event=event, reason="A", version=1, binds="B")
        with pytest.raises(StaleVersion):
            correct_event(actor=officer(), event=event, reason="A", version=1, binds="C")
        assert fresh(event).binds == "B"

    def test_a_name_gives_way_to_the_party_it_stood_for(self) -> None:
        event, party = an_event(others_named=["Alpha", "Beta"]), a_party("Alpha")
        name_parties(actor=officer(), event=event, parties=[party], instead_of="Alpha")
        name_parties(actor=officer(), event=event, parties=[party])
        event = fresh(event)
        assert (event.others_named, list(event.parties.all())) == (["Beta"], [party])
        with pytest.raises(InvalidInput):
            name_parties(actor=officer(), event=event, parties=[party], instead_of="Gamma")

    def test_nobody_named_is_refused(self) -> None:
        event = an_event(a_party())
        with pytest.raises(InvalidInput):
            correct_event(actor=officer(), event=event, reason="A", parties=[])


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.APPROVER, Role.AUDITOR])
def test_only_officers_keep_measures(role: str) -> None:
    event, somebody = an_event(a_party()), an_actor(role)
    entries = AuditEntry.objects.count()
    plain = {"actor": somebody, "event": event}
    for write in (
        lambda: an_event(actor=somebody),
        lambda: change_status(**plain, status="in_force", on=DAY, **SOURCE),
        lambda: correct_event(**plain, reason="A"),
        lambda: name_parties(**plain, parties=[]),
        lambda: take_back_step(actor=somebody, step=event.steps.get(), reason="A"),
    ):
        with pytest.raises(NotPermitted):
            write()
    assert AuditEntry.objects.count() == entries
