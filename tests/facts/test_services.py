"""Statements: who may make which, what is refused, what supersedes what."""

import datetime as dt
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from apps.accounts.roles import PERMISSIONS, Role
from apps.audit.models import AuditEntry
from apps.core.clock import now, today
from apps.core.errors import InvalidInput, NotPermitted
from apps.core.ids import uuid7
from apps.facts.models import Assertion
from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts, history_of
from apps.facts.services import Statement, assert_fact, assert_facts, withdraw
from apps.facts.signals import facts_changed
from apps.facts.subjects import SourceRef, SubjectRef
from tests.database import TestDatabase
from tests.making import SETUP, a_team, an_actor, officer

db = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 1)


def about(subject: SubjectRef, field: str = "retention_days", value: Any = 30, **more: Any) -> Statement:
    said = {
        "state": "claimed_by_owner",
        "source": SourceRef("Terms of service", "https://example.com/terms"),
        "as_of": AS_OF,
    }
    return Statement(subject=subject, field=field, value=value, **{**said, **more})


def a_deployment() -> SubjectRef:
    return SubjectRef("deployment", uuid7())


def fact(subject: SubjectRef, field: str = "retention_days", **more: Any) -> Fact | None:
    return current_facts([subject], **more)[subject].get(field)


@db
def test_a_statement_becomes_a_fact_with_everything_that_was_said() -> None:
    subject, actor = a_deployment(), officer()
    statement = about(subject, state="verified", evidence="contract 17", note="§ 4", valid_until=dt.date(2099, 1, 1))
    row = assert_fact(actor=actor, statement=statement, reason="yearly check")
    known = fact(subject)
    assert known is not None
    assert (known.value, known.state, known.source) == (30, "verified", "Terms of service")
    assert (known.source_url, known.as_of, known.valid_until) == (
        "https://example.com/terms",
        AS_OF,
        dt.date(2099, 1, 1),
    )
    assert (known.asserted_by, known.note, known.assertion_id) == (actor.label, "§ 4", row.id)
    entry = AuditEntry.objects.get(subject_id=row.id)
    assert (entry.action, entry.reason, entry.actor_id) == ("fact.assert", "yearly check", actor.user_id)


@db
def test_a_newer_statement_supersedes_and_both_stay() -> None:
    subject = a_deployment()
    first = assert_fact(actor=SETUP, statement=about(subject, value=30))
    second = assert_fact(actor=SETUP, statement=about(subject, value=0))
    assert list(history_of(subject)) == [second, first]
    first.refresh_from_db()
    assert (first.superseded_by, first.value) == (second, 30)
    known = fact(subject)
    assert known is not None
    assert (known.value, known.conflicts) == (0, ())


@db
def test_what_was_known_at_a_past_moment_can_be_asked_for() -> None:
    subject = a_deployment()
    before = now()
    assert_fact(actor=SETUP, statement=about(subject, value=30))
    between = now()
    assert_fact(actor=SETUP, statement=about(subject, value=0))
    assert fact(subject, recorded=before) is None
    then = fact(subject, recorded=between)
    assert then is not None
    assert then.value == 30


@db
def test_another_channel_does_not_supersede_it_contradicts() -> None:
    subject = a_deployment()
    assert_facts(actor=SETUP, statements=[about(subject, value=30)], channel="knowledge")
    assert_fact(actor=SETUP, statement=about(subject, value=0))
    known = fact(subject)
    assert known is not None
    assert (known.value, known.state) == (None, "disputed")
    assert {side.value for side in known.conflicts} == {0, 30}
    assert {side.asserted_by for side in known.conflicts} == {"knowledge", SETUP.label}


@db
def test_to_say_that_it_is_unknown_takes_a_claim_back() -> None:
    subject = a_deployment()
    assert_fact(actor=SETUP, statement=about(subject, value=30))
    assert_fact(actor=SETUP, statement=about(subject, value=None, state="unknown"))
    known = fact(subject)
    assert known is not None
    assert (known.value, known.state, known.known) == (None, "unknown", False)


@db
@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"field": "colour"}, "/field"),
        ({"field": "endpoint_known", "value": True}, "/field"),
        ({"value": -1}, "/value"),
        ({"value": "30"}, "/value"),
        ({"value": None}, "/value"),
        ({"value": 30, "state": "unknown"}, "/value"),
        ({"value": 30, "state": "disputed"}, "/value"),
        ({"state": "believed"}, "/state"),
        ({"source": SourceRef("")}, "/source"),
        ({"source": SourceRef("x" * 501)}, "/source"),
        ({"source": SourceRef("Terms", "javascript:alert(1)")}, "/source_url"),
        ({"source": SourceRef("Terms", "https://example.com/", "hearsay")}, "/source_quality"),
        ({"as_of": dt.date(2999, 1, 1)}, "/as_of"),
        ({"as_of": dt.date(1899, 1, 1)}, "/as_of"),
        ({"valid_until": AS_OF - dt.timedelta(days=1)}, "/valid_until"),
        ({"evidence": "a\x00"}, "/evidence"),
        ({"note": "x" * 5001}, "/note"),
    ],
)
def test_wrong_statements_are_refused_where_they_are_wrong(fields: dict[str, Any], where: str) -> None:
    subject = a_deployment()
    with pytest.raises(InvalidInput) as refused:
        assert_fact(actor=SETUP, statement=about(subject, **fields))
    assert refused.value.errors[0].pointer == where
    assert not history_of(subject).exists()


