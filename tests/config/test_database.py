import pytest
from django.db import ProgrammingError, connection

from tests.database import TestDatabase


def _one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_connect_as_the_application() -> None:
    assert _one("SELECT current_user") == "weighbridge_app"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE accounts_team CASCADE",
        "CREATE TABLE mine (a int)",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    ],
)
def test_the_application_may_not_change_tables(statement: str) -> None:
    with pytest.raises(ProgrammingError):
        _one(statement)


def test_a_committed_database_is_another_one(committed_db: TestDatabase) -> None:
    assert _one("SELECT current_database()") == committed_db.name
    assert not connection.in_atomic_block
