"""Lists and measures on pages: what they mean, never a bare hit."""

import yaml

from apps.core.changes import change
from apps.sanctions.models import RestrictionEvent
from apps.sanctions.words import MEASURES, SCOPES
from tests.database import REPOSITORY
from tests.making import SETUP
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import NASTY, World

KNOWLEDGE = REPOSITORY / "apps" / "imports" / "knowledge" / "files"


def test_a_list_says_its_effect_and_what_it_means(world: World, client_of: ClientOf) -> None:
    client = client_of("owner")
    text = main_of(client.get("/screening/lists"))
    assert "Export restriction to the party" in text
    assert "It does not forbid buying from the party." in text
    client.post("/preferences", {"language": "de"})
    assert "Es verbietet nicht, von der Partei zu kaufen." in main_of(client.get("/screening/lists"))


def test_a_measure_shows_whom_it_binds_what_it_covers_and_where_it_was_read(world: World, client_of: ClientOf) -> None:
    page = client_of("owner").get(f"/screening/events/{world.shared['event_id']}")
    text = main_of(page)
    for shown in (
        "Data Protection Authority: Rule on data",
        "Italy",
        "the app",
        "Alpha Labs",
        "2026-03-03",
        "In force",
    ):
        assert shown in text, shown
    assert 'rel="noopener noreferrer"' in page.content.decode()


def test_every_code_of_the_knowledge_has_a_word() -> None:
    rows = yaml.safe_load((KNOWLEDGE / "events.yaml").read_text())
    assert len(rows) > 20
    assert {row["effect"] for row in rows} <= set(MEASURES)
    assert {scope for row in rows for scope in row.get("scope", ())} <= set(SCOPES)


def test_words_from_outside_are_text(world: World, client_of: ClientOf) -> None:
    with change(SETUP, "tests.fill"):
        event = RestrictionEvent(
            key="nasty",
            authority=NASTY,
            instrument=NASTY,
            binds=NASTY,
            note=NASTY,
            effect=NASTY[:40],
            scope=[NASTY[:40]],
            models_named=[NASTY],
            status="pending",
            source_label=NASTY,
            state="claimed_by_provider",
        )
        event.save()
    client = client_of("officer")
    for address in ("/screening/events", f"/screening/events/{event.id}", "/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<b>bold" not in page, address
