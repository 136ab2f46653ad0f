"""Licence texts on pages: brought, recognised, settled, compared."""

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.licences.models import LicenceText
from tests.making import SETUP
from tests.reviews.changing import a_licence
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import NASTY, World

SENT = {"source": "LICENSE of the repository", "as_of": "2026-09-01", "url": ""}


class TestBringing:
    def test_a_file_is_kept_byte_for_byte_and_shown(self, world: World, client_of: ClientOf) -> None:
        content = f"The licence.\r\n{NASTY}\r\n".encode()
        sent = {**SENT, "file": SimpleUploadedFile("LICENSE", content)}
        answer = client_of("owner").post("/licence-texts/new", sent)
        text = LicenceText.objects.get(sightings__source_label=SENT["source"])
        assert answer["Location"] == f"/licence-texts/{text.id}"
        assert bytes(text.content) == content
        page = client_of("owner").get(answer["Location"])
        assert "LICENSE of the repository" in main_of(page)
        assert "<script>alert" not in page.content.decode()
        assert "Say what it is" not in main_of(page)

    def test_with_a_release_of_the_licence(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        address = f"/licence-texts/new?licence={world.licence.id}"
        assert "Alpha-7B" in main_of(client.get(address))
        release = str(world.shared["release_id"])
        client.post(address, {**SENT, "pasted": "A text of the release.", "release": release})
        seen = LicenceText.objects.get(sightings__source_label=SENT["source"]).sightings.get()
        assert str(seen.release_id) == release

    def test_what_is_no_text_is_said_at_the_field_and_nothing_is_kept(self, world: World, client_of: ClientOf) -> None:
        before = LicenceText.objects.count()
        client = client_of("officer")
        for more in ({}, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, {"pasted": "a", "url": "nowhere"}):
            answer = client.post("/licence-texts/new", {**SENT, **more})
            assert answer.status_code == 200
            assert "LICENSE of the repository" in answer.content.decode()
            assert answer.context["form"].errors
        assert LicenceText.objects.count() == before


class TestSettling:
    def test_an_officer_says_what_it_is(self, world: World, client_of: ClientOf) -> None:
        licence, client = a_licence("own-1"), client_of("officer")
        address = f"/licence-texts/{world.shared['text_id']}"
        assert "Say what it is" in main_of(client.get(address))
        client.post(f"{address}/settle", {"licence": licence.key, "note": "Read it."})
        text = LicenceText.objects.get(id=world.shared["text_id"])
        assert (text.state, text.licence) == ("confirmed", licence)
        shown = main_of(client.get(f"/licences/{licence.id}/texts"))
        assert "Confirmed by a person" in shown

    def test_candidates_are_shown_with_their_scores_and_numbers(self, world: World, client_of: ClientOf) -> None:
        from apps.licences.services import confirm_text, store_text
        from tests.making import officer

        licence = a_licence("own-1")
        confirm_text(actor=officer(), text=LicenceText.objects.get(id=world.shared["other_id"]), licence=licence)
        content = b"The licence.\n\nAbove 70 million users of your product ask us for another licence."
        text = store_text(actor=SETUP, content=content, source="LICENSE")
        shown = main_of(client_of("officer").get(f"/licence-texts/{text.id}"))
        assert "Licence own-1" in shown
        assert " %" in shown
        assert "70" in shown


def test_the_difference_names_the_changed_number(world: World, client_of: ClientOf) -> None:
    address = f"/licence-texts/{world.shared['text_id']}/compare/{world.shared['other_id']}"
    page = client_of("auditor").get(address)
    assert "Changed terms" in main_of(page)
    assert "<del" in page.content.decode()
    assert "100" in main_of(page)
