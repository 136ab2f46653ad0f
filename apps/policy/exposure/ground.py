"""What exposures are made from: parties, owners, lists, matches and measures, read in a constant number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.clock import today
from apps.facts.models import State
from apps.parties.models import Party
from apps.parties.ownership import Edge, Outcome, Regime, Share
from apps.policy.exposure.binding import OPEN, REGIME_EFFECTS, REPORTED, TOGETHER, Us
from apps.policy.exposure.exposures import Exposure, Kind, Seat, Stand, Way
from apps.policy.sheets.entries import KNOWN
from apps.policy.standing import Standing, with_standing
from apps.sanctions.models import Band, EffectClass, Listing, Match, RestrictedPartyList, RestrictionEvent
from apps.sanctions.selectors import events_of, lists

STAGES = (str(Listing.Status.PENDING), str(Listing.Status.LISTED), str(Listing.Status.LITIGATED))
NAMED = frozenset({Outcome.OWNED, Outcome.CONTROLLED, Outcome.REVIEW})


def matches_that_count() -> QuerySet[Match]:
    """Matches that a person confirmed, and open ones from the possible band on."""
    return Match.objects.filter(state__in=(Match.State.OPEN, Match.State.SAME)).exclude(
        state=Match.State.OPEN, band=Band.WEAK
    )


@dataclass(frozen=True)
class Ground:
    """All that is known of some parties and of everybody above them."""

    on: dt.date
    us: Us
    standing: Standing
    events: Mapping[UUID, Sequence[RestrictionEvent]]
    matches: Mapping[UUID, Sequence[Match]]
    lists: Mapping[str, RestrictedPartyList]

    @classmethod
    def of(cls, party_ids: Iterable[UUID]) -> "Ground":
        """Read it as of now. Some twenty queries, whatever the number of parties."""
        on = today()
        near = with_standing(party_ids)
        standing = Standing.of(near, on=on)
        matches: dict[UUID, list[Match]] = defaultdict(list)
        rows = matches_that_count().filter(party_id__in=list(standing.parties)).select_related("entry__source")
        for match in rows.order_by("-score", "id"):
            matches[match.party_id].append(match)
        by_key = {row.key: row for row in lists()}
        return cls(on, Us.now(), standing, events_of(standing.parties), matches, by_key)

    @property
    def parties(self) -> Mapping[UUID, Party]:
        """They, everybody above them, and those that stand for any of these."""
        return self.standing.parties

    @cached_property
    def _owners(self) -> Mapping[UUID, set[UUID]]:
        return self.standing.ownership.half_or_more()

    def family(self, party_id: UUID) -> list[UUID]:
        """A party with the entity or group that stands for it: what names either names it."""
        party = self.parties.get(party_id)
        found = (party_id, party.principal_id, party.group_id) if party else (party_id,)
        return [key for key in dict.fromkeys(found) if key and key in self.parties]

    def above(self, party_id: UUID) -> list[UUID]:
        """Who holds half or more of a party or controls it, with those that stand for these; without its family."""
        family = self.family(party_id)
        owners = set().union(*(self._owners.get(member, set()) for member in family))
        everybody = {member for owner in owners for member in self.family(owner)}
        return sorted(everybody - set(family), key=lambda key: (self.parties[key].name, key))

    def chain(self, party_id: UUID) -> list[UUID]:
        """The legal entities that are compared with the lists for a party."""
        members = [*self.family(party_id), *self.above(party_id)]
        return list(dict.fromkeys(self.standing.legal_entity(member) for member in members))

    def exposures(self, seat: Seat) -> Iterator[Exposure]:
        """Everything that reaches whoever sits there: what names it, what names its owners, what they make of it."""
        name = self.parties[seat.party].name
        for member in self.family(seat.party):
            further = () if member == seat.party else (self.parties[member].name,)
            yield from self._named(member, seat.way, (*seat.steps, name, *further))
        through = Way.OWNERSHIP if seat.way == Way.DIRECT else seat.way
        for owner in self.above(seat.party):
            yield from self._named(owner, through, (*seat.steps, name, self.parties[owner].name))
        yield from self._owned(seat, through)

    def _named(self, party_id: UUID, way: Way, path: Sequence[str]) -> Iterator[Exposure]:
        def told(**more: Any) -> Exposure:
            return Exposure(way=way, party=self.parties[party_id], path=path, **more)

        matches = self.matches.get(party_id, ())
        confirmed = {match.list_key for match in matches if match.state == Match.State.SAME}
        known = self._listings(party_id)
        there = {key for key, rows in known.items() if rows[-1].status != Listing.Status.PENDING}
        for match in matches:
            if match.state == Match.State.SAME or match.list_key not in there:
                yield told(**self._match(match, known.get(match.list_key, ())))
        nearest = {match.list_key: match for match in reversed(matches)}
        for key, rows in known.items():
            if key not in confirmed:
                # A match that awaits a person says nothing new of a list on which the party is known to be.
                yield told(**self._listing(rows), match=nearest.get(key) if key in there else None)
        for event in self.events.get(party_id, ()):
            yield told(**self._event(event))

    def _listings(self, party_id: UUID) -> dict[str, list[Listing]]:
        """By list what is known, the newest stage last. A search that found nothing is no listing."""
        found: dict[str, list[Listing]] = defaultdict(list)
        for row in self.standing.listings.get(party_id, ()):
            if row.status in STAGES and row.state in KNOWN:
                found[row.list_key].append(row)
        return {key: sorted(rows, key=lambda row: STAGES.index(row.status)) for key, rows in found.items()}

    def _listing(self, rows: Sequence[Listing]) -> dict[str, Any]:
        row = rows[-1]
        effect = self._effect(row.list_key)
        reported = row.status == Listing.Status.PENDING
        return {
            "kind": Kind.LIST,
            "key": row.list_key,
            "of": self.lists.get(row.list_key),
            "effect": effect,
            "state": Stand(row.status),
            "answer": REPORTED if reported else self.us.of_list(row.list_key, effect),
            "since": _since(rows),
            "note": row.note,
            **_sourced(row),
        }

    def _match(self, match: Match, known: Sequence[Listing]) -> dict[str, Any]:
        effect = self._effect(match.list_key)
        confirmed = match.state == Match.State.SAME
        standing = self.standing.standings.by_party.get(match.party_id)
        return {
            "kind": Kind.LIST if confirmed else Kind.MATCH,
            "key": match.list_key,
            "of": self.lists.get(match.list_key),
            "match": match,
            "effect": effect,
            "state": Stand.CONFIRMED if confirmed else Stand.POTENTIAL,
            "answer": self.us.of_list(match.list_key, effect) if confirmed else OPEN,
            "since": _since(known),
            "note": known[-1].note if known else "",
            "source_label": f"{match.entry.source.title}, {match.reference}: {match.entry.name}",
            "source_url": "",
            "as_of": timezone.localdate(standing.covered_at) if standing else None,
            "fact_state": State.VERIFIED if confirmed else State.UNKNOWN,
        }

    def _event(self, event: RestrictionEvent) -> dict[str, Any]:
        return {
            "kind": Kind.MEASURE,
            "key": str(event.id),
            "event": event,
            "effect": EffectClass(event.effect_class),
            "state": Stand(event.status),
            "answer": self.us.of_event(event, self.on),
            "since": event.valid_from,
            "note": event.status_note,
            **_sourced(event),
        }

    def _owned(self, seat: Seat, way: Way) -> Iterator[Exposure]:
        entity = self.standing.legal_entity(seat.party)
        if entity not in self.standing.ownership.parties:
            return
        for regime, share in self.standing.shares(entity):
            if share.outcome in NAMED:
                steps = (*seat.steps, self.parties[seat.party].name, *self._owner_names(entity, share.path))
                yield self._share(regime, share, way, entity, steps)

    def _share(self, regime: Regime, share: Share, way: Way, entity: UUID, path: Sequence[str]) -> Exposure:
        review = share.outcome == Outcome.REVIEW
        return Exposure(
            way=way,
            party=self.parties[entity],
            path=path,
            kind=Kind.REGIME,
            key=regime.key,
            share=share,
            effect=REGIME_EFFECTS[regime.key],
            state=Stand(share.outcome.value),
            answer=TOGETHER if review else self.us.of_regime(regime.key),
            since=None,
            source_label=regime.source,
            source_url="",
            as_of=regime.as_of,
            fact_state=State.INFERRED,
        )

    def _owner_names(self, entity: UUID, path: Sequence[Edge]) -> list[str]:
        owners = dict.fromkeys(edge.owner for edge in path)
        return [self.parties[key].name for key in owners if isinstance(key, UUID) and key != entity]

    def _effect(self, list_key: str) -> EffectClass:
        known = self.lists.get(list_key)
        return EffectClass(known.effect_class) if known else EffectClass.ADVISORY


def ranked(found: Iterable[Exposure]) -> list[Exposure]:
    """What binds us first; the same list or measure once, with the ways by which it comes, each of them once."""
    by_thing: dict[tuple[Any, ...], dict[Way, Exposure]] = defaultdict(dict)
    for one in found:
        match = one.match.id if one.match else None
        by_thing[one.party.id, one.kind, one.key, match].setdefault(one.way, one)
    return sorted(map(_as_one, by_thing.values()), key=lambda one: one.rank)


def _as_one(by_way: Mapping[Way, Exposure]) -> Exposure:
    first, *others = sorted(by_way.values(), key=lambda one: one.rank)
    return replace(first, also=[(one.way, one.path) for one in others])


def _since(rows: Iterable[Listing]) -> dt.date | None:
    """Since when a party is on a list; a report before it, and a suit after it, are no beginning."""
    listed = [row for row in rows if row.status == Listing.Status.LISTED] or list(rows)
    return min((row.since for row in listed if row.since), default=None)


def _sourced(row: Any) -> dict[str, Any]:
    return {
        "source_label": row.source_label,
        "source_url": row.source_url,
        "as_of": row.as_of,
        "fact_state": row.state,
    }
