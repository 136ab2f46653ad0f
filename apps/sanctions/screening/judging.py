"""Judgements of matches: the same or another, by whom, on what ground, and by how many people."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now, today
from apps.core.errors import Conflict, InvalidInput, NotPermitted
from apps.core.text import clean_text
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.sanctions.matching import PROBABLE
from apps.sanctions.models import EffectClass, Judgement, Match, PartyStanding, RestrictedPartyList, Screening
from apps.sanctions.screening.ending import end_judgements
from apps.sanctions.screening.running import counted
from apps.sanctions.screening.versions import usable

CLEARED_FOR = dt.timedelta(days=365)
"""A match that was cleared is looked at again after a year."""


def needs_second_person(match: Match, outcome: str) -> bool:
    """Whether two people decide: clearing a probable match, and confirming one on a list that blocks all dealings."""
    if outcome == Judgement.Outcome.DIFFERENT:
        return match.score >= PROBABLE
    return RestrictedPartyList.objects.filter(key=match.list_key, effect_class=EffectClass.BLOCKING).exists()


def judge(
    *, actor: Actor, match: Match, outcome: str, ground: str, comment: str = "", evidence: str = "", alike: bool = False
) -> Judgement:
    """Say that a match is the same or another; with `alike` of every open one that is identical to it, too.

    Identical are matches of the same party in which the same names were found near each other by the same features.
    Some judgements then await a second person. Raises `InvalidInput` for a ground that does not fit or that wants a
    comment, `Conflict` for a match that is judged already or gone.
    """
    actor.require("sanctions.change")
    person = _person(actor)
    comment, evidence = _clean(outcome, ground, comment, evidence)
    with change(actor, "match.judge", reason=comment):
        one_at_a_time("screening")
        match = Match.objects.select_for_update().get(id=match.id)
        if match.state != Match.State.OPEN or match.judgements.filter(state=Judgement.State.PROPOSED).exists():
            raise Conflict("This match is judged already, awaits a second person, or is gone. Look at it again.")
        made = [_judged(one, person, outcome, ground, comment, evidence) for one in (match, *_alike(match, alike))]
        _settle({one.match.party_id for one in made})
    return made[0]


def waiting_judgement(actor: Actor, match: Match) -> Judgement:
    """The judgement of a match that awaits a second person, for one. Raises `Conflict` when none does."""
    actor.require("sanctions.decide")
    found = match.judgements.filter(state=Judgement.State.PROPOSED).first()
    if found is None:
        raise Conflict("No judgement of this match awaits a second person.")
    return found


def decide(*, actor: Actor, judgement: Judgement, agree: bool, comment: str = "") -> Judgement:
    """The second person agrees or does not; never the first one. Disagreeing needs a comment."""
    actor.require("sanctions.decide")
    person = _person(actor)
    comment = clean_text(comment, pointer="/comment", max_length=5000, required=not agree)
    with change(actor, "match.decide", reason=comment):
        one_at_a_time("screening")
        judgement = Judgement.objects.select_for_update(of=("self",)).select_related("match").get(id=judgement.id)
        if judgement.state != Judgement.State.PROPOSED:
            raise Conflict("This judgement does not await a second person any more.")
        if judgement.proposed_by_id == person.id:
            raise NotPermitted("The second person must be another one than the first.")
        judgement.state = Judgement.State.IN_FORCE if agree else Judgement.State.REFUSED
        judgement.decided_by, judgement.decided_at, judgement.decision_comment = person, now(), comment
        judgement.ended_at = None if agree else now()
        judgement.save(update_fields=["state", "decided_by", "decided_at", "decision_comment", "ended_at"])
        if agree:
            _apply(judgement)
        _settle({judgement.match.party_id})
    return judgement


def reopen(*, actor: Actor, match: Match, reason: str) -> Match:
    """Take a judgement back: the match is open again."""
    actor.require("sanctions.change")
    reason = clean_text(reason, pointer="/reason", max_length=300)
    with change(actor, "match.reopen", reason=reason):
        one_at_a_time("screening")
        match = Match.objects.select_for_update().get(id=match.id)
        if match.state not in (Match.State.SAME, Match.State.DIFFERENT):
            raise Conflict("Only a match that is judged can be opened again.")
        _reopen(match, reason, Judgement.State.VOID)
        _settle({match.party_id})
    return match


def expire_judgements(*, actor: Actor) -> int:
    """Open matches again whose judgement's last day is past; how many there were."""
    past = Judgement.objects.filter(state=Judgement.State.IN_FORCE, expires_on__lt=today())
    ids = list(past.values_list("match_id", flat=True))
    if not ids:
        return 0
    with change(actor, "match.expire"):
        one_at_a_time("screening")
        matches = list(Match.objects.select_for_update().filter(id__in=ids))
        for match in matches:
            _reopen(match, "A year has passed.", Judgement.State.EXPIRED)
        _settle({match.party_id for match in matches})
    return len(matches)


