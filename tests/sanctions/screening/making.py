"""Lists in use and parties that were compared with them."""

from typing import Any

from apps.core.changes import change
from apps.parties.models import Party
from apps.sanctions.entries import ListedParty
from apps.sanctions.models import ListSource, ListVersion, Match, PartyStanding, RestrictedPartyList, ScreeningRun
from apps.sanctions.screening import running
from tests.making import SETUP, a_party
from tests.sanctions.lists.making import a_source, in_use, listed

BLOCKING = "TEST-BLOCKING"
EXPORT = "TEST-EXPORT"


def say_what_lists_mean() -> None:
    """The legal effect of the two lists."""
    words = {"authority_en": "Authority", "authority_de": "Behörde", "meaning_en": "Means", "meaning_de": "Bedeutet"}
    with change(SETUP, "tests.fill"):
        for key, effect in ((BLOCKING, "blocking"), (EXPORT, "export-restriction")):
            RestrictedPartyList(key=key, title=key, effect_class=effect, **words).save()


def screened(*parties: Party, reason: str = ScreeningRun.Reason.CHANGE) -> ScreeningRun:
    """Compare parties with what is in use."""
    return running.screen(actor=SETUP, party_ids=[party.id for party in parties], reason=reason)


def everybody(**more: Any) -> ScreeningRun:
    """Compare all parties."""
    more = {"reason": ScreeningRun.Reason.NIGHTLY, "everybody": True, **more}
    return running.screen_everybody(actor=SETUP, run=running.begin_run(actor=SETUP, **more))


def a_list(*entries: ListedParty, list_key: str = BLOCKING) -> tuple[ListSource, ListVersion]:
    """A source that was confirmed just now, with these entries in use."""
    source = a_source("", list_key)
    return source, in_use(source, list(entries) or [listed("1", "Zorvexal Trading House Ltd", list_key=list_key)])


def a_match(score: float | None = None, list_key: str = BLOCKING, name: str = "Quandrexo Maritime Ltd") -> Match:
    """An open match of a party with an entry of a list; with a score of one's choice."""
    a_list(listed("7", name, list_key=list_key), list_key=list_key)
    party = a_party(name)
    screened(party)
    match = Match.objects.get(party=party)
    if score is not None:
        with change(SETUP, "tests.fill"):
            Match.objects.filter(id=match.id).update(score=score)
        match.refresh_from_db()
    return match


def standing(party: Party) -> PartyStanding:
    """How a party stands now."""
    return PartyStanding.objects.get(party=party)
