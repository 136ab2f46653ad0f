"""Reads of screenings, matches and judgements."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.sanctions.models import Judgement, Match, PartyStanding, Screening, ScreeningRun

_ALIVE = (Judgement.State.PROPOSED, Judgement.State.IN_FORCE)


def matches() -> QuerySet[Match]:
    """Every match with its party, its entry and the judgement that is alive (as `living`, a list of at most one)."""
    living = Judgement.objects.filter(state__in=_ALIVE).select_related("proposed_by", "decided_by")
    return Match.objects.select_related("party", "entry", "entry__source").prefetch_related(
        Prefetch("judgements", queryset=living, to_attr="living")
    )


def match_by_id(match_id: UUID) -> Match:
    """One match with everything that was ever said of it. Raises `NotFound`."""
    people = Judgement.objects.select_related("proposed_by", "decided_by")
    found = (
        Match.objects.select_related("party", "entry", "entry__source", "first_run", "last_run")
        .prefetch_related(Prefetch("judgements", queryset=people))
        .filter(id=match_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such match.")
    return found


def matches_of(party_ids: Iterable[UUID]) -> QuerySet[Match]:
    """The matches of parties that are not gone, the nearest first."""
    return matches().filter(party_id__in=list(party_ids)).exclude(state=Match.State.GONE)


def runs_in_sight(actor: Actor) -> QuerySet[ScreeningRun]:
    """Runs, newest first: all for those who may read screenings, for others those they asked for themselves."""
    found = ScreeningRun.objects.order_by("-created_at", "-id")
    if actor.may("screening.read"):
        return found
    actor.require("screening.run")
    return found.filter(requested_by=actor.user_id) if actor.user_id else found.none()


def run_by_id(actor: Actor, run_id: UUID) -> ScreeningRun:
    """One run in sight. Raises `NotFound`."""
    found = runs_in_sight(actor).filter(id=run_id).first()
    if found is None:
        raise NotFound("There is no such screening.")
    return found


def results_of(run: ScreeningRun) -> QuerySet[Screening]:
    """The results of a run that have a row of their own."""
    return run.screenings.select_related("party")


def standings_of(party_ids: Iterable[UUID]) -> dict[UUID, PartyStanding]:
    """How parties stood when they were last compared, by party; one that never was is absent. One query."""
    found = PartyStanding.objects.filter(party_id__in=list(party_ids)).select_related("run")
    return {standing.party_id: standing for standing in found}


@dataclass(frozen=True)
class Evidence:
    """What is on record for one party up to a moment."""

    last: Screening | None
    """Its newest result that has a row of its own."""
    since: list[ScreeningRun]
    """Later runs over everybody: none of them found anything else for this party."""
    judgements: list[Judgement]
    """Every judgement of its matches that was made by then, newest first."""

    @property
    def covered_by(self) -> ScreeningRun | None:
        """The newest run that counts for the party."""
        return self.since[0] if self.since else self.last.run if self.last else None


def evidence_of(party_id: UUID, moment: dt.datetime) -> Evidence:
    """What was checked of a party when, against what, with what result, as it was known at a moment. Three queries."""
    done = Q(run__state=ScreeningRun.State.DONE, run__finished_at__lte=moment)
    rows = Screening.objects.filter(done, party_id=party_id).select_related("run")
    last = rows.order_by("-run__created_at", "-id").first()
    since: list[ScreeningRun] = []
    if last is not None:
        covering = ScreeningRun.objects.filter(
            everybody=True,
            state=ScreeningRun.State.DONE,
            finished_at__lte=moment,
            created_at__gt=last.run.created_at,
        )
        since = list(covering.order_by("-created_at"))
    judged = Judgement.objects.filter(match__party_id=party_id, created_at__lte=moment)
    people = judged.select_related("match", "proposed_by", "decided_by")
    return Evidence(last=last, since=since, judgements=list(people.order_by("-created_at", "-id")))
