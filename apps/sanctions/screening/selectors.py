"""Reads of screenings, matches and judgements."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, Prefetch, Q, QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.parties.models import Party
from apps.sanctions.models import Judgement, Match, PartyStanding, Screening, ScreeningRun

LEFT_OUT = Q(kind=Party.Kind.GROUP, principal__isnull=False)
"""Groups for which a legal entity stands: they are compared through that entity."""
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


def results_by(party_id: UUID, moment: dt.datetime) -> QuerySet[Screening]:
    """The results of one party that have a row of their own, by runs that were done at a moment, newest first."""
    done = Q(run__state=ScreeningRun.State.DONE, run__finished_at__lte=moment)
    rows = Screening.objects.filter(done, party_id=party_id).select_related("run__version__source")
    return rows.order_by("-run__created_at", "-id")


@dataclass(frozen=True)
class Evidence:
    """What is on record for one party up to a moment."""

    last: Screening | None
    """Its newest result that has a row of its own."""
    since: list[ScreeningRun]
    """Later runs over everybody, newest first: none of them found anything else for this party. Each carries `stale`:
    whether a list was too old for "nothing found"."""
    judgements: list[Judgement]
    """Every judgement of its matches that was made by then, newest first."""

    @property
    def covered_by(self) -> ScreeningRun | None:
        """The newest run that counts for the party."""
        return self.since[0] if self.since else self.last.run if self.last else None


def evidence_of(party_id: UUID, moment: dt.datetime) -> Evidence:
    """What was checked of a party when, against what, with what result, as it was known at a moment. Three queries."""
    last = results_by(party_id, moment).first()
    judged = Judgement.objects.filter(match__party_id=party_id, created_at__lte=moment)
    people = judged.select_related("match", "proposed_by", "decided_by").order_by("-created_at", "-id")
    return Evidence(last=last, since=_since(party_id, last, moment) if last else [], judgements=list(people))


def _since(party_id: UUID, last: Screening, moment: dt.datetime) -> list[ScreeningRun]:
    """Later runs over everybody, without the versions of their lists; a group that is left out is in none of them."""
    stale = ExpressionWrapper(Q(lists__contains=[{"stale": True}]) | Q(lists=[]), output_field=BooleanField())
    covering = ScreeningRun.objects.filter(
        everybody=True,
        state=ScreeningRun.State.DONE,
        finished_at__lte=moment,
        created_at__gt=last.run.created_at,
    ).exclude(Exists(Party.objects.filter(LEFT_OUT, id=party_id)))
    rows = covering.annotate(stale=stale).defer("lists").select_related("version__source")
    return list(rows.order_by("-created_at", "-id"))
