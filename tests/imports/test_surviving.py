"""What a kill, two at once and a stranger at the same moment leave: whole chunks, each entry once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.accounts.actors import Actor
from apps.imports import services, telling, undoing
from apps.imports.models import Import, ImportRow
from apps.imports.services import fail_lost_imports, receive_import, run_import, undo_import
from apps.registry.models import Model, ModelAlias
from apps.registry.services import register_model
from apps.registry.services.models import AliasInput
from tests.at_once import in_threads
from tests.database import TestDatabase
from tests.imports.making import ID, MODEL, counts, imported, register_csv
from tests.making import SETUP, officer

REPOSITORY = Path(__file__).resolve().parents[2]
ACTOR = Actor.command("tests")


def many(number: int) -> bytes:
    return register_csv(
        *({MODEL: f"Model {index}", ID: f"api:model-{index}", "model.gpai": "no"} for index in range(number))
    )


def test_a_killed_import_leaves_whole_chunks_and_goes_on_where_it_was(
    committed_db: TestDatabase, tmp_path: Path
) -> None:
    file = tmp_path / "register.csv"
    file.write_bytes(many(3000))
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_file", str(file)],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": committed_db.url, "DATABASE_OWNER_URL": committed_db.owner_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not Import.objects.filter(position__gt=0).exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    one = Import.objects.get()
    assert one.state == Import.State.RUNNING
    assert 0 < one.position < 3000
    assert one.position % services.CHUNK == 0
    written = one.position
    assert ImportRow.objects.count() == Model.objects.count() == ModelAlias.objects.count() == written
    assert counts(one) == (written, 0, 0, 0)
    assert run_import(import_id=one.id, seconds=None)
    one.refresh_from_db()
    assert (one.state, one.progress, counts(one)) == (Import.State.DONE, 1.0, (3000, 0, 0, 0))
    assert ImportRow.objects.count() == Model.objects.count() == 3000


def test_two_imports_of_one_file_at_once_make_everything_once(committed_db: TestDatabase) -> None:
    content = many(600)
    found = in_threads(*[lambda: imported(content, actor=ACTOR)] * 3)
    assert sum(one.created for one in found) == 600
    assert sum(one.unchanged for one in found) == 1200
    assert Model.objects.count() == 600


def test_one_import_that_is_delivered_twice_is_done_once(committed_db: TestDatabase) -> None:
    one = receive_import(actor=ACTOR, content=many(1000), file_name="r.csv", dry_run=False, at_once=False)
    in_threads(*[lambda: run_import(import_id=one.id, seconds=None)] * 2)
    one.refresh_from_db()
    assert (one.state, counts(one), one.rows.count()) == (Import.State.DONE, (1000, 0, 0, 0), 1000)


def test_a_model_that_somebody_registers_meanwhile_is_found(
    committed_db: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, done = services.write_chunk, []

    def write_after_somebody(*arguments: object) -> object:
        if not done:
            done.append(True)
            in_threads(lambda: register_model(actor=SETUP, name="Model 1", aliases=[AliasInput("api", "model-1")]))
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "write_chunk", write_after_somebody)
    one = imported(many(3), actor=ACTOR)
    assert (one.state, counts(one)) == (Import.State.DONE, (2, 1, 0, 0))
    assert Model.objects.count() == 3


@pytest.mark.django_db
class TestOneTransaction:
    def test_a_task_that_has_no_more_time_hands_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "CHUNK", 2)
        one = receive_import(actor=officer(), content=many(5), file_name="r.csv", dry_run=False)
        assert [run_import(import_id=one.id, seconds=-1) for _ in range(3)] == [False, False, True]
        one.refresh_from_db()
        assert (one.state, counts(one), one.rows.count()) == (Import.State.DONE, (5, 0, 0, 0), 5)

    def test_contradictions_are_found_also_after_a_break(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "CHUNK", 1)
        rows = [{MODEL: "A", "model.gpai": value} for value in ("no", "gpai")]
        one = receive_import(actor=officer(), content=register_csv(*rows), file_name="r.csv", dry_run=False)
        assert not run_import(import_id=one.id, seconds=-1)
        assert run_import(import_id=one.id)
        one.refresh_from_db()
        assert counts(one) == (1, 0, 0, 1)

    def test_an_unforeseen_error_is_said_and_the_import_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "CHUNK", 2)
        one = receive_import(actor=officer(), content=many(5), file_name="r.csv", dry_run=False)
        assert not run_import(import_id=one.id, seconds=-1)
        with monkeypatch.context() as patch:
            patch.setattr(services, "write_chunk", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                run_import(import_id=one.id)
        one.refresh_from_db()
        assert (one.state, one.position, Model.objects.count()) == (Import.State.FAILED, 2, 2)
        assert "ZeroDivisionError" in one.reason
        services.apply_import(actor=officer(), one=one)
        assert run_import(import_id=one.id)
        one.refresh_from_db()
        assert (one.state, counts(one)) == (Import.State.DONE, (5, 0, 0, 0))

    def test_whoever_may_no_longer_sign_in_imports_nothing(self) -> None:
        actor = officer()
        one = receive_import(actor=actor, content=many(1), file_name="r.csv", dry_run=False)
        from apps.accounts.models import User
        from apps.core.changes import change

        with change(SETUP, "tests.fill"):
            User.objects.filter(id=actor.user_id).update(is_active=False)
        assert run_import(import_id=one.id)
        one.refresh_from_db()
        assert (one.state, Model.objects.count()) == (Import.State.FAILED, 0)

    def test_an_import_on_which_nobody_works_ends(self) -> None:
        one = receive_import(actor=officer(), content=many(1), file_name="r.csv", dry_run=False)
        assert fail_lost_imports(actor=SETUP) == 0
        Import.objects.filter(id=one.id).update(updated_at="2026-01-01T00:00:00Z")
        assert fail_lost_imports(actor=SETUP) == 1
        one.refresh_from_db()
        assert one.state == Import.State.FAILED


def test_an_undo_says_how_far_it_is_while_it_works_and_is_seen_at_once_or_not_at_all(
    committed_db: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "EVERY", 0.0)
    monkeypatch.setattr(undoing, "_BATCH", 50)
    monkeypatch.setattr(services, "_ask", lambda _: None)
    one = imported(many(300), actor=ACTOR)
    undo_import(actor=ACTOR, one=one, reason="The wrong file")
    forget, seen = undoing._forget, list[tuple[str, int, int]]()

    def look() -> tuple[str, int, int]:
        shown = Import.objects.get(id=one.id)
        return shown.state, shown.percent, Model.objects.count()

    def look_and_forget(*arguments: object) -> None:
        time.sleep(0.02)
        seen.extend(in_threads(look))
        forget(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(undoing, "_forget", look_and_forget)
    assert run_import(import_id=one.id)
    percents = [percent for _, percent, _ in seen]
    assert {(state, models) for state, _, models in seen} == {("running", 300)}
    assert percents == sorted(percents)
    assert percents[0] > 30
    assert 99 >= percents[-1] > percents[0]
    one.refresh_from_db()
    assert (one.state, one.progress, Model.objects.count()) == (Import.State.UNDONE, 1.0, 0)


def test_an_undo_that_breaks_off_took_nothing_back_and_can_be_asked_for_again(
    committed_db: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_ask", lambda _: None)
    one = imported(many(10), actor=ACTOR)
    undo_import(actor=ACTOR, one=one, reason="The wrong file")
    with monkeypatch.context() as patch:
        patch.setattr(undoing, "_forget", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_import(import_id=one.id)
    one.refresh_from_db()
    assert (one.state, one.step, Model.objects.count()) == (Import.State.DONE, Import.Step.APPLY, 10)
    undo_import(actor=ACTOR, one=one, reason="The wrong file")
    in_threads(*[lambda: run_import(import_id=one.id)] * 2)
    one.refresh_from_db()
    assert (one.state, Model.objects.count()) == (Import.State.UNDONE, 0)
