"""Reads of the outbox, and of what is to be written into it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.core.errors import NotFound
from apps.findings.models import Finding
from apps.notices.digests import HORIZON, ChangedGround, DueReview, LastReview, Person
from apps.notices.models import OutboxMessage
from apps.registry.models import Use
from apps.reviews.models import WAITING, Reopening, Review
from apps.reviews.selectors import due_reviews


def messages(actor: Actor) -> QuerySet[OutboxMessage]:
    """Every message for whoever may read notices; for other people the messages to themselves. Newest first."""
    found = OutboxMessage.objects.select_related("recipient")
    if actor.may("notices.read"):
        return found
    # A token opens what its scopes say and nothing else, not even its holder's mail.
    return found.filter(recipient_id=actor.user_id) if actor.kind == "user" and actor.user_id else found.none()


def message_by_id(actor: Actor, message_id: UUID) -> OutboxMessage:
    """One message. Raises `NotFound` for one that is not in sight, too."""
    found = messages(actor).filter(id=message_id).first()
    if found is None:
        raise NotFound("There is no such message, or it was written to somebody else.")
    return found


def failed(actor: Actor) -> int:
    """How many messages in sight could not be delivered."""
    return messages(actor).filter(state=OutboxMessage.State.FAILED).count()


def reviews_to_ask_for(on: dt.date) -> list[DueReview]:
    """The uses whose review is overdue on a day or due within the horizon, with what a digest says of each."""
    uses = list(
        due_reviews(Actor.system("notices"), within_days=HORIZON.days, on=on).select_related(
            "use_case__deputy", "verdict"
        )
    )
    cases = [use.use_case for use in uses]
    people = _people(key for case in cases for key in (case.owner_id, case.deputy_id, case.approver_id))
    changed = _changed([use.id for use in uses])
    last = _last_reviews([use.id for use in uses])
    return [_due(use, people, last.get(use.id), changed.get(use.id, ()), on) for use in uses]


def officers() -> list[Person]:
    """The compliance officers: they are asked where nobody else answers, and they know whom to ask."""
    found = _reachable().filter(grants__role=Role.OFFICER).distinct().order_by("name", "email")
    return [_person(user) for user in found]


def _due(
    use: Use, people: dict[UUID, User], last: LastReview | None, changed: Sequence[ChangedGround], on: dt.date
) -> DueReview:
    verdict = getattr(use, "verdict", None)
    return DueReview(
        use_id=use.id,
        name=one_line(use.name),
        model=one_line(use.deployment.release.model.name),
        decision=verdict.decision if verdict else "",
        due_on=use.use_case.next_review or on,
        owner=_answering(people, use.use_case.owner_id, use),
        deputy=_answering(people, use.use_case.deputy_id, use),
        last=last,
        changed=tuple(changed),
        approver=_answering(people, use.use_case.approver_id, use),
    )


def _answering(people: dict[UUID, User], user_id: UUID | None, use: Use) -> Person | None:
    """Whoever is active and may still see and review the use: a mail tells nobody what the page would refuse."""
    user = people.get(user_id) if user_id else None
    if user is None:
        return None
    actor = actor_for(user)
    sees = actor.sees_all or use.team_id in actor.team_ids
    return _person(user) if sees and actor.may("reviews.complete", team_id=use.team_id) else None


def _reachable() -> QuerySet[User]:
    return User.objects.filter(is_active=True, kind=User.Kind.PERSON)


def _people(ids: Iterable[UUID | None]) -> dict[UUID, User]:
    wanted = {user_id for user_id in ids if user_id}
    return {user.id: user for user in _reachable().filter(id__in=wanted).prefetch_related("grants")}


def _changed(use_ids: Sequence[UUID]) -> dict[UUID, list[ChangedGround]]:
    found: dict[UUID, list[ChangedGround]] = defaultdict(list)
    rows = Reopening.objects.filter(use_id__in=use_ids, state__in=WAITING).select_related("change")
    for row in rows.order_by("opened_at", "id"):
        found[row.use_id].append(ChangedGround(row.change.kind, one_line(row.change.about), row.opened_at.date()))
    return found


def _last_reviews(use_ids: Sequence[UUID]) -> dict[UUID, LastReview]:
    opened: dict[UUID, list[dt.datetime]] = defaultdict(list)
    open_findings = Finding.objects.filter(use_id__in=use_ids, status=Finding.Status.OPEN)
    for use_id, moment in open_findings.values_list("use_id", "opened_at"):
        opened[use_id].append(moment)
    reviews = Review.objects.filter(use_id__in=use_ids).order_by("use_id", "-reviewed_at").distinct("use_id")
    return {
        review.use_id: LastReview(
            on=review.reviewed_at.date(),
            decision=review.decision,
            findings_since=sum(moment > review.reviewed_at for moment in opened[review.use_id]),
        )
        for review in reviews
    }


def _person(user: User) -> Person:
    return Person(user.id, one_line(user.name), user.email, user.language)


def one_line(text: str) -> str:
    """`text` without line breaks: a name can neither begin a new header of a mail nor a new paragraph."""
    return " ".join(text.split())
