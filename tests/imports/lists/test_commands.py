"""The commands `import_list` and `refresh_lists`: counts on paper, and an exit code that a script can read."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from apps.core.changes import change
from apps.imports.tasks import refresh_lists
from apps.sanctions.models import ListSource, ListVersion
from tests.imports.hub_server import hub
from tests.making import SETUP

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def source(tmp_path: Path) -> Iterator[ListSource]:
    with override_settings(WEIGHBRIDGE_HOME=tmp_path, LISTS=True):
        with change(SETUP, "tests.fill"):
            made = ListSource(key="example", title="Example", format="generic-json", list_keys=["TEST"], enabled=True)
            made.save()
        yield made


def a_file(folder: Path, number: int) -> Path:
    path = folder / "list.json"
    path.write_bytes(content(number))
    return path


def content(number: int) -> bytes:
    return json.dumps([{"name": f"Works {index}", "reference": f"r{index}"} for index in range(number)]).encode()


def run(*arguments: str) -> tuple[str, CommandError | None]:
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), error
    return out.getvalue(), None


def test_a_good_file_comes_into_use(tmp_path: Path) -> None:
    said, error = run("import_list", "example", str(a_file(tmp_path, 30)))
    assert error is None
    assert "TEST: 30 entries" in said
    assert said.endswith("in use\n")


def test_one_that_guards_refuse_names_the_reason_and_can_be_accepted(tmp_path: Path) -> None:
    run("import_list", "example", str(a_file(tmp_path, 30)))
    path = str(a_file(tmp_path, 10))
    _said, error = run("import_list", "example", path)
    assert error is not None
    assert error.returncode == 2
    assert "TEST has 10 entries; the version in use has 30" in str(error)
    assert ListVersion.objects.get(state="in_use").counts == {"TEST": 30}
    _said, error = run("import_list", "example", path, "--accept", "Announced by the authority.")
    assert error is None
    version = ListVersion.objects.get(state="in_use")
    assert (version.counts, version.accepted_because) == ({"TEST": 10}, "Announced by the authority.")


@pytest.mark.parametrize(
    ("key", "name", "words"),
    [("none", "list.json", "There are: example"), ("example", "no-such-file", "No such file")],
)
def test_what_is_not_there_is_told(tmp_path: Path, key: str, name: str, words: str) -> None:
    a_file(tmp_path, 1)
    _said, error = run("import_list", key, str(tmp_path / name))
    assert words in str(error)


def test_one_that_cannot_be_read_leaves_the_version_in_use(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("<!doctype html><html></html>")
    _said, error = run("import_list", "example", str(path))
    assert str(error).startswith("The version in use stays.")


def test_refreshing_by_command_and_by_task(source: ListSource) -> None:
    with hub() as served:
        served.page("/list.json", content(3), ETag='"1"')
        with change(SETUP, "tests.fill"):
            ListSource.objects.update(url=f"{served.url}/list.json")
        assert run("refresh_lists")[0] == "example: version 1 in_use\n"
        assert run("refresh_lists", "example")[0] == "example: unchanged\n"
        refresh_lists()
        assert served.asked["/list.json"] == 2  # nothing is due yet
        with change(SETUP, "tests.fill"):
            ListSource.objects.update(checked_at=None)
        refresh_lists()
        assert served.asked["/list.json"] == 3
        served.page("/list.json", b"", 404)
        said, error = run("refresh_lists")
        assert "no such thing" in said
        assert error is not None
        refresh_lists()  # a task does not raise: the reason stands at the source
    source.refresh_from_db()
    assert "no such thing" in source.failure["message"]


def test_a_source_that_there_is_not(source: ListSource) -> None:
    assert "no such source" in str(run("refresh_lists", "none")[1])
