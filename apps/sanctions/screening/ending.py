"""Judgements end when what they rest on changes, or when their day comes."""

from apps.core.clock import now
from apps.sanctions.models import Judgement, Match

ALIVE = (Judgement.State.PROPOSED, Judgement.State.IN_FORCE)


def end_judgements(match: Match, *, why: str, state: str = Judgement.State.VOID) -> None:
    """End the judgement of a match that is alive, if there is one. Call it inside a `change`."""
    for judgement in match.judgements.filter(state__in=ALIVE):
        judgement.state, judgement.ended_at, judgement.ended_why = state, now(), why
        judgement.save(update_fields=["state", "ended_at", "ended_why"])
