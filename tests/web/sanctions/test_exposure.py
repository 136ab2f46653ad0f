"""Exposure on the pages of uses, models and parties, and as one list of every party that has one."""

import datetime as dt

import pytest

from apps.core.changes import change
from apps.parties.models import Party
from apps.sanctions.models import Listing, RestrictedPartyList
from tests.making import SETUP, a_model, a_party
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import NASTY, SOURCE, World

EXPORT = "It does not forbid using weights that the party has published."


def listed(party: Party, key: str = "TEST-EXPORT", effect: str = "export-restriction", **more: object) -> None:
    words = {"authority_en": "A", "authority_de": "A", "meaning_en": "M", "meaning_de": "M"}
    with change(SETUP, "tests.fill"):
        RestrictedPartyList(key=key, title=f"Title of {key}", effect_class=effect, **words).save()
        Listing(party=party, list_key=key, status="listed", since=dt.date(2025, 1, 15), **{**SOURCE, **more}).save()


@pytest.mark.parametrize("persona", ["officer", "owner", "auditor"])
def test_use_model_and_party_say_who_is_named_and_what_it_means(
    world: World, client_of: ClientOf, persona: str
) -> None:
    listed(world.developer, note=NASTY)
    client = client_of(persona)
    pages = [
        f"/uses/{world.ours.use.id}?part=screening",
        f"/models/{world.model.id}",
        f"/parties/{world.developer.id}",
    ]
    for path in pages:
        page = client.get(path)
        text = main_of(page)
        for shown in (
            "Sanctions and restrictions",
            "Title of TEST-EXPORT",
            EXPORT,
            "2025-01-15",
            SOURCE["source_label"],
        ):
            assert shown in text, (path, shown)
        assert "<b>bold</b>" not in page.content.decode()
        assert "Export restriction to the party" in text


def test_the_use_names_every_way(world: World, client_of: ClientOf) -> None:
    listed(world.developer)
    text = main_of(client_of("owner").get(f"/uses/{world.ours.use.id}?part=screening"))
    assert "Itself" in text
    assert "Through the operator" in text
    assert "Base-7B" in text  # a parent that is no model of the register: nobody looked for its maker


def test_matches_are_opened_by_those_who_judge_them(world: World, client_of: ClientOf) -> None:
    path, match = f"/parties/{world.developer.id}", f"/screening/matches/{world.shared['match_id']}"
    assert match in client_of("officer").get(path).content.decode()
    page = client_of("owner").get(path)
    assert match not in page.content.decode()
    assert "Potential match awaits a person" in main_of(page)


def test_nothing_known_is_no_clearance(world: World, client_of: ClientOf) -> None:
    party = a_party("Harmless Ltd")
    text = main_of(client_of("owner").get(f"/parties/{party.id}"))
    assert "No list, measure or test is known to reach it. That is no clearance." in text
    assert "Not compared with the lists" in text
    model = a_model("Orphan-1B")
    assert "Orphan-1B" in main_of(client_of("owner").get(f"/models/{model.id}"))


def test_a_past_page_shows_no_exposure_of_today(world: World, client_of: ClientOf) -> None:
    listed(world.developer)
    moment = (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)).isoformat()
    assert "Title of TEST-EXPORT" not in main_of(
        client_of("officer").get(f"/models/{world.model.id}", {"as_of": moment})
    )


class TestList:
    def names(self, client_of: ClientOf, **asked: str) -> list[str]:
        page = client_of("officer").get("/screening/exposure", asked)
        return [row.name for row in page.context["listing"].rows]

    def test_filters_want_one_exposure_that_fits_all_of_them(self, world: World, client_of: ClientOf) -> None:
        party = a_party("Exporter")
        listed(party)
        listed(party, "TEST-PENDING", "blocking")
        with change(SETUP, "tests.fill"):
            Listing.objects.filter(list_key="TEST-PENDING").update(status="pending_reported")
        assert "Exporter" in self.names(client_of, effect="export-restriction", state="listed")
        assert "Exporter" in self.names(client_of, effect="blocking")
        assert "Exporter" not in self.names(client_of, effect="blocking", state="listed")
        assert "Exporter" in self.names(client_of, effect="export-restriction", bound="yes")
        assert "Exporter" not in self.names(client_of, bound="unknown")

    def test_it_counts_the_uses_in_sight(self, world: World, client_of: ClientOf) -> None:
        counts = {}
        for persona in ("officer", "owner"):
            rows = client_of(persona).get("/screening/exposure").context["listing"].rows
            counts[persona] = {row.name: row.uses_hit for row in rows}
        assert counts["officer"]["Alpha Labs"] == 2
        assert counts["owner"]["Alpha Labs"] == 1
