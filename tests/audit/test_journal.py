"""The journal: every change leaves entries, nothing else writes, nobody takes anything back."""

import uuid
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from apps.accounts import services as accounts
from apps.accounts.actors import Actor
from apps.accounts.models import Team, User
from apps.accounts.roles import PERMISSIONS, Role
from apps.audit.models import AuditEntry
from apps.audit.selectors import entries, history
from apps.audit.triggers import journaled_models
from apps.core.changes import change
from apps.core.errors import NotPermitted
from tests.making import SETUP, a_team, a_user, an_actor, officer

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_when_why_and_from_where() -> None:
    administrator = an_actor(Role.ADMINISTRATOR)
    user = a_user(name="Jana Muster")
    accounts.set_active(actor=administrator, user=user, active=False, reason="left the company")
    entry = history([user.id]).first()
    assert entry is not None
    assert (entry.action, entry.reason, entry.operation) == ("user.deactivate", "left the company", "update")
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("user", administrator.user_id, administrator.label)
    assert (entry.origin, entry.request_id) == ("192.0.2.7", "request-1")
    assert (entry.subject_type, entry.subject_id) == ("accounts.user", user.id)
    assert (entry.before, entry.after) == ({"is_active": True}, {"is_active": False})


def test_creation_and_deletion_keep_the_whole_row() -> None:
    user = a_user()
    grant = accounts.grant_role(actor=SETUP, user=user, role=Role.AUDITOR)
    grant_id = grant.id
    accounts.revoke_role(actor=SETUP, grant=grant)
    deleted, created = history([grant_id])
    assert (created.operation, created.before) == ("insert", None)
    assert (deleted.operation, deleted.after) == ("delete", None)
    assert created.after == deleted.before
    assert created.after is not None
    assert created.after["role"] == "auditor"


def test_rows_of_one_change_belong_together_under_the_outer_name() -> None:
    with change(SETUP, "company.found", reason="first day"):
        team = a_team()
        user = a_user()
    found = history([team.id, user.id])
    assert {entry.action for entry in found} == {"company.found"}
    assert len({entry.change_id for entry in found}) == 1
    assert a_team_action() == "team.create"


def a_team_action() -> str:
    return history([a_team().id]).get().action


def _write_and_fail() -> None:
    with change(SETUP, "goes.wrong"):
        Team(name="Half", slug="half").save()
        raise ZeroDivisionError


def test_a_change_that_fails_leaves_nothing_and_gives_its_name_to_nobody() -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(ZeroDivisionError):
        _write_and_fail()
    assert not Team.objects.filter(slug="half").exists()
    assert AuditEntry.objects.count() == before
    assert a_team_action() == "team.create"


def test_saving_without_a_difference_is_no_entry() -> None:
    team = a_team()
    before = AuditEntry.objects.count()
    with change(SETUP, "team.touch"):
        team.save()
    assert AuditEntry.objects.count() == before


OUTSIDE: dict[str, Callable[[Team], object]] = {
    "insert": lambda team: Team(name="Sneaky", slug="sneaky").save(),
    "update": lambda team: Team.objects.filter(id=team.id).update(name="Sneaky"),
    "delete": lambda team: Team.objects.filter(id=team.id).delete(),
    "bulk insert": lambda team: Team.objects.bulk_create([Team(name="A", slug="a"), Team(name="B", slug="b")]),
}


@pytest.mark.parametrize("write", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_write_outside_of_a_change_is_refused(write: Callable[[Team], object]) -> None:
    team = a_team()
    with pytest.raises(DatabaseError, match="outside of a recorded change"), transaction.atomic():
        write(team)
    assert not Team.objects.filter(name="Sneaky").exists()
    assert Team.objects.filter(id=team.id).exists()


def test_what_is_silent_may_be_written_outside_and_leaves_no_entry() -> None:
    user = a_user()
    before = AuditEntry.objects.count()
    User.objects.filter(id=user.id).update(last_login="2026-11-24T12:00:00Z")
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_label = 'somebody else'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT INTO audit_entry SELECT * FROM audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "DROP TRIGGER audit_record ON accounts_team",
        "ALTER TABLE accounts_team DISABLE TRIGGER USER",
        "CREATE OR REPLACE FUNCTION audit_record() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "SET session_replication_role = replica",
        "SELECT audit_record()",
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_the_application_cannot_rewrite_the_journal_or_blind_it(statement: str, inside: bool) -> None:
    a_team()
    with pytest.raises(ProgrammingError), transaction.atomic():
        _execute(statement, inside)


def _execute(statement: str, inside: bool) -> None:
    with change(SETUP, "journal.forge") if inside else nullcontext(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_model_refuses_to_write_entries() -> None:
    a_team()
    entry = AuditEntry.objects.first()
    assert entry is not None
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.parametrize("model", list(journaled_models()), ids=lambda model: model._meta.label)
def test_every_table_of_the_product_has_the_trigger(model: type) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgenabled FROM pg_trigger WHERE tgname = 'audit_record' AND tgrelid = %s::regclass",
            [model._meta.db_table],
        )
        assert cursor.fetchall() == [("O",)]


def test_reasons_and_labels_are_data_not_commands() -> None:
    nasty = "'); DROP TABLE audit_entry; --\n\x00<script>"
    actor = Actor(kind="command", label="O'Brien \"; --", origin="%s", trusted=True)
    with change(actor, "team.create", reason=nasty):
        Team(name="Quoted", slug="quoted").save()
    entry = AuditEntry.objects.filter(action="team.create").first()
    assert entry is not None
    assert entry.reason == nasty.replace("\x00", "")
    assert entry.actor_label == actor.label


@pytest.mark.parametrize("role", Role.values)
def test_only_those_who_may_read_it(role: str) -> None:
    actor = an_actor(role, team=a_team())
    if "journal.read" in PERMISSIONS[role]:
        assert entries(actor).exists()
    else:
        with pytest.raises(NotPermitted):
            entries(actor)


def test_history_is_newest_first() -> None:
    user = a_user()
    for language in ("de", "en", "de"):
        accounts.set_preferences(actor=SETUP, user=user, language=language)
    found = list(history([user.id]))
    assert [entry.operation for entry in found] == ["update", "update", "update", "insert"]
    assert [entry.seq for entry in found] == sorted((entry.seq for entry in found), reverse=True)
    assert not history([uuid.uuid4()]).exists()
    assert entries(officer()).filter(subject_id=user.id).count() == 4


def test_entries_bear_identifiers_that_sort_by_time() -> None:
    a_team()
    a_team()
    ids = [entry.id for entry in AuditEntry.objects.order_by("seq")]
    assert {one.version for one in ids} == {7}
    moments = [one.int >> 80 for one in ids]
    assert moments == sorted(moments)
