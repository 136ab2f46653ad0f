"""COPY stores what an insert would store, and pausing the collector ends when its block does."""

import gc

import pytest
from django.db import IntegrityError
from django.db.utils import DatabaseError

from apps.audit.selectors import history
from apps.core.canonical import canonical_json
from apps.core.changes import change
from apps.core.copying import Json, copy_rows
from apps.core.memory import collector_paused
from apps.findings.models import Task
from apps.parties.models import Party
from tests.making import SETUP, a_use


@pytest.mark.django_db
class TestCopying:
    def test_rows_arrive_as_they_are_with_json_dates_and_nulls(self) -> None:
        rows = [
            Task(use=a_use(), missing=[{"path": "a\tb", "rules": ["ü\\N\n"]}], row_version=1),
            Task(use=a_use(), missing=[], row_version=1),
        ]
        with change(SETUP, "test.copy"):
            copy_rows(rows)
        for row in rows:
            stored = Task.objects.get(id=row.id)
            assert (stored.missing, stored.due_on, stored.status) == (row.missing, None, "open")
            assert stored.created_at == row.created_at
            assert not row._state.adding

    def test_json_that_is_written_out_already_arrives_as_if_it_were_not(self) -> None:
        missing = [{"path": "a\tb\\", "rules": ["ü\N{SNOWMAN}\n"]}]
        row = Task(use=a_use(), missing=Json(canonical_json(missing).decode()), row_version=1)
        with change(SETUP, "test.copy"):
            copy_rows([row])
        assert Task.objects.get(id=row.id).missing == missing

    def test_the_journal_hears_of_every_row_and_refuses_what_no_change_surrounds(self) -> None:
        with pytest.raises(DatabaseError, match="outside of a recorded change"):
            copy_rows([Party(name="Nobody's")])

    def test_an_entry_per_row(self) -> None:
        rows = [Party(name=f"Copied {number}") for number in range(3)]
        with change(SETUP, "test.copy"):
            copy_rows(rows)
        assert history([row.id for row in rows]).filter(action="test.copy").count() == 3

    def test_constraints_hold(self) -> None:
        use = a_use()
        with pytest.raises(IntegrityError), change(SETUP, "test.copy"):
            copy_rows([Task(use=use), Task(use=use)])

    def test_no_rows_are_no_work(self) -> None:
        copy_rows([])


def test_the_collector_is_as_before_afterwards() -> None:
    def work() -> None:
        with collector_paused():
            with collector_paused():
                pass
            assert not gc.isenabled()
            raise KeyError

    assert gc.isenabled()
    with pytest.raises(KeyError):
        work()
    assert gc.isenabled()
