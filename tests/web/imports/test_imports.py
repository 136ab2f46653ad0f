"""Importing on pages: send, look, apply, take back; what is refused says why, and nothing is lost."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.utils.translation import override

from apps.imports.models import Import
from apps.registry.models import Model
from apps.web.imports import showing
from apps.web.imports.views import what
from tests.imports.making import register_csv, workbook
from tests.making import a_model, state
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, main_of, newest
from tests.web.world import NASTY, World

GOOD = register_csv({"model.name": "New-1B", "model.gpai": "no"}, {"model.name": "Other", "model.gpai": "perhaps"})


def sent(client: Client, content: bytes = GOOD, name: str = "register.csv", **more: str) -> Any:
    """The answer to a file that was sent; its task runs when it is stored."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post("/imports/new", {"file": SimpleUploadedFile(name, content), **more})


def posted(client: Client, path: str, **body: str) -> Any:
    """The page after a POST that is followed by its task."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post(path, body)
    assert answer.status_code == 302, answer.content
    return client.get(answer["Location"])


class TestTheWay:
    def test_from_the_file_over_the_preview_to_the_register_and_back(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        answer = sent(client)
        path = answer["Location"]
        page = client.get(path)
        text = main_of(page)
        assert "Nothing is written yet" in text
        assert "New-1B" in text
        assert "Not general-purpose" in text
        assert "must be one of no, gpai, gpai_systemic_risk" in text
        assert not Model.objects.filter(name="New-1B").exists()
        done = posted(client, f"{path}/apply")
        model = Model.objects.get(name="New-1B")
        assert f'href="/models/{model.id}"' in done.content.decode()
        assert "Undo this import" in main_of(done)
        text = main_of(posted(client, f"{path}/undo", reason="The wrong file"))
        assert "was taken back" in text
        assert "The wrong file" in text
        assert not Model.objects.filter(name="New-1B").exists()
        assert client.post(f"{path}/undo", {"reason": "again"}).status_code == 409
        assert client.post(f"{path}/apply").status_code == 409

    def test_everything_is_in_the_journal_as_that_persons(self, world: World, client_of: ClientOf) -> None:
        client, before = client_of("officer"), newest()
        posted(client, f"{sent(client)['Location']}/apply")
        actions = {(entry.action, entry.actor_id) for entry in entries_since(before)}
        person = world.people["officer"].id
        assert {("import.receive", person), ("import.ask_to_apply", person), ("import.apply", person)} <= actions

    def test_a_workbook_and_a_file_seen_as_another_kind(self, world: World, client_of: ClientOf) -> None:
        client = client_of("administrator")
        page = client.get(sent(client, workbook(["model.name"], ["Sheet-1B"]), "a.xlsx")["Location"])
        assert "Sheet-1B" in main_of(page)
        one = page.context["one"]
        assert client.post(f"/imports/{one.id}/again", {"kind": "cyclonedx"}).status_code == 422
        page = posted(client, f"/imports/{one.id}/again", kind="register")
        assert page.context["one"].id != one.id
        assert page.context["one"].sha256 == one.sha256

    def test_the_quarantine_can_be_mended_and_sent_again(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        path = sent(client)["Location"]
        table = client.get(f"{path}/quarantine.csv")
        assert table["Content-Type"] == "text/csv; charset=utf-8"
        text = table.content.decode("utf-8-sig")
        assert text.splitlines()[0] == "model.name,model.gpai,#locator,#problem"
        assert "must be one of" in text
        page = client.get(sent(client, text.replace("Other,perhaps", "Other,gpai").encode())["Location"])
        one = page.context["one"]
        assert (one.created, one.quarantined) == (1, 0)

    def test_while_it_runs_the_page_asks_again_and_at_the_end_is_fetched_anew(
        self, world: World, client_of: ClientOf
    ) -> None:
        client = client_of("officer")
        answer = client.post("/imports/new", {"file": SimpleUploadedFile("r.csv", GOOD)})  # its task has not run
        page = client.get(answer["Location"]).content.decode()
        assert 'hx-trigger="every 1s"' in page
        assert "<progress" in page
        part = client.get(f"{answer['Location']}/progress", headers={"HX-Request": "true"})
        assert "HX-Refresh" not in part
        done = client.get(f"/imports/{world.shared['import_id']}/progress", headers={"HX-Request": "true"})
        assert done["HX-Refresh"] == "true"
        assert "hx-trigger" not in done.content.decode()

    def test_the_same_file_is_said_to_be_the_same(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        first = sent(client)["Location"]
        posted(client, f"{first}/apply")
        text = client.get(sent(client)["Location"]).content.decode()
        assert "The same file was imported before" in text
        assert first in text


class TestWrongFiles:
    @pytest.mark.parametrize(
        ("content", "name", "message"),
        [
            (b"", "a.csv", "The file is empty"),
            (b"model.nmae\nA\n", "a.csv", "do you mean “model.name”"),
            (b"model.name\nM\xfcller\n", "a.csv", "Line 2 is not in UTF-8"),
            (b"PK\x03\x04nonsense", "a.xlsx", "cannot be read"),
            (b"{", "a.bin", "choose the kind"),
        ],
    )
    def test_are_refused_beside_the_field_and_nothing_is_kept(
        self, world: World, client_of: ClientOf, content: bytes, name: str, message: str
    ) -> None:
        before, number = newest(), Import.objects.count()
        answer = sent(client_of("officer"), content, name)
        assert answer.status_code == 422
        assert message in main_of(answer)
        assert not entries_since(before)
        assert Import.objects.count() == number

    def test_without_a_file_the_form_says_so(self, world: World, client_of: ClientOf) -> None:
        answer = client_of("officer").post("/imports/new", {})
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()


class TestShown:
    @pytest.mark.parametrize(
        ("place", "words"),
        [
            ("row 5", "Zeile 5"),
            ("row 5, column K", "Zeile 5, Spalte K"),
            ("row 5, column K (use.name)", "Zeile 5, Spalte K (use.name)"),
            ("/components/0/purl", "/components/0/purl"),
        ],
    )
    def test_a_place_in_a_table_is_said_in_the_language_of_the_page(
        self, place: str, words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        german = {"row %(row)s": "Zeile %(row)s", "row %(row)s, column %(column)s": "Zeile %(row)s, Spalte %(column)s"}
        monkeypatch.setattr(showing, "gettext", german.__getitem__)
        assert showing.place_in_words(place) == words

    @pytest.mark.parametrize(("language", "kind"), [("en", "Hugging Face model card"), ("de", "Modellkarte")])
    def test_kind_and_format_stand_once_where_one_names_the_other(self, language: str, kind: str) -> None:
        with override(language):
            for kind_of, given, shown in (
                ("hf-card", "Hugging Face model card", kind),
                ("cyclonedx", "CycloneDX 1.7", "CycloneDX 1.7"),
                ("hf-card", "Hugging Face API", f"{kind}"),
            ):
                said = what(Import(kind=kind_of, format=given))
                assert said.startswith(shown), said
                assert said.count("Hugging Face model card") <= 1

    def test_a_remark_names_the_field_and_the_person_as_people_do(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        model = a_model("Said-1B")
        state("model", model.id, gpai="gpai")
        content = register_csv({"model.name": "Said-1B", "model.gpai": "no"})
        text = main_of(client.get(sent(client, content)["Location"]))
        assert "“General-purpose AI model”:" in text
        assert "“gpai”" not in text

    def test_names_and_values_are_text(self, world: World, client_of: ClientOf) -> None:
        for path in ("/imports", f"/imports/{world.shared['import_id']}"):
            text = client_of("officer").get(path).content.decode()
            assert "<b>bold</b>" not in text
            assert "&lt;b&gt;bold&lt;/b&gt;" in text
        assert NASTY not in text

    def test_an_auditor_reads_and_is_offered_nothing(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("auditor").get(f"/imports/{world.shared['import_id']}"))
        for offered in ("Apply to the register", "Undo this import", "Preview as this kind"):
            assert offered not in text

    def test_an_owner_sees_none_and_is_told_who_imports(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get("/imports"))
        assert "compliance officers" in text
        assert "/imports/new" not in text

    @pytest.mark.parametrize(("wanted", "start"), [("csv", b"\xef\xbb\xbfmodel.name"), ("xlsx", b"PK")])
    def test_the_template_is_a_file(self, world: World, client_of: ClientOf, wanted: str, start: bytes) -> None:
        answer = client_of("officer").get(f"/imports/template?format={wanted}")
        assert answer.content.startswith(start)
        assert f'filename="weighbridge-register.{wanted}"' in answer["Content-Disposition"]
        assert client_of("officer").get("/imports/template?format=exe").status_code == 422
