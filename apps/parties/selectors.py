"""Reads of parties and who owns them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from apps.core.errors import NotFound
from apps.parties.models import Party, Stake


def parties(search: str = "") -> QuerySet[Party]:
    """Every party; `search` looks into names, aliases and domains."""
    found = Party.objects.select_related("principal", "group")
    if search:
        found = found.filter(
            Q(name__icontains=search) | Q(names__name__icontains=search) | Q(domains__domain__icontains=search)
        ).distinct()
    return found


def party_by_id(party_id: UUID) -> Party:
    """One party with its names, domains, namespaces and stakes. Raises `NotFound`."""
    found = (
        Party.objects.select_related("principal", "group")
        .prefetch_related("names", "domains", "hub_organisations", "entities", "stakes__owner", "holdings__owned")
        .filter(id=party_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such party.")
    return found


def family_of(party: Party) -> list[UUID]:
    """A party with who stands for it, its group, and the entities of the group it is: they are known together."""
    near = (party.id, party.principal_id, party.group_id, *(entity.id for entity in party.entities.all()))
    return [key for key in dict.fromkeys(near) if key]


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


def parties_resting_on(party_ids: Iterable[UUID]) -> set[UUID]:
    """The parties that look different when any of `party_ids` does.

    Those themselves, what they own directly or through others, and the members of groups and brands for which any of
    these stands. Every stake counts, whatever its size and dates.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RESTING, {"ids": list(party_ids)})
        return {row[0] for row in cursor.fetchall()}


_ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT stake.owner_id FROM parties_stake stake JOIN above ON stake.owned_id = above.id
    WHERE stake.owner_id IS NOT NULL AND (stake.valid_to IS NULL OR stake.valid_to >= %(on)s)
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


_OWNERS = """
WITH RECURSIVE held AS (
    SELECT owned_id, owner_id FROM parties_stake
    WHERE owner_id IS NOT NULL AND (valid_to IS NULL OR valid_to >= %(on)s) AND created_at <= %(recorded)s
      AND state NOT IN ('unknown', 'disputed')
      AND (equity_pct >= 50 OR voting_pct >= 50 OR basis IN ('contract_vie', 'de_facto'))
), above(party, owner) AS (
    SELECT owned_id, owner_id FROM held WHERE owned_id = ANY(%(ids)s::uuid[])
    UNION
    SELECT above.party, held.owner_id FROM above JOIN held ON held.owned_id = above.owner
)
SELECT party, owner FROM above
"""


def owners_by_party(
    party_ids: Iterable[UUID], *, on: dt.date, recorded: dt.datetime | None = None
) -> dict[UUID, set[UUID]]:
    """Who holds half or more of each of `party_ids` on a day, or controls it, directly or through others.

    By the stakes there are, or were at the moment `recorded`. Half is where the share tests of the regimes begin
    (OFAC's 50 percent rule, the EU's best practices of 2024-07-03): from less nothing follows by itself, it is shown.
    A stake whose last day is to come counts; so does one that begins later, since its owner is known already.
    """
    found: dict[UUID, set[UUID]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, {"ids": list(party_ids), "on": on, "recorded": recorded or "infinity"})
        for party, owner in cursor.fetchall():
            found[party].add(owner)
    return found
