"""Changes since an approval on pages: the queue, the difference, the ways to settle, and where they are announced."""

import datetime as dt

from apps.core.clock import today
from apps.licences.services import store_text
from apps.policy.evaluation import judge_due
from apps.reviews.models import Change, Reopening
from tests.making import SETUP
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import World


def a_change(world: World) -> Change:
    """The licensor's text changes again, under the uses of both teams."""
    text = b"The licence.\n\nAbove 20 million users of your product ask us for another licence."
    day = today() + dt.timedelta(days=1)
    store_text(actor=SETUP, content=text, source="LICENSE of the licensor", licence=world.licence, as_of=day)
    while judge_due(actor=SETUP):
        pass
    return Change.objects.get(reopenings__use=world.ours.use, reopenings__state="open")


def test_the_queue_the_use_and_the_model_lead_to_the_change(world: World, client_of: ClientOf) -> None:
    found, client = a_change(world), client_of("owner")
    for address in (
        "/changes?state=waiting",
        f"/uses/{world.ours.use.id}",
        f"/models/{world.model.id}",
        f"/uses/{world.ours.use.id}/review",
    ):
        assert f'href="/changes/{found.id}"' in client.get(address).content.decode(), address
    assert f'href="/changes/{found.id}"' not in client.get("/changes?state=settled").content.decode()


def test_a_team_sees_its_own_uses_only(world: World, client_of: ClientOf) -> None:
    found = a_change(world)
    shown = main_of(client_of("owner").get(f"/changes/{found.id}"))
    assert "Letters of Claims" in shown
    assert "Letters of Marketing" not in shown
    assert "Letters of Marketing" in main_of(client_of("officer").get(f"/changes/{found.id}"))


def test_two_people_agree_that_it_is_not_material(world: World, client_of: ClientOf) -> None:
    found = a_change(world)
    ours = {"use": [str(world.ours.use.id)], "reason": "A typing error."}
    page = client_of("officer").get(f"/changes/{found.id}")
    assert "Changed terms" in main_of(page)
    client_of("mate").post(f"/changes/{found.id}/settle", {**ours, "way": "propose"})
    row = Reopening.objects.get(change=found, use=world.ours.use)
    assert row.state == "proposed"
    assert client_of("mate").post(f"/changes/{found.id}/settle", {**ours, "way": "agree"}).status_code == 403
    client_of("officer").post(f"/changes/{found.id}/settle", {**ours, "way": "agree"})
    row.refresh_from_db()
    assert row.state == "not_material"
    assert Reopening.objects.get(change=found, use=world.theirs.use).state == "open"


def test_the_owner_does_not_approve_again_and_nothing_ticked_is_said(world: World, client_of: ClientOf) -> None:
    found = a_change(world)
    ours = {"use": [str(world.ours.use.id)], "reason": "Mine.", "way": "approve"}
    assert client_of("owner").post(f"/changes/{found.id}/settle", ours).status_code == 403
    assert (
        client_of("officer").post(f"/changes/{found.id}/settle", {"way": "approve", "reason": "R"}).status_code == 422
    )
    assert client_of("officer").post(f"/changes/{found.id}/settle", {**ours, "way": "x"}).status_code == 422
    assert client_of("auditor").post(f"/changes/{found.id}/settle", ours).status_code == 403
    assert Reopening.objects.filter(change=found, state="open").count() == 2
