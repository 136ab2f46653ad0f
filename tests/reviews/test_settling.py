"""Changes are settled by people: approved again by somebody else than the owner, or not material by two."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core.clock import today
from apps.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from apps.policy.evaluation import judge_due
from apps.policy.models import CurrentVerdict
from apps.registry.models import Use
from apps.reviews.models import ApprovalSnapshot, Change, Reopening
from apps.reviews.selectors import change_by_id, snapshot_of
from apps.reviews.settling import agree_not_material, approve_again, propose_not_material, refuse_not_material
from tests.at_once import in_threads
from tests.making import SETUP, a_release, a_team, a_user, an_actor, officer, state
from tests.reviews.changing import TEXT, a_policy_in_force, an_approved_use, approve, bring, compared, waiting

OTHER = TEXT.replace("100", "50")


@pytest.fixture
def policy(db: None) -> None:
    a_policy_in_force()


def changed(**more: Any) -> tuple[Use, Change]:
    use = an_approved_use(**more)
    bring(use, OTHER)
    return use, compared()[-1]


def review_day(use: Use) -> Any:
    return Use.objects.get(id=use.id).use_case.next_review


@pytest.mark.usefixtures("policy")
class TestApprovingAgain:
    def test_makes_what_is_now_what_is_approved_and_restores_the_day_of_review(self) -> None:
        use, change = changed()
        assert review_day(use) == today()
        actor = officer()
        (row,) = approve_again(actor=actor, change_=change, reason="Counsel has read it.")
        assert (row.state, row.settled_by_id, row.reason) == ("approved", actor.user_id, "Counsel has read it.")
        snapshot = snapshot_of(use)
        assert snapshot is not None
        assert (snapshot.basis, snapshot.approved_on, snapshot.review_before) == ("again", today(), None)
        assert review_day(use) > today()
        judge_due(actor=SETUP)
        assert CurrentVerdict.objects.get(use=use).evaluation.outcomes["WB-T-006"]["outcome"] == "pass"
        assert compared() == [change]
        assert waiting(use) == []

    def test_what_was_approved_before_is_a_change_again_when_it_comes_back(self) -> None:
        use, change = changed()
        approve_again(actor=officer(), change_=change, reason="Read.")
        bring(use, TEXT)
        assert len(compared()) == 2
        assert len(waiting(use)) == 1

    def test_not_by_the_owner(self) -> None:
        team = a_team()
        owner = a_user(Role.OWNER, team=team)
        use, change = changed(team=team)
        state("use_case", use.use_case_id, owner=str(owner.id))
        from apps.accounts.selectors import actor_for

        with pytest.raises(NotPermitted):
            approve_again(actor=actor_for(owner), change_=change, reason="Mine.")
        approve_again(actor=an_actor(Role.OWNER, team=team), change_=change, reason="A mate's.")

    def test_only_the_uses_that_are_named(self) -> None:
        release = a_release()
        first, second = an_approved_use(release=release), an_approved_use(text="", release=release)
        bring(first, OTHER)
        (change,) = compared()
        approve_again(actor=officer(), change_=change, reason="Read.", uses=[first])
        assert (waiting(first), len(waiting(second))) == ([], 1)
        with pytest.raises(Conflict):
            approve_again(actor=officer(), change_=change, reason="Read.", uses=[first])

    def test_one_of_two_changes_leaves_the_review_due(self) -> None:
        use, change = changed()
        state("release", use.deployment.release_id, licence_declared="other/own")
        compared()
        approve_again(actor=officer(), change_=change, reason="Read.")
        assert review_day(use) == today()
        assert len(waiting(use)) == 1
        with pytest.raises(Conflict):
            approve(use)


@pytest.mark.usefixtures("policy")
class TestNotMaterial:
    def test_takes_two_people(self) -> None:
        use, change = changed()
        first, second = officer(), an_actor(Role.APPROVER)
        (row,) = propose_not_material(actor=first, change_=change, reason="A typing error.")
        assert (row.state, row.proposed_by_id) == ("proposed", first.user_id)
        with pytest.raises(NotPermitted):
            agree_not_material(actor=first, change_=change)
        (row,) = agree_not_material(actor=second, change_=change, reason="So it is.")
        assert (row.state, row.settled_by_id, row.reason) == (
            "not_material",
            second.user_id,
            "A typing error.\nSo it is.",
        )
        snapshot = snapshot_of(use)
        assert snapshot is not None
        assert snapshot.basis == "not_material"
        assert compared() == [change]
        assert waiting(use) == []
        assert review_day(use) > today()

    def test_a_refused_proposal_leaves_it_open(self) -> None:
        use, change = changed()
        propose_not_material(actor=officer(), change_=change, reason="A typing error.")
        (row,) = refuse_not_material(actor=officer(), change_=change, reason="It halves what we may do.")
        assert (row.state, row.proposed_by) == ("open", None)
        assert len(waiting(use)) == 1
        with pytest.raises(Conflict):
            agree_not_material(actor=officer(), change_=change)

    @pytest.mark.parametrize("way", [approve_again, propose_not_material])
    def test_a_reason_is_asked_for(self, way: Callable[..., list[Reopening]]) -> None:
        _use, change = changed()
        with pytest.raises(InvalidInput) as refused:
            way(actor=officer(), change_=change, reason=" ")
        assert refused.value.errors[0].pointer == "/reason"


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("role", Role.values)
def test_who_may(role: str) -> None:
    team = a_team()
    _use, change = changed(team=team)
    actor = an_actor(role, team=team)
    if role in (Role.OFFICER, Role.APPROVER, Role.OWNER):
        assert approve_again(actor=actor, change_=change, reason="Read.")
    else:
        with pytest.raises(NotPermitted):
            approve_again(actor=actor, change_=change, reason="Read.")


@pytest.mark.usefixtures("policy")
def test_a_stranger_sees_nothing_and_a_machine_settles_nothing() -> None:
    _use, change = changed(team=a_team())
    stranger = an_actor(Role.OWNER, team=a_team())
    with pytest.raises(NotFound):
        change_by_id(stranger, change.id)
    with pytest.raises(Conflict):
        approve_again(actor=stranger, change_=change, reason="Read.")
    with pytest.raises(NotPermitted):
        approve_again(actor=SETUP, change_=change, reason="Read.")


@pytest.mark.usefixtures("committed_db")
def test_two_who_settle_at_once_settle_once_and_two_judges_note_it_once() -> None:
    a_policy_in_force()
    use = an_approved_use()
    bring(use, OTHER)
    in_threads(*[lambda: judge_due(actor=Actor.system("test"))] * 3)
    (change,) = Change.objects.all()
    assert Reopening.objects.count() == 1
    people = [officer(), officer(), officer()]

    def settled(actor: Actor) -> int:
        try:
            return len(approve_again(actor=actor, change_=change, reason="Read."))
        except Conflict:
            return 0

    assert sorted(in_threads(*[lambda actor=actor: settled(actor) for actor in people])) == [0, 0, 1]  # type: ignore[misc]
    assert ApprovalSnapshot.objects.filter(use=use, superseded_at__isnull=True).count() == 1
    assert ApprovalSnapshot.objects.count() == 2
