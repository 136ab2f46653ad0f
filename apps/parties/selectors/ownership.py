"""Reads of who holds whom. Every walk ends where stakes run in a circle."""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from apps.core.errors import NotFound
from apps.facts.models import State
from apps.parties.models import Party, Stake
from apps.parties.ownership import Graph, Holding
from apps.parties.ownership.stakes import Key

BELIEVED = frozenset(State.values) - {State.UNKNOWN, State.DISPUTED}
"""States of stakes that count."""
ENDS = frozenset({Party.Kind.PERSON, Party.Kind.STATE_BODY})
"""Kinds of parties of which there is no owner to look for."""

_RESTING = """
WITH RECURSIVE below(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT stake.owned_id FROM parties_stake stake JOIN below ON stake.owner_id = below.id
)
SELECT id FROM below
UNION
SELECT id FROM parties_party
WHERE principal_id IN (SELECT id FROM below) OR group_id IN (SELECT id FROM below)
"""


_BELOW_EACH = """
WITH RECURSIVE below(root, id) AS (
    SELECT party, party FROM unnest(%(ids)s::uuid[]) AS party
    UNION
    SELECT below.root, stake.owned_id FROM parties_stake stake JOIN below ON stake.owner_id = below.id
)
SELECT root, id FROM below
UNION
SELECT below.root, party.id FROM below JOIN parties_party party
ON party.principal_id = below.id OR party.group_id = below.id
"""


def parties_below(party_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """For each of some parties those that look different when it does, as `parties_resting_on`. One query."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_BELOW_EACH, {"ids": list(party_ids)})
        for root, party in cursor.fetchall():
            found[root].add(party)
    return found


def parties_resting_on(party_ids: Iterable[UUID]) -> set[UUID]:
    """The parties that look different when any of `party_ids` does.

    Those themselves, what they own directly or through others, and the members of groups and brands for which any of
    these stands. Every stake counts, whatever its size and dates, and one that is superseded:
    the past is asked about as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RESTING, {"ids": list(party_ids)})
        return {row[0] for row in cursor.fetchall()}


_ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT stake.owner_id FROM parties_stake stake JOIN above ON stake.owned_id = above.id
    WHERE stake.owner_id IS NOT NULL AND stake.superseded_at IS NULL
      AND (stake.valid_to IS NULL OR stake.valid_to >= %(on)s)
)
SELECT id FROM above
"""


def owners_above(party_ids: Iterable[UUID], on: dt.date) -> set[UUID]:
    """The parties that own any of `party_ids` on a day, directly or through others, without those themselves."""
    ids = set(party_ids)
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, {"ids": list(ids), "on": on})
        return {row[0] for row in cursor.fetchall()} - ids


def stakes_in(party_ids: Iterable[UUID], on: dt.date) -> QuerySet[Stake]:
    """Who holds shares of some parties on a day, the largest first."""
    held = Stake.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), owned_id__in=set(party_ids))
    return held.select_related("owner", "owned")


_KNOWN_THEN = "{0}.created_at <= %(recorded)s AND ({0}.superseded_at IS NULL OR {0}.superseded_at > %(recorded)s)"
_STAKES_ABOVE = f"""
WITH RECURSIVE above(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT stake.owner_id FROM parties_stake stake JOIN above ON stake.owned_id = above.id
    WHERE stake.owner_id IS NOT NULL AND {_KNOWN_THEN.format("stake")}
)
SELECT said.id, said.owned_id, said.owner_id, said.equity_pct, said.voting_pct, said.basis, said.state,
       said.free_float, said.valid_from, said.valid_to, said.channel, said.source_label, said.source_url,
       said.as_of, owner.kind
