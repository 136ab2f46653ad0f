"""A party with a past: compared, found, judged by two people, compared again with a new version of a list."""

import datetime as dt
from dataclasses import dataclass

from apps.accounts.roles import Role
from apps.core.clock import now
from apps.parties.models import Party
from apps.sanctions.models import ListSource, ListVersion, Match
from apps.sanctions.screening import deltas, judging
from tests.making import SETUP, a_party, an_actor, officer, state
from tests.sanctions.lists.making import in_use, listed
from tests.sanctions.screening.making import BLOCKING, a_list, everybody, say_what_lists_mean, screened

NAME = "Quandrexo Maritime Ltd"
OTHERS = [listed(str(number), f"Zorvexal Trading House {number}", list_key=BLOCKING) for number in range(20)]
ENTRY = listed("700", NAME, "Quandrexo Shipping", list_key=BLOCKING, countries=("PA",), programmes=("TEST-PROGRAMME",))


@dataclass
class Past:
    """The moments between what happened, in order."""

    party: Party
    source: ListSource
    first: ListVersion
    second: ListVersion
    entered: dt.datetime
    compared: dt.datetime
    """Nothing was found: the entry is not on the list yet."""
    switched: dt.datetime
    """A new version has the entry."""
    proposed: dt.datetime
    """One person says that it is another."""
    decided: dt.datetime
    """The second one agrees."""
    covered: dt.datetime
    """A run over everybody found nothing else."""
    reopened: dt.datetime


def a_past() -> Past:
    """All of it, in one afternoon."""
    say_what_lists_mean()
    party = a_party(NAME)
    state("party", party.id, hq_country="DE")
    entered = now()
    source, first = a_list(*OTHERS)
    screened(party)
    compared = now()
    second = in_use(source, [*OTHERS, ENTRY])
    deltas.screen_version(actor=SETUP, version=second)
    switched = now()
    match = Match.objects.get(party=party)
    judgement = judging.judge(
        actor=officer(), match=match, outcome="different", ground="country-differs", comment="Another company."
    )
    proposed = now()
    judging.decide(actor=an_actor(Role.APPROVER), judgement=judgement, agree=True, comment="Seen the extract.")
    decided = now()
    everybody()
    covered = now()
    judging.reopen(actor=officer(), match=match, reason="New information.")
    return Past(party, source, first, second, entered, compared, switched, proposed, decided, covered, now())
