"""Reads of parties."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.errors import NotFound
from apps.parties.models import Domain, Party, PartyName


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


def party_alone(party_id: UUID) -> Party:
    """One party without what hangs on it. Raises `NotFound`."""
    found = Party.objects.filter(id=party_id).first()
    if found is None:
        raise NotFound("There is no such party.")
    return found


def name_by_id(name_id: UUID) -> PartyName:
    """One further name with its party. Raises `NotFound`."""
    found = PartyName.objects.select_related("party").filter(id=name_id).first()
    if found is None:
        raise NotFound("There is no such name.")
    return found


def domain_by_id(domain_id: UUID) -> Domain:
    """One domain with its party. Raises `NotFound`."""
    found = Domain.objects.select_related("party").filter(id=domain_id).first()
    if found is None:
        raise NotFound("There is no such domain.")
    return found


def family_of(party: Party) -> list[UUID]:
    """A party with who stands for it, its group, and the entities of the group it is: they are known together."""
    near = (party.id, party.principal_id, party.group_id, *(entity.id for entity in party.entities.all()))
    return [key for key in dict.fromkeys(near) if key]


def parties_named(names: Iterable[str]) -> dict[str, UUID]:
    """The party that bears each of some names, written like this, as its own or a further one; brands do not count.

    A name that nobody bears, or more than one, is absent. Two queries.
    """
    wanted = list(names)
    if not wanted:
        return {}
    bearers: dict[str, set[UUID]] = defaultdict(set)
    for name, party in Party.objects.filter(name__in=wanted).order_by().values_list("name", "id"):
        bearers[name].add(party)
    further = PartyName.objects.filter(name__in=wanted).exclude(kind=PartyName.Kind.BRAND)
    for name, party in further.order_by().values_list("name", "party_id"):
        bearers[name].add(party)
    return {name: party for name, (party, *others) in bearers.items() if not others}
