"""Making files: what each format holds, that it can be checked, that a crash or a lost task is told."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts import services as accounts
from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import InvalidInput, NotFound, NotPermitted
from apps.core.ids import uuid7
from apps.exports import journal, writing
from apps.exports.completeness import Picture, assess
from apps.exports.journal import Tree
from apps.exports.models import Export
from apps.exports.services import LOST_AFTER, fail_lost_exports, make_export, open_file, request_export
from apps.imports.models import Import
from apps.imports.services import receive_import
from apps.registry.models import Model
from tests.making import SETUP, a_model, a_team, a_use, a_user, an_actor, officer, state

pytestmark = pytest.mark.django_db


def made(actor: Actor = SETUP, **more: Any) -> Export:
    """An export, finished."""
    return request_export(actor=actor, at_once=True, **more)


def content(one: Export) -> bytes:
    """The bytes of its file."""
    with open_file(one) as file:
        return file.read()


class TestBillsOfMaterials:
    def test_the_same_register_gives_the_same_bytes(self) -> None:
        a_use(a_team())
        for kind in ("cyclonedx", "spdx"):
            assert content(made(format=kind)) == content(made(format=kind))

    def test_what_changes_in_the_register_changes_serial_number_and_time(self) -> None:
        model = a_model()
        first = json.loads(content(made(format="cyclonedx", subject_type="model", subject_id=model.id)))
        state("model", model.id, parameters=7)
        second = json.loads(content(made(format="cyclonedx", subject_type="model", subject_id=model.id)))
        assert first["serialNumber"] != second["serialNumber"]

    def test_what_would_break_the_schema_is_not_handed_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            writing.cyclonedx, "write", lambda *_, **__: {"bomFormat": "CycloneDX", "specVersion": "1.7", "x": 1}
        )
        one = made(format="cyclonedx")
        assert one.state == Export.State.FAILED
        assert "break the schema" in one.error
        with pytest.raises(NotFound):
            open_file(one)


class TestTables:
    @pytest.mark.parametrize("table", ["csv", "xlsx"])
    def test_a_table_of_the_register_is_read_back_without_a_change(self, table: str) -> None:
        team = a_team("Claims")
        use = a_use(team, name="Triage", environment="production")
        state("use_case", use.use_case_id, purpose="=SUM(A1)", countries=["DE", "FR"], customer_facing=False)
        state("deployment", use.deployment_id, retention_days=None, sub_processors=["One; Ltd", "Two"])
        a_model("Unused")
        before = Model.objects.count()
        data = content(made(officer(), format="register", table=table))
        one = receive_import(
            actor=officer(), content=data, file_name=f"r.{table}", kind="register", dry_run=False, at_once=True
        )
        refused = [row.errors for row in one.rows.filter(outcome="quarantined")]
        assert (one.state, one.rows_read, refused) == (Import.State.DONE, 2, [])
        assert Model.objects.count() == before


class TestJournal:
    def lines(self) -> list[bytes]:
        a_model()
        return content(made(format="journal")).splitlines(keepends=True)

    def test_every_entry_is_there_and_the_file_checks(self) -> None:
        lines = self.lines()
        entries = [json.loads(line) for line in lines[1:-1]]
        known = AuditEntry.objects.order_by("seq").values_list("seq", flat=True)[: len(entries)]
        assert [entry["seq"] for entry in entries] == list(known)
        assert {"model.register", "export.request"} <= {entry["action"] for entry in entries}
        assert not list(journal.check(lines))

    def test_a_changed_a_missing_and_an_added_line_are_noticed(self) -> None:
        lines = self.lines()
        changed = [*lines[:2], lines[2].replace(b'"', b"'", 0).replace(b"tests", b"other"), *lines[3:]]
        assert list(journal.check(changed))
        assert list(journal.check([*lines[:2], *lines[3:]]))
        assert list(journal.check([*lines[:2], lines[1], *lines[2:]]))
        assert list(journal.check(lines[:-1])) == ["the last line is missing"]

    @pytest.mark.parametrize(
        ("leaves", "root"),
        [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ],
    )
    def test_the_tree_is_the_one_of_rfc_6962(self, leaves: int, root: str) -> None:
        """The roots are those that implementations of certificate transparency test with."""
        given = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
        tree = Tree()
        for leaf in given[:leaves]:
            tree.add(bytes.fromhex(leaf))
        assert tree.root() == root


class TestAsking:
    def test_a_team_exports_its_own_and_not_the_whole(self) -> None:
        team = a_team()
        owner, use, other = actor_for(a_user(Role.OWNER, team=team)), a_use(team), a_use(a_team())
        assert made(owner, format="spdx", subject_type="use", subject_id=use.id).state == Export.State.DONE
        with pytest.raises(NotFound):
            made(owner, format="spdx", subject_type="use", subject_id=other.id)
        for kind in ("cyclonedx", "spdx", "journal"):
            with pytest.raises(NotPermitted):
                made(owner, format=kind)
        with pytest.raises(NotPermitted):
            made(an_actor(Role.CI, team=team), format="register")

    @pytest.mark.parametrize(
        ("asked", "pointer"),
        [
            ({"format": "novel"}, "/format"),
            ({"format": "spdx", "subject_type": "party"}, "/subject/type"),
            ({"format": "spdx", "subject_type": "model"}, "/subject/id"),
            ({"format": "spdx", "subject_id": uuid7()}, "/subject/id"),
            ({"format": "spdx", "table": "csv"}, "/table"),
            ({"format": "register", "table": "ods"}, "/table"),
            ({"format": "journal", "subject_type": "model", "subject_id": uuid7()}, "/subject"),
        ],
    )
    def test_what_there_is_not_is_refused_at_its_place(self, asked: dict[str, Any], pointer: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            request_export(actor=SETUP, **asked)
        assert caught.value.errors[0].pointer == pointer
        assert not Export.objects.exists()


class TestFailing:
    def test_whoever_may_no_longer_sign_in_gets_no_file(self) -> None:
        user = a_user(Role.OFFICER)
        one = request_export(actor=actor_for(user), format="cyclonedx")
        accounts.set_active(actor=SETUP, user=user, active=False, reason="Left.")
        assert make_export(actor=SETUP, export_id=one.id).state == Export.State.FAILED

    def test_a_crash_is_told_and_the_half_file_is_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def crash(*_: Any) -> None:
            raise RuntimeError("disk")

        monkeypatch.setattr("apps.exports.services.write_file", crash)
        one = request_export(actor=SETUP, format="cyclonedx")
        with pytest.raises(RuntimeError):
            make_export(actor=SETUP, export_id=one.id)
        one.refresh_from_db()
        assert (one.state, one.file) == (Export.State.FAILED, "")
        assert "RuntimeError" in one.error

    def test_one_that_nobody_finishes_is_ended(self) -> None:
        one = request_export(actor=SETUP, format="cyclonedx")
        assert fail_lost_exports(actor=SETUP) == 0
        with change(SETUP, "tests.age"):
            Export.objects.filter(id=one.id).update(updated_at=now() - LOST_AFTER - dt.timedelta(minutes=1))
        assert fail_lost_exports(actor=SETUP) == 1
        one.refresh_from_db()
        assert one.state == Export.State.FAILED


class TestCommand:
    def test_it_writes_the_file_and_says_its_sum(self, tmp_path: Path) -> None:
        model, path, said = a_model(), tmp_path / "bom.json", io.StringIO()
        call_command("export_file", "spdx", str(path), "--model", str(model.id), stdout=said)
        assert model.name in path.read_text()
        assert Export.objects.get().file_sha256 in said.getvalue()

    def test_it_refuses_what_there_is_not(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no such model"):
            call_command("export_file", "spdx", str(tmp_path / "x"), "--model", str(uuid7()))


def test_nothing_known_leaves_only_what_the_export_itself_says() -> None:
    found = assess(Picture([]))
    assert {one.key for one in found.elements if one.known} == {
        *("version", "format_name", "format_version", "tool_name", "tool_version", "context", "timestamp", "name")
    }
    assert len(found.elements) == 41