FROM parties_stake said JOIN above ON said.owned_id = above.id LEFT JOIN parties_party owner ON owner.id = said.owner_id
WHERE {_KNOWN_THEN.format("said")}
ORDER BY said.id
"""  # noqa: S608 - the condition is a constant


@dataclass(frozen=True)
class Said:
    """Where a stake was seen."""

    state: str
    source_label: str
    source_url: str
    as_of: dt.date | None


@dataclass(frozen=True)
class Owners:
    """All stakes above some parties, whatever their dates, as they were known at one moment."""

    day: dt.date
    asked: frozenset[UUID]
    holdings: Sequence[Holding]
    said: Mapping[Key, Said]
    """By the key of the stake."""
    kinds: Mapping[UUID, str]
    """By owner."""

    @cached_property
    def graph(self) -> Graph:
        """What is held on the day."""
        ends = [party for party, kind in self.kinds.items() if kind in ENDS]
        return Graph.of(self.holdings, on=self.day, ends=ends, parties=self.asked)

    @cached_property
    def parties(self) -> frozenset[UUID]:
        """The parties asked for and everybody above them, on whatever day."""
        return self.asked | frozenset(self.kinds)

    def above(self, party_ids: Iterable[UUID]) -> list[Holding]:
        """Every stake above some parties, nearest first, whatever its dates."""
        found: dict[Key, Holding] = {}
        queue: deque[Key] = deque(party_ids)
        seen: set[Key] = set(queue)
        while queue:
            for stake in self._by_owned.get(queue.popleft(), ()):
                found[stake.key] = stake
                if stake.owner is not None and stake.owner not in seen:
                    seen.add(stake.owner)
                    queue.append(stake.owner)
        return list(found.values())

    @cached_property
    def _by_owned(self) -> Mapping[Key, Sequence[Holding]]:
        found: dict[Key, list[Holding]] = defaultdict(list)
        for stake in self.holdings:
            found[stake.owned].append(stake)
        return found

    def same_until(self, stakes: Iterable[Holding]) -> dt.date | None:
        """The last day, from that of the graph on, on which none of `stakes` begins or ends; None for ever."""
        days: list[dt.date] = []
        for stake in stakes:
            if stake.first and stake.first > self.day:
                days.append(stake.first - dt.timedelta(days=1))
            elif stake.last and stake.last >= self.day:
                days.append(stake.last)
        return min(days, default=None)

    def half_or_more(self) -> dict[UUID, set[UUID]]:
        """By party asked for: who holds half or more of it or controls it, directly or through others.

        Half is where the share tests of the regimes begin: from less nothing follows by itself, it is shown. A stake
        that begins later counts as well, since its owner is known already.
        """
        above: dict[UUID, set[UUID]] = defaultdict(set)
        for stake in self.holdings:
            if isinstance(stake.owner, UUID) and isinstance(stake.owned, UUID) and self._is_large(stake):
                above[stake.owned].add(stake.owner)
        return {party: found for party in self.asked if (found := _all_above(party, above))}

    def _is_large(self, stake: Holding) -> bool:
        if not stake.counts or (stake.last and stake.last < self.day):
            return False
        return max(stake.equity or 0, stake.votes or 0) >= Decimal(50) or stake.basis in ("contract_vie", "de_facto")


def _all_above(party: UUID, above: Mapping[UUID, set[UUID]]) -> set[UUID]:
    found: set[UUID] = set()
    queue = deque([party])
    while queue:
        for owner in above.get(queue.popleft(), ()):
            if owner not in found:
                found.add(owner)
                queue.append(owner)
    return found


def ownership_of(party_ids: Iterable[UUID], *, on: dt.date, recorded: dt.datetime | None = None) -> Owners:
    """Everybody above `party_ids`, by the stakes there are, or were known at the moment `recorded`. One query."""
    asked = frozenset(party_ids)
    holdings: list[Holding] = []
    said: dict[Key, Said] = {}
    kinds: dict[UUID, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STAKES_ABOVE, {"ids": list(asked), "recorded": recorded or "infinity"})
        for key, owned, owner, equity, votes, basis, state, free, first, last, channel, *source, kind in cursor:
            holdings.append(
                Holding(
                    key=key,
                    owned=owned,
                    owner=owner,
                    equity=equity,
                    votes=votes,
                    basis=basis,
                    counts=state in BELIEVED,
                    free_float=free,
                    first=first,
                    last=last,
                    channel=channel,
                )
            )
            said[key] = Said(state, *source)
            if owner:
                kinds[owner] = kind
    return Owners(day=on, asked=asked, holdings=holdings, said=said, kinds=kinds)


DEEPEST_BELOW = 3
MOST_STAKES = 400
"""Of a group with very many holdings the nearest are read; a page says so."""
_BELOW = f"""
WITH RECURSIVE below(id, depth) AS (
    SELECT %(id)s::uuid, 0
    UNION
    SELECT stake.owned_id, below.depth + 1 FROM parties_stake stake JOIN below ON stake.owner_id = below.id
    WHERE below.depth < {DEEPEST_BELOW} AND {_KNOWN_THEN.format("stake")}
)
SELECT DISTINCT id FROM below WHERE depth < {DEEPEST_BELOW}
"""  # noqa: S608 - the condition is a constant


def stakes_around(owners: Owners, party_id: UUID, recorded: dt.datetime | None = None) -> list[Stake]:
    """The stakes above a party and those some steps below it, whatever their dates, as they were known at a moment.

    `owners` are those of the party. At most `MOST_STAKES`, those above first. Two queries.
    """
    then = Q() if recorded is None else Q(created_at__lte=recorded)
    standing = Q(superseded_at__isnull=True) | (Q(superseded_at__gt=recorded) if recorded else Q())
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"id": party_id, "recorded": recorded or "infinity"})
        below = [row[0] for row in cursor.fetchall()]
    about = Q(owned_id__in=owners.parties) | Q(owner_id__in=below)
    rows = Stake.every.filter(then, standing, about).select_related("owner", "owned")
    found = sorted(rows.order_by("id")[: 4 * MOST_STAKES], key=lambda stake: stake.owned_id not in owners.parties)
    return found[:MOST_STAKES]


def stake_by_id(stake_id: UUID) -> Stake:
    """One stake that stands, with its ends. Raises `NotFound`."""
    found = Stake.objects.select_related("owner", "owned").filter(id=stake_id).first()
    if found is None:
        raise NotFound("There is no such stake, or it was changed meanwhile.")
    return found
