"""Every package that is asked for has its line in `docs/dependencies.md`, and every line its package."""

import json
import re

from packaging.utils import canonicalize_name

from tests.database import REPOSITORY


def asked_for() -> set[str]:
    """The packages that the repository's own lists name."""
    lines = [line for name in ("requirements.in", "requirements-dev.in") for line in _lines(name)]
    python = {canonicalize_name(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines}
    front_end = json.loads((REPOSITORY / "package.json").read_text())
    return python | set(front_end["dependencies"]) | set(front_end["devDependencies"])


def _lines(name: str) -> list[str]:
    text = (REPOSITORY / name).read_text()
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(("#", "-"))]


def described() -> list[list[str]]:
    """The lines of the tables, as cells."""
    text = (REPOSITORY / "docs" / "dependencies.md").read_text()
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if row[0].strip(" -") not in ("", "package")]


def _name(cell: str) -> str:
    name = cell.split(" ")[0]
    return name if name.startswith("@") or name == "htmx.org" else canonicalize_name(name)


def test_the_list_names_what_is_asked_for_once_and_nothing_else() -> None:
    names = [_name(row[0]) for row in described()]
    assert sorted(names) == sorted(asked_for())


def test_each_line_answers_every_question() -> None:
    assert [row for row in described() if len(row) != 6 or not all(row)] == []
