"""What was known of one party at a moment, as it was known then and not as it turned out later."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from apps.parties.models import Party
from apps.parties.selectors import party_by_id
from apps.sanctions.models import (
    Band,
    Entry,
    Judgement,
    ListSource,
    Match,
    RestrictedPartyList,
    Screening,
    ScreeningRun,
)
from apps.sanctions.screening.ending import ALIVE
from apps.sanctions.screening.selectors import Evidence, evidence_of
from apps.sanctions.screening.versions import usable
from apps.sanctions.speaking import ending_in_words

NIGHTLY = dt.timedelta(hours=36)
"""Everybody is compared every night: after this time without a run somebody should be told."""
WORST_FIRST = ("confirmed", "open-probable", "open-possible", "not-compared", "unknown", "cleared", "clean")
"""How a party may stand: one of its matches, the comparing as a whole, or none of both."""
CONFIRMED, OPEN_PROBABLE, OPEN_POSSIBLE, NOT_COMPARED, UNKNOWN, CLEARED, CLEAN = WORST_FIRST


@dataclass(frozen=True)
class JudgedThen:
    """A judgement as it stood at a moment."""

    judgement: Judgement
    moment: dt.datetime

    @property
    def decided(self) -> bool:
        """Whether it was decided by then; one that takes one person is when it is made."""
        return _by(self.judgement.decided_at, self.moment)

    @property
    def ended(self) -> bool:
        """Whether it had ended by then."""
        return _by(self.judgement.ended_at, self.moment)

    @property
    def state(self) -> Judgement.State:
        """How it stood."""
        if self.ended:
            return Judgement.State(self.judgement.state)
        return Judgement.State.IN_FORCE if self.decided else Judgement.State.PROPOSED

    @property
    def ending(self) -> str:
        """Why it had ended, in words."""
        return ending_in_words(self.judgement.ended_why) if self.ended else ""

    @property
    def second_person(self) -> str:
        """Who agreed or did not, by name; empty where nobody had to, or had by then."""
        return self.judgement.decided_by.name if self.decided and self.judgement.decided_by else ""


@dataclass(frozen=True)
class FoundThen:
    """An entry of a list that was near the party, and what people had said of it."""

    found: Mapping[str, Any]
    """As in `Screening.found`."""
    entry: Entry | None
    """In the wording that was compared."""
    list: RestrictedPartyList | None
    judgements: Sequence[JudgedThen]
    """Newest first."""

    @cached_property
    def living(self) -> JudgedThen | None:
        """The judgement that held, or awaited a second person."""
        return next((one for one in self.judgements if one.state in ALIVE), None)

    @property
    def state(self) -> Match.State:
        """What people had made of it."""
        if self.living is None or self.living.state == Judgement.State.PROPOSED:
            return Match.State.OPEN
        same = self.living.judgement.outcome == Judgement.Outcome.SAME
        return Match.State.SAME if same else Match.State.DIFFERENT

    @property
    def standing(self) -> str:
        """Its place in `WORST_FIRST`."""
        if self.state == Match.State.OPEN:
            return OPEN_PROBABLE if self.found["band"] == Band.PROBABLE else OPEN_POSSIBLE
        return CONFIRMED if self.state == Match.State.SAME else CLEARED


@dataclass(frozen=True)
class Compared:
    """A version of a source that was compared with, as it was frozen in the run."""

    frozen: Mapping[str, Any]
    title: str

    @property
    def published(self) -> dt.datetime | None:
        """When its authority published it, as far as the file says."""
        text = self.frozen["published_at"]
        return dt.datetime.fromisoformat(text) if text else None

    @property
    def confirmed(self) -> dt.datetime:
        """When it was last known to be the version that is published."""
        return dt.datetime.fromisoformat(self.frozen["confirmed_at"])

    @property
    def entries(self) -> int:
        """Of all its lists."""
        return sum(self.frozen["lists"].values())

    @property
    def by_list(self) -> list[tuple[str, int]]:
        """Entries by the key of the list, in the order of the keys."""
        return sorted(self.frozen["lists"].items())


@dataclass(frozen=True)
class Known:
    """All that was known of the screening of one party at a moment."""

    party: Party
    moment: dt.datetime
    evidence: Evidence
    found: Sequence[FoundThen]
    """The nearest first."""
    earlier: Sequence[JudgedThen]
    """Judgements of matches in other wordings, newest first."""
    lists: Sequence[Compared]
    not_compared: Sequence[RestrictedPartyList]
    """Lists that the register knew of and that were not compared with."""

    @property
    def last(self) -> Screening | None:
        """The newest result with a row of its own."""
        return self.evidence.last

    @property
    def run(self) -> ScreeningRun | None:
        """The newest run that counts for the party."""
        return self.evidence.covered_by

    @property
    def result(self) -> Screening.Result:
        """Matches while one is open or confirmed; "nothing found" only where every list was young enough."""
        if self.last is None:
            return Screening.Result.WAITING
        if any(one.state != Match.State.DIFFERENT for one in self.found):
            return Screening.Result.MATCHES
        clean = usable(one.frozen for one in self.lists)
        return Screening.Result.CLEAN if clean else Screening.Result.UNKNOWN

    @property
    def worst(self) -> str:
        """The first of `WORST_FIRST` that is true."""
        own = {Screening.Result.WAITING: NOT_COMPARED, Screening.Result.UNKNOWN: UNKNOWN}.get(self.result, CLEAN)
        return min([own, *(one.standing for one in self.found)], key=WORST_FIRST.index)

    @property
    def stale(self) -> list[Compared]:
        """Versions that were too old for "nothing found"."""
        return [one for one in self.lists if one.frozen["stale"]]

    @property
    def entries(self) -> int:
        """Of all lists that were compared with."""
        return sum(one.entries for one in self.lists)

    @property
    def is_behind(self) -> bool:
        """Whether nothing was compared for longer than a night before the moment."""
        return self.run is not None and self.moment - self.run.created_at > NIGHTLY

    @property
    def stands_for_it(self) -> Party | None:
        """The legal entity that is compared instead of a group."""
        return self.party.principal if self.party.kind == Party.Kind.GROUP else None


def known_at(party_id: UUID, moment: dt.datetime) -> Known:
    """What was known at a moment. A constant number of queries. Raises `NotFound`."""
    party = party_by_id(party_id)
    evidence = evidence_of(party_id, moment)
    rows = evidence.last.found if evidence.last else []
    by_match: dict[str, list[JudgedThen]] = defaultdict(list)
    for judgement in evidence.judgements:
        by_match[str(judgement.match_id)].append(JudgedThen(judgement, moment))
    effects = {one.key: one for one in RestrictedPartyList.objects.filter(created_at__lte=moment)}
    entries = Entry.objects.select_related("source").in_bulk([UUID(row["entry"]) for row in rows])
    found = [
        FoundThen(row, entries.get(UUID(row["entry"])), effects.get(row["list"]), by_match.pop(row["match"], []))
        for row in rows
    ]
    lists = _compared(evidence)
    in_use = {key for one in lists for key in one.frozen["lists"]}
    return Known(
        party=party,
        moment=moment,
        evidence=evidence,
        found=found,
        earlier=[one for judged in by_match.values() for one in judged],
        lists=lists,
        not_compared=[one for key, one in sorted(effects.items()) if key not in in_use],
    )


def _compared(evidence: Evidence) -> list[Compared]:
    frozen = evidence.covered_by.lists if evidence.covered_by else []
    titles = dict(ListSource.objects.filter(key__in=[row["source"] for row in frozen]).values_list("key", "title"))
    return [Compared(row, titles.get(row["source"], row["source"])) for row in frozen]


def _by(when: dt.datetime | None, moment: dt.datetime) -> bool:
    return when is not None and when <= moment
