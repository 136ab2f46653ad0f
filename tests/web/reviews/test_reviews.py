"""Reviews on pages: what is due, completing one, what was done."""

import datetime as dt

import pytest

from apps.core.clock import today
from apps.reviews.models import Review
from tests.making import SETUP, state
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import NASTY, World


def path(world: World) -> str:
    return f"/uses/{world.ours.use.id}/review"


def good(**more: str) -> dict[str, str]:
    later = (today() + dt.timedelta(days=90)).isoformat()
    return {"conclusion": "confirmed", "note": "Looked at samples", "next_review": later, **more}


class TestDue:
    def test_names_what_is_due_with_verdict_and_owner_the_oldest_first(self, world: World, client_of: ClientOf) -> None:
        state("use_case", world.theirs.use.use_case_id, next_review=(today() - dt.timedelta(days=3)).isoformat())
        page = client_of("officer").get("/reviews")
        text = main_of(page)
        assert [row.id for row in page.context["listing"].rows] == [world.theirs.use.id, world.ours.use.id]
        for shown in ("3 days overdue", "in 5 days", "Owner of Claims", "Block"):
            assert shown in text, shown

    def test_the_button_is_for_those_who_may_review(self, world: World, client_of: ClientOf) -> None:
        link = f'href="{path(world)}"'
        for persona, offered in (("officer", True), ("owner", True), ("approver", True), ("auditor", False)):
            assert (link in client_of(persona).get("/reviews").content.decode()) == offered, persona
        assert link not in client_of("administrator").get("/reviews").content.decode()

    def test_far_ones_are_not_due_yet(self, world: World, client_of: ClientOf) -> None:
        state("use_case", world.ours.use.use_case_id, next_review=(today() + dt.timedelta(days=61)).isoformat())
        assert "No review is due" in main_of(client_of("owner").get("/reviews"))


class TestCompleting:
    def test_shows_what_stands_open_and_the_last_review(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get(path(world)))
        assert "Text of WB-T-001" in text
        assert f"Last review on {today().isoformat()} by Owner of Claims" in text
        assert "Countries of storage" in text or "Text of WB-T-004" in text

    def test_is_recorded_with_the_verdict_that_was_seen(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        answer = client_of("officer").post(path(world), good(), follow=True)
        assert answer.redirect_chain == [(f"/uses/{world.ours.use.id}", 302)]
        assert "The review is recorded." in main_of(answer)
        review = Review.objects.latest("reviewed_at")
        assert (review.reviewer, review.decision) == (world.people["officer"], "block")
        world.ours.use.use_case.refresh_from_db()
        assert world.ours.use.use_case.next_review == review.next_review
        mine = [entry for entry in entries_since(before) if entry.actor_kind == "user"]
        assert {(entry.action, entry.reason) for entry in mine} == {("review.complete", "Looked at samples")}

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"conclusion": ""}, "conclusion"),
            ({"conclusion": "perfect"}, "conclusion"),
            ({"conclusion": "changes_needed", "note": ""}, "note"),
            ({"conclusion": "end_use", "note": "  "}, "note"),
            ({"note": "x" * 5001}, "note"),
            ({"note": "a\u202eb"}, "note"),
            ({"next_review": ""}, "next_review"),
            ({"next_review": "31.12.2027"}, "next_review"),
            ({"next_review": "2020-01-01"}, "next_review"),
            ({"next_review": "2035-01-01"}, "next_review"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_kept(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        page = client_of("owner").post(path(world), good(**sent))
        assert list(errors_of(page)) == [field]
        assert "Looked at samples" in page.content.decode() or field == "note"
        assert not entries_since(before)

    def test_a_retired_use_has_nothing_to_review(self, world: World, client_of: ClientOf) -> None:
        from apps.registry.services import retire_use

        retire_use(actor=SETUP, use=world.ours.use, reason="Over")
        page = client_of("owner").post(path(world), good())
        assert "This use is retired; there is nothing to review." in errors_of(page)["__all__"]


class TestDone:
    def test_lists_what_was_concluded(self, world: World, client_of: ClientOf) -> None:
        client_of("officer").post(path(world), good(conclusion="changes_needed", note=NASTY))
        page = client_of("auditor").get("/reviews/done")
        assert "Changes needed" in main_of(page)
        assert "<script>alert" not in page.content.decode()
        only = client_of("auditor").get("/reviews/done?conclusion=changes_needed").context["listing"]
        assert only.count == 1
        assert client_of("stranger").get("/reviews/done").context["listing"].count == 1