def _reopen(match: Match, why: str, state: str) -> None:
    end_judgements(match, why=why, state=state)
    if match.state != Match.State.GONE:
        match.state = Match.State.OPEN
        match.save(update_fields=["state"])


def _clean(outcome: str, ground: str, comment: str, evidence: str) -> tuple[str, str]:
    if outcome not in Judgement.Outcome.values:
        raise InvalidInput("must be same or different", pointer="/outcome")
    fitting = GROUNDS[outcome]
    if ground not in fitting:
        raise InvalidInput(f"must be one of {', '.join(fitting)}", pointer="/ground")
    comment = clean_text(comment, pointer="/comment", max_length=5000, required=ground == Judgement.Ground.OTHER)
    return comment, clean_text(evidence, pointer="/evidence", max_length=5000, required=False)


_G = Judgement.Ground
GROUNDS = {
    str(Judgement.Outcome.SAME): (_G.IDENTIFIER_EQUAL, _G.DETAILS_EQUAL, _G.SOURCE_SAYS, _G.OTHER),
    str(Judgement.Outcome.DIFFERENT): (
        *(_G.COUNTRY_DIFFERS, _G.KIND_DIFFERS, _G.IDENTIFIER_DIFFERS, _G.BIRTH_DIFFERS, _G.NAME_DIFFERS),
        *(_G.BUSINESS_DIFFERS, _G.SOURCE_SAYS, _G.OTHER),
    ),
}
"""Which grounds fit which outcome."""


def alike(match: Match) -> QuerySet[Match]:
    """The other open matches that are identical to one: same party and names, near each other by the same features."""
    return Match.objects.filter(
        party_id=match.party_id,
        state=Match.State.OPEN,
        asked_digest=match.asked_digest,
        algorithm=match.algorithm,
        matched_names=match.matched_names,
        features=match.features,
    ).exclude(id=match.id)


def _alike(match: Match, wanted: bool) -> Iterable[Match]:
    if not wanted:
        return ()
    free = alike(match).exclude(judgements__state=Judgement.State.PROPOSED)
    return list(free.select_for_update(of=("self",)))


def _judged(match: Match, person: User, outcome: str, ground: str, comment: str, evidence: str) -> Judgement:
    second = needs_second_person(match, outcome)
    judgement = Judgement(
        match=match,
        outcome=outcome,
        ground=ground,
        comment=comment,
        evidence=evidence,
        state=Judgement.State.PROPOSED if second else Judgement.State.IN_FORCE,
        proposed_by=person,
        decided_at=None if second else now(),
        expires_on=today() + CLEARED_FOR if outcome == Judgement.Outcome.DIFFERENT else None,
    )
    judgement.save()
    if not second:
        _apply(judgement)
    return judgement


def _apply(judgement: Judgement) -> None:
    same = judgement.outcome == Judgement.Outcome.SAME
    match = judgement.match
    match.state = Match.State.SAME if same else Match.State.DIFFERENT
    match.save(update_fields=["state"])


def _settle(party_ids: set[UUID]) -> None:
    """Bring the standing of parties up to what their matches say now, and tell who reads it."""
    for standing in PartyStanding.objects.select_for_update().select_related("run").filter(party_id__in=party_ids):
        found = Match.objects.filter(party_id=standing.party_id).exclude(state=Match.State.GONE)
        values = counted(found)
        standing.open_matches, standing.listed_on = values["open_matches"], values["listed_on"]
        if values["open_matches"] or values["listed_on"]:
            standing.result = Screening.Result.MATCHES
        else:
            standing.result = Screening.Result.CLEAN if usable(standing.run.lists) else Screening.Result.UNKNOWN
        standing.save(update_fields=["open_matches", "listed_on", "result"])
    facts_changed.send(sender=Match, subjects={SubjectRef("party", key) for key in party_ids})


def _person(actor: Actor) -> User:
    if actor.user_id is None:
        raise NotPermitted("Only a person judges a match.")
    return User.objects.get(id=actor.user_id)
