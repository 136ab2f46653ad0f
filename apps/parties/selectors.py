"""Reads of parties and who owns them."""

from uuid import UUID

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


def owners_of(party_ids: set[UUID]) -> set[UUID]:
    """The parties that own any of `party_ids`, directly or through others, without those themselves.

    Every stake counts, whatever its size: the caller decides what a share means.
    """
    edges: dict[UUID, set[UUID]] = {}
    for owned, owner in Stake.objects.filter(owner__isnull=False, valid_to__isnull=True).values_list(
        "owned_id", "owner_id"
    ):
        edges.setdefault(owned, set()).add(owner)
    found: set[UUID] = set()
    queue = list(party_ids)
    while queue:
        for owner in edges.get(queue.pop(), set()) - found - party_ids:
            found.add(owner)
            queue.append(owner)
    return found
