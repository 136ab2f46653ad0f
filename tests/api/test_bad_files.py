"""Files made to hurt, sent over the API: each is refused or taken with a clear message, and nothing half-written."""

import csv
import io
import json
import time
from typing import Any

import pytest
from django.test import TestCase
from openpyxl import load_workbook

from apps.accounts.roles import Role
from apps.imports.models import Import
from apps.registry.models import LineageEdge, Model, Use
from apps.registry.services import MOST_PARENTS
from tests.api.calling import Form, Holder, a_caller
from tests.imports.hub_card.cards import card_of
from tests.imports.making import register_csv, workbook
from tests.making import a_team

pytestmark = pytest.mark.django_db
FORMULAS = ('=HYPERLINK("http://x.test";"y")', "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "＝1+1")


@pytest.fixture
def officer() -> Holder:
    return a_caller(Role.OFFICER)


def done(caller: Holder, address: str, body: Any) -> Any:
    """What a write came to, its task done."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = caller.call("POST", address, body)
    assert answer.status_code == 202, answer.content
    return caller.get(answer["Location"])


def rows(caller: Holder, one: Any) -> list[Any]:
    """What became of every entry."""
    found: list[Any] = caller.get(f"imports/{one['id']}/rows?ordering=number")["results"]
    return found


class TestCircles:
    """A is made from B, and B from A."""

    @staticmethod
    def card(name: str, parent: str) -> dict[str, Any]:
        return {"id": f"maker/{name}", "tags": ["license:mit"], "cardData": {"base_model": f"maker/{parent}"}}

    def test_in_one_file_the_first_edge_counts_and_the_other_is_said_to_be_left_out(self, officer: Holder) -> None:
        content = json.dumps([self.card("A", "B"), self.card("B", "A")]).encode()
        preview = done(officer, "imports", Form(content, name="models.json", fields={"dry_run": "true"}))
        assert preview["created"] == 2
        one = done(officer, f"imports/{preview['id']}/apply", {})
        assert (one["state"], one["created"], one["quarantined"]) == ("done", 2, 0)
        edge = LineageEdge.objects.get()
        assert edge.parent is not None
        notes = " ".join(note for row in rows(officer, one) for note in row["notes"])
        assert f"The parent “maker/{edge.child.name}” was left out: " in notes
        assert f"“{edge.child.name}” was itself made from “{edge.parent.name}”" in notes

    def test_across_two_imports_the_later_edge_is_left_out(self, officer: Holder) -> None:
        for name, parent in (("A", "B"), ("B", "A")):
            content = json.dumps(self.card(name, parent)).encode()
            one = done(officer, "imports", Form(content, name="model.json"))
            assert (one["state"], one["created"], one["quarantined"]) == ("done", 1, 0)
        edge = LineageEdge.objects.get()
        assert (edge.child.name, edge.parent and edge.parent.name) == ("A", "B")
        assert rows(officer, one)[0]["notes"] == [
            "The parent “maker/A” was left out: “A” was itself made from “B”",
        ]
        again = done(officer, "imports", Form(content, name="model.json"))
        assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 1)

    def test_a_model_that_names_itself_has_no_parent(self, officer: Holder) -> None:
        one = done(officer, "imports", Form(json.dumps(self.card("A", "A")).encode(), name="model.json"))
        assert "names its own repository as base model" in rows(officer, one)[0]["notes"][0]
        assert not LineageEdge.objects.exists()

    def test_a_long_chain_that_closes_is_cut_once(self, officer: Holder) -> None:
        chain = [self.card(f"M{at}", f"M{(at + 1) % 12}") for at in range(12)]
        one = done(officer, "imports", Form(json.dumps(chain).encode(), name="models.json"))
        assert one["created"] == 12
        assert LineageEdge.objects.filter(parent__isnull=False).count() == 11


class TestManyParents:
    def test_a_merge_of_ten_thousand_is_refused_at_once_and_leaves_nothing(self, officer: Holder) -> None:
        assert MOST_PARENTS == 1000
        content = card_of({"model_name": "Huge", "base_model": [f"maker/model-{at}" for at in range(10_000)]})
        start = time.process_time()
        one = done(officer, "imports", Form(content, name="maker--Huge--README.md"))
        assert time.process_time() - start < 10
        assert (one["created"], one["quarantined"]) == (0, 1)
        assert rows(officer, one)[0]["errors"] == [
            {"pointer": "/", "message": "names 10000 parents; a model has at most 1000"}
        ]
        assert not Model.objects.exists()
        assert not LineageEdge.objects.exists()

    def test_in_a_bill_of_materials_the_other_models_are_taken(self, officer: Holder) -> None:
        parents = [{"type": "machine-learning-model", "name": f"P{at}"} for at in range(MOST_PARENTS + 1)]
        huge = {"type": "machine-learning-model", "name": "Huge", "pedigree": {"ancestors": parents}}
        fine = {"type": "machine-learning-model", "name": "Fine", "pedigree": {"ancestors": parents[:2]}}
        document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [huge, fine]}
        one = done(officer, "imports", Form(json.dumps(document).encode(), name="bom.json"))
        refused = [row for row in rows(officer, one) if row["outcome"] == "quarantined"]
        assert [row["title"] for row in refused] == ["Huge"]
        assert "names 1001 parents" in refused[0]["errors"][0]["message"]
        assert LineageEdge.objects.filter(child__name="Fine").count() == 2


class TestFormulas:
    @pytest.fixture
    def team(self) -> str:
        return a_team("Claims").name

    @staticmethod
    def table(caller: Holder, kind: str) -> list[list[Any]]:
        """The register as exported in a format, cell by cell."""
        made = done(caller, "exports", {"format": "register", "table": kind})
        file = caller.call("GET", f"exports/{made['id']}/file")
        content = b"".join(file.streaming_content) if file.streaming else file.content  # type: ignore[attr-defined]
        if kind == "csv":
            return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        page = load_workbook(io.BytesIO(content))["Register"]
        cells = [cell for row in page.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        return [[cell.value for cell in row] for row in page.iter_rows()]

    def test_they_are_texts_when_they_come_and_neutral_when_they_go(self, officer: Holder, team: str) -> None:
        given = [
            {"model.name": f"M{at}", "use.name": f"Use {at}", "use.team": team, "use_case.purpose": text}
            for at, text in enumerate(FORMULAS)
        ]
        one = done(officer, "imports", Form(register_csv(*given)))
        assert (one["created"], one["quarantined"]) == (len(FORMULAS), 0)
        for kind in ("csv", "xlsx"):
            heads, _, *lines = self.table(officer, kind)
            shown = {line[heads.index("use.name")]: line[heads.index("use_case.purpose")] for line in lines}
            assert shown == {f"Use {at}": f"'{text.strip()}" for at, text in enumerate(FORMULAS)}
        file = officer.call(
            "GET", f"exports/{done(officer, 'exports', {'format': 'register', 'table': 'csv'})['id']}/file"
        )
        content = b"".join(file.streaming_content)  # type: ignore[attr-defined]
        again = done(officer, "imports", Form(content))
        assert (again["created"], again["quarantined"], Use.objects.count()) == (0, 0, len(FORMULAS))

    def test_names_are_neutral_too(self, officer: Holder, team: str) -> None:
        one = done(officer, "imports", Form(register_csv({"model.name": "=cmd|' /C calc'!A0", "model.family": "@x"})))
        assert one["created"] == 1
        for kind in ("csv", "xlsx"):
            heads, _, line = self.table(officer, kind)
            assert line[heads.index("model.name")] == "'=cmd|' /C calc'!A0"
            assert line[heads.index("model.family")] == "'@x"

    def test_formulas_of_a_workbook_are_refused_and_handed_back_neutral(self, officer: Holder) -> None:
        content = workbook(["model.name", "model.family"], ["=1+1", "A"], ["Fine", "B"], ["Bad", '=HYPERLINK("x")'])
        one = done(officer, "imports", Form(content, name="register.xlsx"))
        assert (one["created"], one["quarantined"]) == (1, 2)
        first, _, third = rows(officer, one)
        assert "formula" in first["errors"][0]["message"]
        assert third["errors"][0]["pointer"] == "row 4, column B (model.family)"

    def test_the_quarantine_holds_no_cell_that_is_run(self, officer: Holder) -> None:
        from apps.imports.reporting import quarantine_csv
        from apps.imports.selectors import rows_of
        from tests.making import officer as an_officer

        given = [{"model.name": text, "model.gpai": "perhaps", "model.family": text} for text in FORMULAS]
        one = done(officer, "imports", Form(register_csv(*given)))
        assert one["quarantined"] == len(FORMULAS)
        kept = quarantine_csv(rows_of(an_officer(), Import.objects.get().id), lambda error: error["message"])
        heads, *lines = csv.reader(io.StringIO(kept.decode("utf-8-sig")))
        assert [line[heads.index("model.name")] for line in lines] == [f"'{text.strip()}" for text in FORMULAS]
        assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
