"""What an import costs: as many queries for sixty entries as for five, whether there is anything to write or not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.actors import Actor
from tests.imports.making import ID, MODEL, TEAM, USE, imported, register_csv
from tests.making import a_team

pytestmark = pytest.mark.django_db
ACTOR = Actor.command("tests")


def content(start: int, number: int) -> bytes:
    return register_csv(
        *(
            {
                MODEL: f"Model {index}",
                ID: f"api:model-{index}",
                "model.gpai": "no",
                "version.scan_state": "clean",
                USE: f"Use {index}",
                TEAM: "Claims",
                "deployment.environment": "production",
                "use_case.data_class": "internal",
            }
            for index in range(start, start + number)
        )
    )


def cost(file: bytes, **more: bool) -> int:
    with CaptureQueriesContext(connection) as queries:
        one = imported(file, actor=ACTOR, **more)
    assert one.quarantined == 0
    return len(queries)


def test_no_entry_costs_a_query_of_its_own() -> None:
    a_team("Claims")
    few, many = content(0, 5), content(100, 60)
    imported(content(1000, 1), actor=ACTOR)
    assert cost(few, dry_run=True) == cost(many, dry_run=True)
    # Some more for a lock of each subject: from fifty on there is one for all.
    assert cost(many) <= cost(few) + 5
    assert cost(few) == cost(many)
