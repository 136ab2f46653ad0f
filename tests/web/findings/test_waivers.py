"""Waivers on pages: asked for by one person, decided by another."""

import datetime as dt

import pytest

from apps.accounts import services as accounts
from apps.core.changes import change
from apps.core.clock import today
from apps.findings.models import Finding, Waiver
from apps.policy.models import CurrentVerdict
from tests.making import SETUP
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import NASTY, RULES, World


def asking(world: World) -> str:
    return f"/findings/{Finding.objects.get(use=world.ours.use, rule_code=RULES[1]).id}/waiver"


def good(**more: str) -> dict[str, str]:
    until = (today() + dt.timedelta(days=20)).isoformat()
    return {"reason": "A pilot ends soon", "controls": "People look\n\n  Logs are read  ", "expires_on": until, **more}


class TestAsking:
    def test_a_waiver_is_asked_for_and_waits_for_somebody_else(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        answer = client_of("owner").post(asking(world), good(), follow=True)
        waiver = Waiver.objects.latest("created_at")
        assert answer.redirect_chain == [(f"/waivers/{waiver.id}", 302)]
        assert waiver.compensating_controls == ["People look", "Logs are read"]
        assert "You asked for it, so somebody else decides." in main_of(answer)
        assert "Approve" not in main_of(answer)
        assert [(entry.action, entry.reason) for entry in entries_since(before)] == [
            ("waiver.propose", "A pilot ends soon")
        ]

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"reason": ""}, "reason"),
            ({"reason": "  "}, "reason"),
            ({"reason": "x" * 5001}, "reason"),
            ({"reason": "a\u202eb"}, "reason"),
            ({"controls": ""}, "controls"),
            ({"controls": " \n \n"}, "controls"),
            ({"controls": "x" * 501}, "controls"),
            ({"expires_on": ""}, "expires_on"),
            ({"expires_on": "soon"}, "expires_on"),
            ({"expires_on": "2026-02-30"}, "expires_on"),
            ({"expires_on": "2020-01-01"}, "expires_on"),
            ({"expires_on": "2029-01-01"}, "expires_on"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_kept(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        page = client_of("owner").post(asking(world), good(**sent))
        assert list(errors_of(page)) == [field]
        assert "A pilot ends soon" in page.content.decode() or field == "reason"
        assert not entries_since(before)

    def test_a_second_one_is_refused_with_the_way_to_the_first(self, world: World, client_of: ClientOf) -> None:
        client = client_of("owner")
        client.post(asking(world), good())
        page = client.post(asking(world), good())
        assert "__all__" in errors_of(page)
        assert f'href="/waivers/{Waiver.objects.latest("created_at").id}"' in page.content.decode()

    def test_a_rule_that_cannot_be_waived_says_so(self, world: World, client_of: ClientOf) -> None:
        finding = Finding.objects.get(use=world.ours.use, rule_code=RULES[1])
        with change(SETUP, "tests.fill"):
            Finding.objects.filter(id=finding.id).update(waivable=False)
        page = client_of("owner").post(asking(world), good())
        assert "cannot be waived" in errors_of(page)["__all__"][0]


class TestDeciding:
    def test_an_approval_lets_the_use_pass_the_rule_at_once(self, world: World, client_of: ClientOf) -> None:
        client, path = client_of("approver"), f"/waivers/{world.ours.rows['waiver_id']}"
        before = newest()
        answer = client.post(path, {"reason": "The pilot is small", "decision": "approve"}, follow=True)
        assert "The waiver is approved." in main_of(answer)
        finding = Finding.objects.get(id=world.ours.rows["finding_id"])
        assert finding.status == Finding.Status.WAIVED
        entries = entries_since(before)
        assert {entry.action for entry in entries if entry.actor_kind == "user"} == {"waiver.approve"}
        assert entries[0].reason == "The pilot is small"
        verdict = CurrentVerdict.objects.get(use=world.ours.use)
        assert verdict.decision != "block"

    @pytest.mark.parametrize(("decision", "state"), [("refuse", "refused"), ("withdraw", "withdrawn")])
    def test_other_decisions(self, world: World, client_of: ClientOf, decision: str, state: str) -> None:
        path = f"/waivers/{world.ours.rows['waiver_id']}"
        answer = client_of("approver").post(path, {"reason": "No", "decision": decision}, follow=True)
        assert Waiver.objects.get(id=world.ours.rows["waiver_id"]).state == state
        assert "<textarea" not in answer.content.decode()

    def test_nobody_decides_on_their_own(self, world: World, client_of: ClientOf) -> None:
        owner = world.people["owner"]
        accounts.grant_role(actor=SETUP, user=owner, role="approver")
        client, path = client_of("owner"), f"/waivers/{world.ours.rows['waiver_id']}"
        shown = main_of(client.get(path))
        assert "Approve" not in shown
        assert "Withdraw" in shown
        before = newest()
        answer = client.post(path, {"reason": "Mine", "decision": "approve"})
        assert answer.status_code == 403
        assert "Nobody decides on a waiver they asked for" in main_of(answer)
        assert not entries_since(before)
        assert client.post(path, {"reason": "Changed my mind", "decision": "withdraw"}).status_code == 302

    def test_a_decision_needs_a_reason_and_a_button(self, world: World, client_of: ClientOf) -> None:
        client, path = client_of("approver"), f"/waivers/{world.ours.rows['waiver_id']}"
        before = newest()
        assert list(errors_of(client.post(path, {"reason": "", "decision": "approve"}))) == ["reason"]
        for button in ("", "delete", "<script>"):
            assert client.post(path, {"reason": "because", "decision": button}).status_code == 422
        assert not entries_since(before)

    def test_a_second_decision_comes_too_late(self, world: World, client_of: ClientOf) -> None:
        client, path = client_of("approver"), f"/waivers/{world.ours.rows['waiver_id']}"
        client.post(path, {"reason": "Yes", "decision": "approve"})
        page = client.post(path, {"reason": "No", "decision": "refuse"})
        assert "is approved already" in errors_of(page)["__all__"][0]
        assert Waiver.objects.get(id=world.ours.rows["waiver_id"]).state == "approved"

    def test_words_are_text(self, world: World, client_of: ClientOf) -> None:
        client_of("owner").post(asking(world), good(reason=NASTY, controls=NASTY))
        waiver = Waiver.objects.latest("created_at")
        for address in (
            f"/waivers/{waiver.id}",
            "/waivers",
            f"/findings/{waiver.finding_id}",
            f"/uses/{world.ours.use.id}",
        ):
            assert "<script>alert" not in client_of("officer").get(address).content.decode()
