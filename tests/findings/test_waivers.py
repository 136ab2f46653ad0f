"""Waivers: asked for by one person, decided by another, for a time."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.audit.selectors import history
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import Conflict, DuplicateFound, InvalidInput, NotFound, NotPermitted, WeighbridgeError
from apps.findings.models import Finding, Waiver
from apps.findings.selectors import waiver_by_id, waivers
from apps.findings.services import approve_waiver, propose_waiver, refuse_waiver, withdraw_waiver
from apps.policy.evaluation import judge_due, judge_uses
from apps.policy.models import CurrentVerdict
from apps.policy.sheets import gather_sheets
from tests.at_once import in_threads
from tests.clock import days_later
from tests.making import SETUP, a_policy, a_rule, a_team, a_use, an_actor, officer, state

ALWAYS = a_rule("T-1", "true")


def a_finding(team: Team | None = None, rule: Any = ALWAYS) -> Finding:
    a_policy(rule)
    use = a_use(team)
    judge_uses(actor=SETUP, use_ids=[use.id])
    return Finding.objects.select_related("use").get(use=use, rule_code=rule.code)


def propose(finding: Finding, actor: Actor | None = None, days: int = 20, **more: Any) -> Waiver:
    asked = {
        "reason": "The contract ends in a month",
        "compensating_controls": ["Inputs are masked", "Weekly sample"],
        "expires_on": today() + dt.timedelta(days=days),
    }
    return propose_waiver(actor=actor or officer(), finding=finding, **{**asked, **more})


def approver() -> Actor:
    return an_actor(Role.APPROVER)


def approved(finding: Finding, days: int = 20) -> Waiver:
    return approve_waiver(actor=approver(), waiver=propose(finding, days=days), reason="Accepted")


def decision(finding: Finding) -> str:
    return CurrentVerdict.objects.get(use_id=finding.use_id).decision


def status(finding: Finding) -> str:
    return Finding.objects.get(id=finding.id).status


@pytest.mark.django_db
class TestLife:
    def test_an_approved_waiver_takes_the_finding_out_of_the_decision_until_its_last_day(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        finding = a_finding()
        waiver = propose(finding, days=20)
        assert (waiver.state, waiver.effective, status(finding), decision(finding)) == (
            "proposed",
            False,
            "open",
            "block",
        )
        person = approver()
        done = approve_waiver(actor=person, waiver=waiver, reason="Accepted")
        assert (done.state, done.effective, done.decided_by_id) == ("approved", True, person.user_id)
        assert judge_due(actor=SETUP) == 1
        assert (status(finding), decision(finding)) == ("waived", "pass")
        assert CurrentVerdict.objects.get().next_change_on == today() + dt.timedelta(days=21)

        days_later(monkeypatch, 20)
        assert judge_due(actor=SETUP) == 0
        days_later(monkeypatch, 21)
        assert judge_due(actor=SETUP) == 1
        assert (status(finding), decision(finding)) == ("open", "block")
        assert judge_due(actor=SETUP) == 0

    def test_a_refused_one_changes_nothing_and_makes_room(self) -> None:
        finding = a_finding()
        refuse_waiver(actor=approver(), waiver=propose(finding), reason="Mend it")
        judge_due(actor=SETUP)
        assert (status(finding), decision(finding)) == ("open", "block")
        assert propose(finding).state == "proposed"

    def test_a_withdrawn_one_counts_no_more(self) -> None:
        finding = a_finding()
        waiver = approved(finding)
        judge_due(actor=SETUP)
        withdraw_waiver(actor=approver(), waiver=waiver, reason="Not needed")
        judge_due(actor=SETUP)
        assert (status(finding), decision(finding)) == ("open", "block")

    def test_whoever_asked_takes_it_back(self) -> None:
        finding = a_finding()
        asker = officer()
        waiver = withdraw_waiver(actor=asker, waiver=propose(finding, asker), reason="A mistake")
        assert (waiver.state, waiver.decided_by) == ("withdrawn", None)

    def test_a_waiver_of_one_use_is_none_of_another(self) -> None:
        first, second = a_finding(), a_finding()
        approved(first)
        judge_due(actor=SETUP)
        assert (decision(first), decision(second)) == ("pass", "block")

    def test_the_journal_has_every_step_with_its_reason(self) -> None:
        waiver = approved(a_finding())
        withdraw_waiver(actor=approver(), waiver=waiver, reason="Mended")
        steps = [(entry.action, entry.reason) for entry in history([waiver.id]).order_by("at")]
        assert steps == [
            ("waiver.propose", "The contract ends in a month"),
            ("waiver.approve", "Accepted"),
            ("waiver.withdraw", "Mended"),
        ]

    def test_the_sheet_of_a_past_moment_has_the_waivers_of_then(self) -> None:
        finding = a_finding()
        before = now()
        waiver = approved(finding)
        during = now()
        withdraw_waiver(actor=approver(), waiver=waiver, reason="Mended")

        def held(moment: dt.datetime | None) -> Any:
            found = gather_sheets([finding.use_id], recorded_at=moment)[0].facts.get("exception.waived_rules")
            return found and found["value"]

        assert (held(before), held(during), held(now()), held(None)) == (None, ["T-1"], None, None)

    def test_the_first_day_that_ends_stands_in_the_sheet(self) -> None:
        a_policy(ALWAYS, a_rule("T-2", "true"))
        use = a_use()
        judge_uses(actor=SETUP, use_ids=[use.id])
        for row, days in zip(Finding.objects.order_by("rule_code"), (30, 10), strict=True):
            approved(row, days=days)
        facts = gather_sheets([use.id])[0].facts
        assert facts["exception.waived_rules"]["value"] == ["T-1", "T-2"]
        assert facts["exception.expires_on"]["value"] == (today() + dt.timedelta(days=10)).isoformat()
        assert facts["exception.compensating_controls"]["value"] == ["Inputs are masked", "Weekly sample"]


@pytest.mark.django_db
class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"reason": ""}, "/reason"),
            ({"reason": "x" * 5001}, "/reason"),
            ({"compensating_controls": []}, "/compensating_controls"),
            ({"compensating_controls": ["Masked", " "]}, "/compensating_controls/1"),
            ({"days": 0}, "/expires_on"),
            ({"days": -1}, "/expires_on"),
            ({"days": 367}, "/expires_on"),
        ],
    )
    def test_wrong_requests(self, fields: dict[str, Any], where: str) -> None:
        finding = a_finding()
        with pytest.raises(InvalidInput) as refused:
            propose(finding, **fields)
        assert refused.value.errors[0].pointer == where
        assert not Waiver.objects.exists()

    @pytest.mark.parametrize("days", [1, 366])
    def test_the_shortest_and_the_longest(self, days: int) -> None:
        assert propose(a_finding(), days=days).expires_on == today() + dt.timedelta(days=days)

    def test_what_its_rule_does_not_let_be_waived(self) -> None:
        with pytest.raises(Conflict):
            propose(a_finding(rule=a_rule("T-HARD", "true", waivable=False)))

    def test_what_is_resolved(self) -> None:
        finding = a_finding(rule=a_rule("T-1", "!has(deployment.retention_days)"))
        state("deployment", finding.use.deployment_id, retention_days=1)
        judge_due(actor=SETUP)
        with pytest.raises(Conflict):
            propose(finding)

    def test_a_second_one_beside_one_that_lives(self) -> None:
        finding = a_finding()
        waiver = propose(finding)
        with pytest.raises(DuplicateFound) as refused:
            propose(finding)
        assert refused.value.existing == str(waiver.id)
        approve_waiver(actor=approver(), waiver=waiver, reason="Accepted")
        with pytest.raises(DuplicateFound):
            propose(finding)

    @pytest.mark.parametrize("decided", [True, False])
    def test_one_whose_day_is_past_makes_room(self, decided: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        finding = a_finding()
        old = approved(finding, days=5) if decided else propose(finding, days=5)
        days_later(monkeypatch, 6)
        judge_due(actor=SETUP)
        new = propose(finding)
        old.refresh_from_db()
        assert (old.state, new.state) == ("withdrawn", "proposed")

    def test_a_request_whose_day_is_past_is_refused_and_not_approved(self, monkeypatch: pytest.MonkeyPatch) -> None:
        waiver = propose(a_finding(), days=5)
        days_later(monkeypatch, 6)
        with pytest.raises(Conflict):
            approve_waiver(actor=approver(), waiver=waiver, reason="Accepted")
        assert refuse_waiver(actor=approver(), waiver=waiver, reason="Too late").state == "refused"

    def test_nothing_is_decided_twice(self) -> None:
        waiver = approved(a_finding())
        for decide in (approve_waiver, refuse_waiver):
            with pytest.raises(Conflict):
                decide(actor=approver(), waiver=waiver, reason="Again")
        withdraw_waiver(actor=approver(), waiver=waiver, reason="Over")
        with pytest.raises(Conflict):
            withdraw_waiver(actor=approver(), waiver=waiver, reason="Again")

    def test_a_rule_that_has_become_hard_voids_its_waivers(self) -> None:
        finding = a_finding()
        other = a_finding()
        asked, granted = propose(finding), approved(other)
        a_policy(a_rule("T-1", "true", waivable=False))
        judge_uses(actor=SETUP)
        assert granted.effective
        assert (decision(finding), decision(other), status(other)) == ("block", "block", "open")
        with pytest.raises(Conflict):
            approve_waiver(actor=approver(), waiver=asked, reason="Accepted")


def _refusal(work: Callable[[], object]) -> type[WeighbridgeError] | None:
    try:
        work()
    except WeighbridgeError as error:
        return type(error)
    return None


# Who: (may ask for a waiver of a use of the own team, may approve one that somebody else asked for)
ROLES: dict[str, tuple[type[WeighbridgeError] | None, type[WeighbridgeError] | None]] = {
    Role.ADMINISTRATOR: (NotPermitted, NotPermitted),
    Role.OFFICER: (None, NotPermitted),
    Role.APPROVER: (NotPermitted, None),
    Role.OWNER: (None, NotPermitted),
    Role.AUDITOR: (NotPermitted, NotPermitted),
    Role.CI: (NotPermitted, NotPermitted),
}


@pytest.mark.django_db
class TestWhoMay:
    def test_every_role_is_in_the_table(self) -> None:
        assert set(ROLES) == set(Role.values)

    @pytest.mark.parametrize("role", ROLES)
    def test_asking_and_deciding(self, role: str) -> None:
        team = a_team()
        finding, actor = a_finding(team), an_actor(role, team=team)
        asks, decides = ROLES[role]
        assert _refusal(lambda: propose(finding, actor)) is asks
        waiver = Waiver.objects.first() or propose(finding)
        other = waiver if waiver.requested_by_id != actor.user_id else propose(a_finding(team))
        assert _refusal(lambda: approve_waiver(actor=actor, waiver=other, reason="Accepted")) is decides

    def test_nobody_decides_on_what_they_asked_for(self) -> None:
        both = an_actor(Role.OFFICER, Role.APPROVER)
        waiver = propose(a_finding(), both)
        for decide in (approve_waiver, refuse_waiver):
            with pytest.raises(NotPermitted):
                decide(actor=both, waiver=waiver, reason="I agree with myself")
        assert withdraw_waiver(actor=both, waiver=waiver, reason="Well then").state == "withdrawn"

    def test_machines_neither_ask_nor_decide(self) -> None:
        finding = a_finding()
        with pytest.raises(NotPermitted):
            propose(finding, SETUP)
        with pytest.raises(NotPermitted):
            approve_waiver(actor=SETUP, waiver=propose(finding), reason="Automatically")

    def test_a_stranger_is_told_there_is_none(self) -> None:
        finding, stranger = a_finding(a_team()), an_actor(Role.OWNER, team=a_team())
        with pytest.raises(NotFound):
            propose(finding, stranger)
        with pytest.raises(NotFound):
            propose(a_finding(None), stranger)
        waiver = propose(finding)
        assert not waivers(stranger).exists()
        with pytest.raises(NotFound):
            waiver_by_id(stranger, waiver.id)
        with pytest.raises(NotPermitted):
            withdraw_waiver(actor=stranger, waiver=waiver, reason="Away")
        assert list(waivers(officer())) == [waiver]

    def test_the_database_refuses_one_pair_of_eyes(self) -> None:
        waiver = propose(a_finding())
        waiver.state, waiver.decided_by = Waiver.State.APPROVED, waiver.requested_by
        with pytest.raises(IntegrityError, match="waiver_two_people"), change(SETUP, "test.cheat"):
            waiver.save()


@pytest.mark.usefixtures("committed_db")
def test_two_requests_at_once_make_one_waiver() -> None:
    finding, people = a_finding(), [officer(), officer(), officer()]
    results = in_threads(*(lambda actor=actor: _refusal(lambda: propose(finding, actor)) for actor in people))
    assert sorted(str(result) for result in results) == sorted([str(None), str(DuplicateFound), str(DuplicateFound)])
    assert Waiver.objects.count() == 1
