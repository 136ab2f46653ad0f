"""The command `import_file`: counts on paper, and an exit code that a script can read."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.imports.models import Import
from apps.registry.models import Model
from tests.imports.making import MODEL, register_csv

pytestmark = pytest.mark.django_db


def run(path: Path, *more: str) -> tuple[str, Any]:
    out = io.StringIO()
    try:
        call_command("import_file", str(path), *more, stdout=out)
    except CommandError as error:
        return out.getvalue(), error
    return out.getvalue(), None


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(register_csv({MODEL: "A"}, {MODEL: "B"}))
    said, error = run(path)
    assert error is None
    assert said.startswith("CSV: 2 read, 2 created, 0 changed, 0 unchanged, 0 in quarantine\n")
    assert Model.objects.count() == 2


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(register_csv({MODEL: "A"}))
    said, error = run(path, "--dry-run", "--kind", "register")
    assert error is None
    assert "(nothing written)" in said
    assert not Model.objects.exists()


def test_what_was_refused_is_named_and_the_exit_code_is_two(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(register_csv({MODEL: "A", "model.kind": "cake"}, {MODEL: "B", "model.kind": "base"}))
    said, error = run(path)
    assert "row 2, column B (model.kind): must be one of" in said
    assert error.returncode == 2
    assert Model.objects.get().name == "B"


@pytest.mark.parametrize("content", [b"", b"model.nmae\nA\n", b"hello"])
def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes(content)
    said, error = run(path)
    assert str(error).startswith("Nothing was imported.")
    assert error.returncode == 1
    assert not said
    assert not Import.objects.exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file" in str(run(tmp_path / "missing.csv")[1])
