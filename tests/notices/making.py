"""Uses whose review is due."""

import datetime as dt
from typing import Any

from apps.accounts.models import Team, User
from apps.notices.models import OutboxMessage
from apps.notices.services import write_review_digests
from apps.registry.models import Use
from apps.registry.services import FactInput
from tests.making import SETUP, a_team, a_use, a_user
from tests.notices.conftest import TUESDAY


def due_use(
    owner: User | None = None,
    *,
    in_days: int | None = 0,
    deputy: User | None = None,
    team: Team | None = None,
    **more: Any,
) -> Use:
    """A use whose review is due so many days after the Tuesday, in the owner's team unless another is named."""
    people = {"owner": owner, "deputy": deputy}
    facts = [FactInput(field=name, value=str(user.id)) for name, user in people.items() if user]
    if in_days is not None:
        facts.append(FactInput(field="next_review", value=(TUESDAY + dt.timedelta(days=in_days)).isoformat()))
    if team is None and owner is not None:
        team = owner.grants.get().team
    return a_use(team, use_case_facts=facts, **more)


def an_owner(team: Team | None = None, **more: Any) -> User:
    """Somebody who owns models in a team of their own or in `team`."""
    return a_user("owner", team=team or a_team(), **more)


def written() -> list[OutboxMessage]:
    """What stands in the outbox after the digests were written."""
    write_review_digests(actor=SETUP)
    return list(OutboxMessage.objects.order_by("to_address"))


def written_to(user: User) -> OutboxMessage:
    """The digest for one person, written now."""
    return next(message for message in written() if message.recipient_id == user.id)
