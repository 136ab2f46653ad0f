"""Files over the API: sent, previewed, applied, looked through and taken back; what is wrong is said with its place."""

from typing import Any

import pytest
from django.test import TestCase

from apps.accounts.roles import Role
from apps.imports import kinds
from apps.imports.models import Import
from apps.registry.models import Model
from tests.api.calling import NOBODY, Form, Holder, a_caller, pointers, problem_of
from tests.imports.making import register_csv
from tests.making import a_team

pytestmark = pytest.mark.django_db
FILE = register_csv({"model.name": "New-1B", "model.gpai": "no"}, {"model.name": "Bad", "model.gpai": "perhaps"})


@pytest.fixture
def officer() -> Holder:
    return a_caller(Role.OFFICER)


def worked(caller: Holder, address: str, body: Any, **more: Any) -> Any:
    """The import after a write whose task has run."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = caller.call("POST", address, body, **more)
    assert answer.status_code == 202, answer.content
    assert answer["ETag"]
    return caller.get(answer["Location"])


def test_a_file_is_accepted_and_its_import_shows_state_progress_and_counts(officer: Holder) -> None:
    answer = officer.call("POST", "imports", Form(FILE))
    assert answer.status_code == 202
    queued = answer.json()  # type: ignore[attr-defined]
    assert answer["Location"] == f"/api/v1/imports/{queued['id']}"
    assert (queued["state"], queued["progress"], queued["kind"], queued["dry_run"]) == ("queued", 0, "register", False)
    done = worked(officer, "imports", Form(FILE))
    assert (done["state"], done["progress"], done["step"]) == ("done", 1, "apply")
    assert [done[name] for name in ("read", "created", "changed", "unchanged", "quarantined")] == [2, 1, 0, 0, 1]
    assert Model.objects.get().name == "New-1B"


def test_a_preview_is_applied_and_undone(officer: Holder) -> None:
    one = worked(officer, "imports", Form(FILE, fields={"dry_run": "true", "kind": "register"}))
    address = f"imports/{one['id']}"
    assert (one["state"], one["created"], Model.objects.count()) == ("previewed", 1, 0)
    officer.refused("POST", f"{address}/undo", {"reason": "x"}, status=409)
    assert worked(officer, f"{address}/apply", {})["state"] == "done"
    assert Model.objects.count() == 1
    officer.refused("POST", f"{address}/apply", {}, status=409)
    assert worked(officer, f"{address}/undo", {"reason": "The wrong file"})["state"] == "undone"
    assert Model.objects.count() == 0
    problem = officer.refused("POST", f"{address}/undo", {"reason": "again"}, status=409)
    assert "undone already" in problem["detail"]


def test_every_entry_says_what_became_of_it(officer: Holder) -> None:
    one = worked(officer, "imports", Form(FILE))
    rows = officer.get(f"imports/{one['id']}/rows?ordering=number")["results"]
    assert [row["outcome"] for row in rows] == ["created", "quarantined"]
    assert rows[0]["subject_id"] == str(Model.objects.get().id)
    assert {"about": "model", "field": "gpai", "old": None, "new": "no", "state": "claimed_by_owner"} in rows[0][
        "changes"
    ]
    assert rows[1]["errors"][0] == {
        "pointer": "row 3, column B (model.gpai)",
        "message": "must be one of no, gpai, gpai_systemic_risk",
    }
    assert rows[1]["raw"] == {"model.name": "Bad", "model.gpai": "perhaps"}
    only = officer.get(f"imports/{one['id']}/rows?outcome=quarantined&page_size=1")
    assert [row["number"] for row in only["results"]] == [2]
    officer.refused("GET", f"imports/{one['id']}/rows?outcome=lost", status=422)
    first = officer.get(f"imports/{one['id']}/rows?ordering=number&page_size=1")
    assert officer.get(first["next"])["results"][0]["number"] == 2


@pytest.mark.parametrize(
    ("form", "status", "where"),
    [
        (Form(b""), 422, "/file"),
        (Form(b"model.nmae\nA\n"), 422, "row 1, column A"),
        (Form(b"hello", name="x.bin"), 422, "/kind"),
        (Form(FILE, fields={"kind": "cake"}), 422, "/kind"),
        (Form(FILE, fields={"dry_run": "perhaps"}), 422, "/dry_run"),
        (Form(FILE, fields={"dryrun": "true"}), 422, "/dryrun"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    officer: Holder, form: Form, status: int, where: str
) -> None:
    assert where in pointers(officer.refused("POST", "imports", form, status=status))
    assert not Import.objects.exists()


BROKEN_LATE = FILE + b"Other,no\n" * 150_000 + b"J\xfcrgen,no\n"
BROKEN_BOM = (
    b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "x": "' + b"y" * 1_200_000 + b'", "version": 2}'
)
WRONG_BOM = b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": "one", "x": "' + b"y" * 1_200_000 + b'"}'


@pytest.mark.parametrize(
    ("form", "where", "words"),
    [
        (Form(BROKEN_LATE), "row 150004", "Line 150004 is not in UTF-8"),
        (Form(BROKEN_BOM, name="bom.json"), "", "“version” stands twice"),
        (Form(WRONG_BOM, name="bom.json"), "/version", "breaks the schema of CycloneDX 1.6"),
        (Form(b"---\na: b\n---\n" + b"x" * 9_000_000, name="README.md"), "", "at most"),
    ],
    ids=("register", "twice", "schema", "card"),
)
def test_a_large_file_that_cannot_be_read_is_refused_like_a_small_one(
    officer: Holder, form: Form, where: str, words: str
) -> None:
    assert len(form.file) > 1024 * 1024
    problem = officer.refused("POST", "imports", form, status=422)
    assert words in str(problem)
    assert not where or where in pointers(problem)
    assert not Import.objects.exists()


def test_bodies_of_other_types_and_sizes_are_refused(officer: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    officer.refused("POST", "imports", b"x", status=415, content_type="text/plain")
    form = "multipart/form-data; boundary=y"
    assert pointers(officer.refused("POST", "imports", b"--x", status=422, content_type=form)) == ["/file"]
    officer.refused("POST", "imports", b"--x", status=400, content_type="multipart/form-data")
    monkeypatch.setattr(kinds, "MOST_BYTES", 10)
    monkeypatch.setattr("apps.api.v1.imports.FORM_AROUND", 10)
    officer.refused("POST", "imports", Form(FILE), status=413)


def test_the_same_key_makes_one_import_and_another_file_is_a_conflict(officer: Holder) -> None:
    key = {"Idempotency-Key": "one"}
    first, second = (officer.post("imports", Form(FILE), status=202, headers=key) for _ in range(2))
    assert first["id"] == second["id"]
    officer.refused("POST", "imports", Form(FILE + b"Third,\n"), status=409, headers=key)
    assert Import.objects.count() == 1


def test_only_officers_and_administrators_import() -> None:
    owner = a_caller(Role.OWNER, team=a_team())
    owner.refused("POST", "imports", Form(FILE), status=403)
    assert owner.get("imports")["results"] == []
    owner.refused("GET", "imports/template", status=403)
    a_caller(Role.AUDITOR).refused("POST", "imports", Form(FILE), status=403)
    problem_of(NOBODY.call("POST", "imports", Form(FILE)), 401)
    a_caller(Role.ADMINISTRATOR).post("imports", Form(FILE), status=202)


def test_an_auditor_reads_what_was_imported(officer: Holder) -> None:
    one = worked(officer, "imports", Form(FILE))
    auditor = a_caller(Role.AUDITOR)
    assert auditor.get(f"imports/{one['id']}")["sha256"] == one["sha256"]
    assert len(auditor.get(f"imports/{one['id']}/rows")["results"]) == 2
    assert auditor.get(f"imports?sha256={one['sha256']}")["results"]
    a_caller(Role.OWNER, team=a_team()).refused("GET", f"imports/{one['id']}/rows", status=404)


def test_the_template(officer: Holder) -> None:
    answer = officer.call("GET", "imports/template?format=csv&language=de")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "Modell" in answer.content.decode("utf-8-sig").splitlines()[1]
    assert officer.call("GET", "imports/template?format=xlsx").content.startswith(b"PK")
    assert pointers(officer.refused("GET", "imports/template?format=exe&x=1", status=422)) == ["/format"]
