"""How parties stand under the share tests: who is listed, who holds them, what each regime makes of it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party
from apps.parties.ownership import REGIMES, LookThrough, Regime, Share, look_through
from apps.parties.selectors import Owners, ownership_of
from apps.parties.selectors.ownership import BELIEVED, ENDS
from apps.policy.publishing import parameters_at
from apps.sanctions.models import Listing
from apps.sanctions.screening.standings import Standings
from apps.sanctions.selectors import listings_of

COUNTRIES = ("incorporation_country", "principal_place_of_business", "hq_country")


@dataclass(frozen=True)
class Standing:
    """What the share tests read of a batch of parties and of everybody above them."""

    ownership: Owners
    parties: Mapping[UUID, Party]
    """They, everybody above them, and those that stand for any of these."""
    listings: Mapping[UUID, Sequence[Listing]]
    facts: Mapping[SubjectRef, Mapping[str, Fact]]
    parameters: Mapping[str, Any]
    standings: Standings
    """What comparing them with the lists gave; empty for a past moment, since standings know the present only."""
    looked: dict[tuple[str, bool], LookThrough] = field(default_factory=dict)
    """By regime and whether every party was screened: each is looked through once."""

    @classmethod
    def of(cls, party_ids: Iterable[UUID], *, on: dt.date, recorded: dt.datetime | None = None) -> "Standing":
        """Read it for some parties. Some ten queries, whatever their number."""
        ownership = ownership_of(party_ids, on=on, recorded=recorded)
        parties = with_standing(ownership.parties)
        about = [SubjectRef("party", party) for party in parties]
        return cls(
            ownership=ownership,
            parties=parties,
            listings=listings_of(parties, recorded),
            facts=current_facts(about, recorded=recorded, on=on, fields=COUNTRIES),
            parameters=parameters_at(recorded),
            standings=Standings() if recorded else Standings.of(parties),
        )

    @property
    def least_resolved(self) -> Decimal:
        """Percent of its ownership that must be resolved for a party to pass; all of it while no policy says."""
        return Decimal(str(self.parameters.get("ownership_min_resolved_pct", 100)))

    def share(self, regime: Regime, party: UUID, *, screened: bool) -> Share:
        """One regime's test of one party.

        `screened` says whether everybody above was looked for on the lists; where not, an owner whom nobody is known to
        have looked for is one of whom nothing is known.
        """
        key = (regime.key, screened)
        if key not in self.looked:
            self.looked[key] = look_through(
                regime,
                self.ownership.graph,
                self.listed_under(regime),
                perhaps=self._perhaps(regime, screened),
                least_resolved=self.least_resolved,
            )
        return self.looked[key].share(party)

    def shares(self, party: UUID, *, screened: bool = False) -> list[tuple[Regime, Share]]:
        """What every regime makes of one party."""
        return [(regime, self.share(regime, party, screened=screened)) for regime in REGIMES.values()]

    def listed_under(self, regime: Regime) -> dict[UUID, dt.date | None]:
        """The parties with which a regime begins, and since when; those behind a listed brand or group too."""
        found: dict[UUID, dt.date | None] = {}
        for party in self.ownership.parties:
            begins = regime.lists | regime.carried
            days = [row.since for row in self._rows(party) if row.list_key in begins and counts(row)]
            if days:
                found[party] = None if None in days else min(day for day in days if day)
            elif begins & self._confirmed_on(party) or self._covered_by_law(party, regime):
                found[party] = None
        return found

    def legal_entity(self, party_id: UUID) -> UUID:
        """Who has owners: the legal entity that stands for a brand, else the party itself."""
        party = self.parties.get(party_id)
        return party.principal_id if party and party.principal_id and party.kind == Party.Kind.GROUP else party_id

    def _perhaps(self, regime: Regime, screened: bool) -> set[UUID]:
        """The parties of whom it is not known whether the regime begins with them."""
        if regime.key == "DSP":
            return {party for party in self.ownership.parties if not self._countries(party)}
        return {party for party in self.ownership.parties if not (screened or self._looked_for(party, regime))}

    def _covered_by_law(self, party: UUID, regime: Regime) -> bool:
        return regime.key == "DSP" and bool(self._countries(party) & self._of_concern)

    def _looked_for(self, party: UUID, regime: Regime) -> bool:
        """Whether somebody is known to have searched all lists of a regime for a party."""
        searched = {row.list_key for row in self._rows(party) if row.state in BELIEVED}
        return regime.lists <= searched | self.standings.settled(self.legal_entity(party))

    def _confirmed_on(self, party: UUID) -> set[str]:
        """The lists on which a person confirmed a party, or whoever is one with it, to be."""
        return {key for member in self._one_with(party) for key in self.standings.confirmed_on(member)}

    @property
    def _of_concern(self) -> set[str]:
        return set(self.parameters.get("dsp_countries_of_concern", ()))

    def _countries(self, party: UUID) -> set[str]:
        """The countries by which a party is a covered person of 28 CFR 202.211 or is not; empty while not known.

        Its law and its principal place of business; headquarters stand in for the second while it is unknown, and a
        person or a state has but one country.
        """
        facts = {name: str(fact.value) for name, fact in self._facts(party).items() if fact.known}
        law = facts.get("incorporation_country")
        place = facts.get("principal_place_of_business") or facts.get("hq_country")
        found = {country for country in (law, place) if country}
        known = self.parties.get(party)
        single = known is not None and known.kind in ENDS
        return found if single or (law and place) or found & self._of_concern else set()

    def _facts(self, party: UUID) -> Mapping[str, Fact]:
        return self.facts.get(SubjectRef("party", party), {})

    def _rows(self, party: UUID) -> list[Listing]:
        return [row for member in self._one_with(party) for row in self.listings.get(member, ())]

    def _one_with(self, party_id: UUID) -> list[UUID]:
        """A party, the entity that stands for it, and the brand it stands for."""
        party = self.parties.get(party_id)
        if party is None:
            return [party_id]
        group = self.parties.get(party.group_id) if party.group_id else None
        brand = [group.id] if group and group.principal_id == party_id else []
        return [party_id, *([party.principal_id] if party.principal_id else []), *brand]


def counts(listing: Listing) -> bool:
    """Whether a party is known to be on a list."""
    on_it = listing.status in (Listing.Status.LISTED, Listing.Status.LITIGATED)
    return on_it and listing.state in BELIEVED


def with_standing(party_ids: Iterable[UUID]) -> dict[UUID, Party]:
    """Parties with those that stand for them: the entity behind a brand, the group of an entity. Two queries."""
    found = Party.objects.in_bulk(list(party_ids))
    standing = {key for party in found.values() for key in (party.principal_id, party.group_id) if key}
    return found | Party.objects.in_bulk(standing - set(found))