@db
def test_all_statements_of_a_request_are_written_or_none() -> None:
    subject = a_deployment()
    with pytest.raises(InvalidInput):
        assert_facts(actor=SETUP, statements=[about(subject), about(subject, field="dpa_signed", value="maybe")])
    with pytest.raises(InvalidInput, match="same field"):
        assert_facts(actor=SETUP, statements=[about(subject), about(subject, value=31)])
    assert not history_of(subject).exists()
    assert assert_facts(actor=SETUP, statements=[]) == []


@db
@pytest.mark.parametrize("role", Role.values)
def test_who_may_state_facts(role: str) -> None:
    actor, subject = an_actor(role, team=a_team()), a_deployment()
    if "facts.assert" in PERMISSIONS[role]:
        assert assert_fact(actor=actor, statement=about(subject)).asserted_by == actor.label
    else:
        with pytest.raises(NotPermitted):
            assert_fact(actor=actor, statement=about(subject))


@db
def test_an_owner_states_what_the_catalogue_lets_owners_state_and_verifies_nothing() -> None:
    owner, subject = an_actor(Role.OWNER, team=a_team()), a_deployment()
    with pytest.raises(NotPermitted, match="officer"):
        assert_fact(actor=owner, statement=about(subject, field="cisa_requirements_met", value=True))
    with pytest.raises(NotPermitted, match="verified by a compliance officer"):
        assert_fact(actor=owner, statement=about(subject, state="verified"))
    assert (
        assert_fact(actor=officer(), statement=about(subject, field="cisa_requirements_met", value=True)).value is True
    )


@db
def test_whoever_judges_is_told_which_subjects_changed() -> None:
    told: list[set[SubjectRef]] = []

    def listen(subjects: set[SubjectRef], **_: Any) -> None:
        told.append(set(subjects))

    first, second = a_deployment(), a_deployment()
    facts_changed.connect(listen)
    try:
        assert_facts(actor=SETUP, statements=[about(first), about(second)])
        withdraw(actor=SETUP, subjects=[("deployment", first.id, "retention_days")], channel="person")
    finally:
        facts_changed.disconnect(listen)
    assert told == [{first, second}, {first}]


@db
def test_withdrawing_ends_the_statements_of_one_channel() -> None:
    subject = a_deployment()
    assert_facts(actor=SETUP, statements=[about(subject, value=30)], channel="knowledge")
    assert_fact(actor=SETUP, statement=about(subject, value=0))
    named = [("deployment", subject.id, "retention_days")]
    assert withdraw(actor=SETUP, subjects=named, channel="knowledge") == 1
    assert withdraw(actor=SETUP, subjects=named, channel="knowledge") == 0
    known = fact(subject)
    assert known is not None
    assert (known.value, known.state) == (0, "claimed_by_owner")
    assert history_of(subject, "retention_days").count() == 2


@db
def test_facts_of_many_subjects_take_one_query(django_assert_num_queries: Any) -> None:
    subjects = [a_deployment() for _ in range(20)]
    assert_facts(actor=SETUP, statements=[about(subject) for subject in subjects])
    with django_assert_num_queries(1):
        found = current_facts([*subjects, SubjectRef("party", subjects[0].id)])
    assert {len(fields) for fields in found.values()} == {0, 1}


@db
def test_a_statement_made_today_is_judged_by_todays_date() -> None:
    subject = a_deployment()
    assert_fact(actor=SETUP, statement=about(subject, valid_until=today()))
    assert (known := fact(subject))
    assert known.known
    assert (later := fact(subject, on=today() + dt.timedelta(days=1)))
    assert not later.known


def test_two_who_speak_at_once_are_heard_one_after_the_other(committed_db: TestDatabase) -> None:
    subject, start = a_deployment(), Barrier(2)
    assert_fact(actor=SETUP, statement=about(subject, value=1))

    def speak(value: int) -> None:
        try:
            start.wait(timeout=10)
            assert_fact(actor=SETUP, statement=about(subject, value=value))
        finally:
            connection.close()

    speakers = [Thread(target=speak, args=(value,)) for value in (2, 3)]
    for speaker in speakers:
        speaker.start()
    for speaker in speakers:
        speaker.join()
    assert Assertion.objects.filter(subject_id=subject.id, superseded_at__isnull=True).count() == 1
    assert history_of(subject).count() == 3
