"""Reviews: who completes them, what they leave behind, and which are due."""

import datetime as dt
from typing import Any

import pytest

from apps.accounts.roles import Role
from apps.audit.selectors import history
from apps.core.clock import today
from apps.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WeighbridgeError
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.policy.evaluation import judge_due, judge_uses
from apps.policy.models import CurrentVerdict
from apps.registry.models import Use
from apps.registry.services import retire_use
from apps.reviews.models import Review
from apps.reviews.selectors import due_reviews, reviews
from apps.reviews.services import complete_review
from tests.making import SETUP, a_policy, a_rule, a_team, a_use, an_actor, officer, state

pytestmark = pytest.mark.django_db

OVERDUE = a_rule("T-REVIEW", "!has(use_case.next_review) || days_until(use_case.next_review) < 0", gate="review")


def due_in(days: int, **more: Any) -> Use:
    use = a_use(**more)
    day = today() + dt.timedelta(days=days)
    state("use_case", use.use_case_id, next_review=day.isoformat())
    return use


def complete(use: Use, **more: Any) -> Review:
    said = {"actor": officer(), "conclusion": "confirmed", "next_review": today() + dt.timedelta(days=180)}
    return complete_review(use=use, **{**said, **more})


class TestCompleting:
    def test_a_review_keeps_the_verdict_in_front_of_the_reviewer_and_sets_the_next_date(self) -> None:
        a_policy(OVERDUE)
        use = due_in(-3)
        judge_uses(actor=SETUP)
        actor = officer()
        review = complete(use, actor=actor, note="Looked at the contract.")
        verdict = CurrentVerdict.objects.get(use=use)
        assert (review.decision, review.evaluation, review.reviewer_id) == (
            "review",
            verdict.evaluation,
            actor.user_id,
        )
        subject = SubjectRef("use_case", use.use_case_id)
        fact = current_facts([subject])[subject]["next_review"]
        assert (fact.value, fact.state) == (review.next_review.isoformat(), "verified")
        assert Use.objects.get(id=use.id).use_case.next_review == review.next_review
        assert {entry.action for entry in history([review.id, use.use_case_id]).exclude(action="use.register")} >= {
            "review.complete"
        }

    def test_it_has_the_use_judged_again(self) -> None:
        a_policy(OVERDUE)
        use = due_in(-3)
        judge_uses(actor=SETUP)
        complete(use)
        assert judge_due(actor=SETUP) == 1
        row = CurrentVerdict.objects.get(use=use)
        assert (row.decision, row.next_change_on) == ("pass", today() + dt.timedelta(days=181))

    def test_before_anything_was_judged_there_is_no_verdict_to_keep(self) -> None:
        review = complete(a_use())
        assert (review.evaluation, review.decision) == (None, "")

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"conclusion": "fine"}, "/conclusion"),
            ({"conclusion": "changes_needed"}, "/note"),
            ({"conclusion": "end_use", "note": " "}, "/note"),
            ({"note": "x" * 5001}, "/note"),
            ({"days": 0}, "/next_review"),
            ({"days": -1}, "/next_review"),
            ({"days": 3 * 366 + 1}, "/next_review"),
        ],
    )
    def test_wrong_reviews(self, fields: dict[str, Any], where: str) -> None:
        use, days = a_use(), fields.pop("days", 30) if "days" in fields else 30
        with pytest.raises(InvalidInput) as refused:
            complete(use, next_review=today() + dt.timedelta(days=days), **fields)
        assert refused.value.errors[0].pointer == where
        assert not Review.objects.exists()

    def test_a_retired_use_is_not_reviewed(self) -> None:
        use = a_use()
        retire_use(actor=SETUP, use=use, reason="off")
        with pytest.raises(Conflict):
            complete(use)


# Who may complete a review of a use of the own team
ROLES: dict[str, type[WeighbridgeError] | None] = {
    Role.ADMINISTRATOR: NotPermitted,
    Role.OFFICER: None,
    Role.APPROVER: None,
    Role.OWNER: None,
    Role.AUDITOR: NotPermitted,
    Role.CI: NotPermitted,
}


@pytest.mark.parametrize("role", Role.values)
def test_who_may(role: str) -> None:
    team = a_team()
    use, actor, refusal = a_use(team), an_actor(role, team=team), ROLES[role]
    if refusal is None:
        assert complete(use, actor=actor).reviewer_id == actor.user_id
    else:
        with pytest.raises(refusal):
            complete(use, actor=actor)


def test_a_stranger_is_told_there_is_none_and_a_machine_reviews_nothing() -> None:
    stranger = an_actor(Role.OWNER, team=a_team())
    for use in (a_use(a_team()), a_use(None)):
        with pytest.raises(NotFound):
            complete(use, actor=stranger)
    with pytest.raises(NotPermitted):
        complete(a_use(), actor=SETUP)


class TestDue:
    def test_the_oldest_comes_first_and_what_has_no_date_or_is_far_or_retired_not_at_all(self) -> None:
        soon, overdue, today_ = due_in(30), due_in(-10), due_in(0)
        due_in(31)
        a_use()
        retired = due_in(-5)
        retire_use(actor=SETUP, use=retired, reason="off")
        assert list(due_reviews(officer())) == [overdue, today_, soon]
        assert list(due_reviews(officer(), within_days=0)) == [overdue, today_]
        assert list(due_reviews(officer(), within_days=0, on=today() - dt.timedelta(days=1))) == [overdue]

    def test_a_team_sees_its_own(self) -> None:
        team = a_team()
        mine = due_in(0, team=team)
        due_in(0, team=a_team())
        owner = an_actor(Role.OWNER, team=team)
        assert list(due_reviews(owner)) == [mine]
        complete(mine)
        complete(a_use(a_team()))
        assert [review.use for review in reviews(owner)] == [mine]
        assert reviews(officer()).count() == 2
        assert not due_reviews(owner).exists()
