"""Licences on pages."""

from apps.core.changes import change
from apps.licences.models import Licence
from tests.making import SETUP, state
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import NASTY, World


class TestOneLicence:
    def test_shows_the_text_the_terms_the_duties_and_the_models(self, world: World, client_of: ClientOf) -> None:
        state("licence", world.licence.id, commercial_use="allowed")
        text = main_of(client_of("owner").get(f"/licences/{world.licence.id}"))
        for shown in (
            world.licence.text_sha256,
            "LICENSE file of the repository",
            "§ 3(b)",
            "Show the name.",
            "Alpha-7B",
        ):
            assert shown in text, shown
        assert "Commercial use Allowed" in text or "Commercial use" in text
        assert "Unknown" in text

    def test_duties_are_in_the_language_of_the_page(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        client.post("/preferences", {"language": "de"})
        text = main_of(client.get(f"/licences/{world.licence.id}"))
        assert "Den Namen zeigen." in text
        assert "Show the name." not in text

    def test_without_a_text_it_says_so(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            bare = Licence(key="bare", ref="LicenseRef-bare", name=NASTY, category="unknown")
            bare.save()
        page = client_of("officer").get(f"/licences/{bare.id}")
        assert "Unknown: no text was read" in main_of(page)
        assert "None recorded; that is not the same as none existing." in main_of(page)
        assert "<script>alert" not in page.content.decode()
        assert "<script>alert" not in client_of("officer").get("/licences").content.decode()
