"""Measures kept on pages: entered, moved on, corrected; their history, a party's timeline, what changed this week."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.changes import change
from apps.core.clock import now
from apps.sanctions.measures import correct_event
from apps.sanctions.models import Entry, Match, RestrictionEvent
from apps.sanctions.news import happened
from apps.sanctions.screening.judging import judge
from apps.sanctions.screening.running import screen
from tests.making import SETUP, a_party, officer
from tests.sanctions.lists.making import a_source, in_use, listed
from tests.sanctions.measures.making import an_event, moved
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import World

BODY: dict[str, Any] = {
    "authority": "Office of Trade",
    "jurisdiction": "US",
    "instrument": "Order 7",
    "effect": "procurement_ban",
    "effect_class": "procurement",
    "scope": ["api", "weights"],
    "named": "Alpha Labs\r\n\r\nNobody Known GmbH",
    "models_named": "Alpha-7B",
    "status": "pending",
    "source": "Gazette",
    "quality": "primary",
    "as_of": "2026-11-02",
}
STEP = {"status": "in_force", "on": "2026-11-03", "source": "Gazette 2", "quality": "primary", "as_of": "2026-11-03"}


def entered() -> RestrictionEvent:
    return RestrictionEvent.objects.get(instrument="Order 7")


def test_an_officer_enters_a_measure_and_moves_it_on(world: World, client_of: ClientOf) -> None:
    client = client_of("officer")
    answer = client.post("/screening/events/new", BODY, follow=True)
    text = main_of(answer)
    event = entered()
    assert [party.name for party in event.parties.all()] == ["Alpha Labs"]
    assert (event.others_named, event.models_named) == (["Nobody Known GmbH"], ["Alpha-7B"])
    assert "Announced, not in force: nothing is forbidden by it yet." in text
    assert "If it comes into force, this follows: Procurement restriction." in text
    assert "Kept by name, as no party of the register: Nobody Known GmbH" in answer.content.decode()
    address = f"/screening/events/{event.id}"
    text = main_of(client.post(f"{address}/status", {**STEP, "version": event.row_version}, follow=True))
    assert "Announced, not in force" not in text
    assert "Gazette 2" in text
    assert "2026-11-03" in text
    step = event.steps.last()
    assert step is not None
    text = main_of(client.post(f"{address}/steps/{step.id}/back", {"reason": "A draft only."}, follow=True))
    assert "taken back" in text
    assert entered().status == "pending"


def test_what_is_announced_never_looks_like_what_blocks(world: World, client_of: ClientOf) -> None:
    event = an_event(world.developer, effect_class="blocking", effect="block", instrument="Order 8")
    client = client_of("officer")
    for address in ("/screening/events?q=Order+8", f"/parties/{world.developer.id}/timeline", "/screening/changes"):
        text = main_of(client.get(address))
        assert "would be: Blocking: no dealings" in text, address
    page = client.get(f"/screening/events/{event.id}").content.decode()
    assert "Announced, not in force" in page
    moved(event, "in_force", dt.date(2026, 11, 3))
    assert "would be: Blocking" not in main_of(client.get("/screening/events?q=Order+8"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"jurisdiction": "XX"}, "must be a country such as DE"),
        ({"named": " "}, "name at least one party"),
        ({"authority": ""}, "This field is required."),
        ({"source_url": "javascript:alert(1)"}, "must be an address that begins with"),
        ({"status": "in_force", "valid_from": "2099-01-01"}, "lies ahead"),
        ({"as_of": "2099-01-01"}, "must lie between 1990 and today"),
        ({"scope": ["moon"]}, "moon"),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(
    world: World, client_of: ClientOf, more: dict[str, Any], said: str
) -> None:
    answer = client_of("officer").post("/screening/events/new", {**BODY, **more})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Order 7" in answer.content.decode()
    assert not RestrictionEvent.objects.filter(instrument="Order 7").exists()


def test_a_measure_that_is_recorded_already_is_linked(world: World, client_of: ClientOf) -> None:
    event = an_event(world.developer, instrument="Order 7")
    answer = client_of("officer").post("/screening/events/new", BODY)
    assert answer.status_code == 422
    assert f'href="/screening/events/{event.id}"' in answer.content.decode()


def test_two_parties_of_one_name_have_to_be_told_apart(world: World, client_of: ClientOf) -> None:
    one, other = a_party("Twin Ltd"), a_party("Twin Two Ltd")
    with change(SETUP, "tests.fill"):
        other.name = one.name
        other.save()
    client = client_of("officer")
    answer = client.post("/screening/events/new", {**BODY, "named": "Twin Ltd"})
    assert answer.status_code == 422
    assert "enter the identifier of the one you mean" in answer.content.decode()
    client.post("/screening/events/new", {**BODY, "named": str(other.id)})
    assert list(entered().parties.all()) == [other]


def test_a_correction_shows_what_is_recorded_and_refuses_an_older_version(world: World, client_of: ClientOf) -> None:
    event = an_event(world.developer, instrument="Order 7", others_named=["Somebody Ltd"], scope=["api"])
    client, address = client_of("officer"), f"/screening/events/{event.id}/correct"
    page = client.get(address).content.decode()
    for shown in ("Alpha Labs\nSomebody Ltd", 'value="api" class="form-check-input"', 'value="Order 7"'):
        assert shown in page or shown.replace(' class="form-check-input"', "") in page, shown
    body = {**BODY, "binds": "Agencies", "reason": "Misread.", "version": event.row_version}
    correct_event(actor=officer(), event=event, reason="Faster.", binds="All")
    answer = client.post(address, body)
    assert answer.status_code == 422
    assert "read it again" in answer.content.decode()
    assert entered().binds == "All"
    assert client.post(address, {**body, "version": entered().row_version}).status_code == 302
    assert entered().binds == "Agencies"


def test_a_step_that_is_not_allowed_is_not_offered(world: World, client_of: ClientOf) -> None:
    event = an_event(world.developer)
    client, address = client_of("officer"), f"/screening/events/{event.id}"
    page = client.get(f"{address}/status").content.decode()
    assert 'value="in_force"' in page
    assert 'value="lifted"' not in page
    answer = client.post(f"{address}/status", {**STEP, "status": "lifted", "version": event.row_version})
    assert answer.status_code == 422
    moved(event, "withdrawn", dt.date(2026, 11, 3))
    assert f"{address}/status" not in client.get(address).content.decode()


@pytest.mark.parametrize("persona", ["auditor", "owner", "approver", "administrator"])
def test_others_read_and_are_offered_no_change(world: World, client_of: ClientOf, persona: str) -> None:
    event = an_event(world.developer)
    client = client_of(persona)
    for address in ("/screening/events", f"/screening/events/{event.id}"):
        page = client.get(address)
        assert page.status_code == 200
        assert "/screening/events/new" not in page.content.decode()
        assert f"/screening/events/{event.id}/status" not in page.content.decode()
    for way in ("correct", "status"):
        assert client.post(f"/screening/events/{event.id}/{way}", STEP).status_code == 403


class TestTimeline:
    def test_measures_and_lists_stand_in_one_line_the_newest_first(self, world: World, client_of: ClientOf) -> None:
        event = an_event(world.developer, instrument="Order 9")
        moved(event, "in_force", dt.date(2026, 11, 3), note="The notice was published.")
        page = client_of("auditor").get(f"/parties/{world.developer.id}/timeline")
        text = main_of(page)
        days = [point.day for point in page.context["points"]]
        assert days == sorted(days, key=lambda day: day or dt.date.min, reverse=True)
        for shown in ("Office of Trade: Order 9", "The notice was published.", "Gazette", "Not found in the copy"):
            assert shown in text, shown
        assert text.index("The notice was published.") < text.index("Data Protection Authority")

    def test_at_a_past_moment_it_shows_what_was_known_then(self, world: World, client_of: ClientOf) -> None:
        event = an_event(world.developer, instrument="Order 9")
        announced = now()
        moved(event, "in_force", dt.date(2026, 11, 3), note="The notice was published.")
        client, address = client_of("auditor"), f"/parties/{world.developer.id}/timeline"
        then = main_of(client.get(address, {"recorded": announced.isoformat()}))
        assert "Order 9" in then
        assert "The notice was published." not in then
        before = timezone.localtime(event.created_at - dt.timedelta(days=400))
        assert "Nothing is on record." in main_of(client.get(address, {"recorded": before.isoformat()}))
        for wrong in ("x", (now() + dt.timedelta(days=9)).isoformat()):
            page = client.get(address, {"recorded": wrong})
            assert page.status_code == 200
            assert 'role="alert"' in page.content.decode(), wrong

    def test_a_match_that_was_confirmed_stands_in_it_for_those_who_may_read_screenings(
        self, world: World, client_of: ClientOf
    ) -> None:
        match = a_match()
        judge(actor=officer(), match=match, outcome="same", ground="source-says", comment="The report says so.")
        address = f"/parties/{match.party_id}/timeline"
        assert "The report says so." in main_of(client_of("auditor").get(address))
        assert "The report says so." not in main_of(client_of("owner").get(address))

    def test_it_is_on_the_page_of_the_party(self, world: World, client_of: ClientOf) -> None:
        page = client_of("owner").get(f"/parties/{world.developer.id}").content.decode()
        assert f"/parties/{world.developer.id}/timeline" in page


def a_match(name: str = "Brondavik Shipping Ltd") -> Match:
    """A party near an entry of a list that does not block."""
    party = a_party(name)
    in_use(a_source(), [listed("77", name)])
    screen(actor=SETUP, party_ids=[party.id], reason="request")
    return Match.objects.get(party=party)


class TestChanges:
    def test_every_kind_shows_and_can_be_chosen(self, world: World, client_of: ClientOf) -> None:
        match = a_match()
        judge(actor=officer(), match=match, outcome="same", ground="source-says")
        an_event(world.developer, instrument="Order 9")
        client = client_of("officer")
        everything = main_of(client.get("/screening/changes"))
        shown = {"measure": "Order 9", "version": "1 new, 0 changed, 0 removed", "found": "Brondavik Shipping Ltd"}
        for kind, words in shown.items():
            assert words in everything
            page = client.get("/screening/changes", {"kind": kind})
            assert words in main_of(page)
            assert {row.kind for row in page.context["listing"].rows} == {kind}
        assert "A reliable source says so" in main_of(client.get("/screening/changes", {"kind": "judged"}))
        assert "Nothing fits this search" in main_of(client.get("/screening/changes", {"kind": "gone"}))
        assert client.get("/screening/changes", {"kind": "nonsense"}).status_code == 422
        assert client.get("/screening/changes", {"days": "8"}).status_code == 422

    def test_an_entry_that_is_worded_anew_is_a_changed_one(self, world: World) -> None:
        since = now()
        match = a_match()
        source = match.entry.source
        in_use(source, [listed("77", "Brondavik Shipping Ltd", "Brondavik Lines")])
        screen(actor=SETUP, party_ids=[match.party_id], reason="request")
        assert Entry.objects.filter(reference="77").count() == 2
        found, _more = happened(since, ["found", "gone"])
        assert [(one.kind, one.changed) for one in found if one.of.party_id == match.party_id] in (
            [("found", True), ("gone", False), ("found", False)],
            [("gone", False), ("found", True), ("found", False)],
        )

    def test_those_who_may_not_read_screenings_see_lists_and_measures(self, world: World, client_of: ClientOf) -> None:
        match = a_match()
        an_event(world.developer, instrument="Order 9")
        client = client_of("owner")
        text = main_of(client.get("/screening/changes"))
        assert "Order 9" in text
        assert match.party.name not in text
        assert client.get("/screening/changes", {"kind": "found"}).status_code == 422
        assert "Order 9" in main_of(client.get("/"))

    def test_it_costs_as_much_for_many_as_for_few(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        an_event(world.developer, instrument="Order 0")
        client.get("/screening/changes")
        with CaptureQueriesContext(connection) as few:
            client.get("/screening/changes")
        for number in range(12):
            an_event(world.developer, a_party(), instrument=f"Order {number + 1}")
        with CaptureQueriesContext(connection) as many:
            client.get("/screening/changes")
        assert len(many) == len(few)
