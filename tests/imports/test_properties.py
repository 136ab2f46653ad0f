"""What holds for any registers: nothing but a report, twice the same changes nothing, undone is as before."""

from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model as DjangoModel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.facts.models import Assertion
from apps.imports.applying import in_order
from apps.imports.models import Import
from apps.imports.records import ModelRecord, ParentRecord, Row
from apps.imports.services import run_import, undo_import
from apps.registry.models import Deployment, Model, ModelAlias, Release, Use, UseCase
from tests.imports.making import ID, MODEL, TEAM, USE, imported, register_csv
from tests.making import a_team

ACTOR = Actor.command("tests")
TABLES: tuple[type[DjangoModel], ...] = (Model, ModelAlias, Release, Deployment, UseCase, Use)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            MODEL: st.sampled_from(["A", "a", "B", "C-1B", ""]),
            ID: st.sampled_from(["", "", "api:a", "api:b", "api:a; api:b", "hf:x/A", "nonsense"]),
            "version.revision": st.sampled_from(["", "", "main", "2026-01-01", "a" * 40]),
            "model.gpai": st.sampled_from(["", "no", "gpai", "unknown", "perhaps"]),
            "version.licence_declared": st.sampled_from(["", "mit", "apache-2.0"]),
            USE: st.sampled_from(["", "", "Letters", "Search"]),
            TEAM: st.sampled_from(["", "Claims", "Nobody"]),
            "deployment.environment": st.sampled_from(["", "production", "test"]),
            "deployment.name": st.sampled_from(["", "Cluster"]),
            "use_case.name": st.sampled_from(["", "Triage"]),
        }
    ),
    min_size=1,
    max_size=8,
)


class Undo(Exception):
    """Ends an example: nothing of it stays."""


def content_of(rows: list[dict[str, Any]]) -> bytes:
    return register_csv(*rows, {MODEL: "Always there"})


def register() -> list[Any]:
    """What stands in the register, without versions and times."""
    left_out = ("updated_at", "row_version")
    plain = [
        [
            {name: value for name, value in row.items() if name not in left_out}
            for row in table._default_manager.order_by("pk").values()
        ]
        for table in TABLES
    ]
    said = Assertion.objects.filter(superseded_at=None).values_list("subject_id", "field", "value", "state", "channel")
    return [*plain, sorted(map(str, said))]


@pytest.fixture
def team(db: None) -> Team:
    return a_team("Claims")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ROWS, min_size=1, max_size=3))
def test_importing_again_changes_nothing_and_undoing_all_leaves_what_was(
    team: Team, files: list[list[dict[str, Any]]]
) -> None:
    with suppress(Undo), transaction.atomic():
        before = register()
        done = []
        for rows in files:
            one = imported(content_of(rows), actor=ACTOR)
            assert one.state == Import.State.DONE, one.reason
            assert one.created + one.changed + one.unchanged + one.quarantined == one.rows_read
            preview = imported(content_of(rows), actor=ACTOR, dry_run=True)
            stood = register()
            again = imported(content_of(rows), actor=ACTOR)
            assert (again.created, again.changed) == (0, 0), list(again.rows.values("outcome", "changes"))
            assert (preview.created, preview.changed) == (0, 0)
            assert register() == stood
            done.append(one)
        for one in reversed(done):
            undo_import(actor=ACTOR, one=one, reason="Over")
            assert run_import(import_id=one.id, actor=ACTOR)
            one.refresh_from_db()
            assert (one.state, one.kept) == (Import.State.UNDONE, [])
        assert register() == before
        raise Undo


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS)
def test_a_preview_says_what_the_import_does(team: Team, rows: list[dict[str, Any]]) -> None:
    with suppress(Undo), transaction.atomic():
        preview = imported(content_of(rows), actor=ACTOR, dry_run=True)
        assert not Model.objects.exists()
        done = imported(content_of(rows), actor=ACTOR)
        told = ("number", "outcome", "title", "errors", "notes")
        assert list(preview.rows.order_by("number").values(*told)) == list(done.rows.order_by("number").values(*told))
        raise Undo


PARENTS = st.lists(st.lists(st.integers(0, 7), max_size=3), min_size=1, max_size=8)


@given(PARENTS)
def test_every_entry_comes_once_and_after_its_parents_unless_they_go_in_circles(parents: list[list[int]]) -> None:
    rows = [
        Row(
            locator=str(at),
            record=ModelRecord(
                name=str(at), parents=[ParentRecord(name=str(one), relation="merge") for one in above if one != at]
            ),
        )
        for at, above in enumerate(parents)
    ]
    ordered = [number - 1 for number, _ in in_order(rows)]
    assert sorted(ordered) == list(range(len(parents)))
    above = {at: {one for one in ones if one < len(parents) and one != at} for at, ones in enumerate(parents)}
    if not _circular(above):
        assert all(ordered.index(one) < ordered.index(at) for at, ones in above.items() for one in ones)


def _circular(above: dict[int, set[int]]) -> bool:
    left = dict(above)
    while free := [at for at, ones in left.items() if not ones & left.keys()]:
        for at in free:
            del left[at]
    return bool(left)
