"""Who stands around a use: makers, operator, owners, and what lists and authorities say about them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.parties.models import Party, Stake
from apps.parties.selectors import owners_above, parties, stakes_in
from apps.registry.models import Use
from apps.registry.selectors import Lineage
from apps.sanctions.models import Listing, RestrictedPartyList, RestrictionEvent
from apps.sanctions.selectors import events_of, listings_of, lists


@dataclass(frozen=True)
class Member:
    """A party with the roles in which it stands there."""

    party: Party
    roles: Sequence[Any]


@dataclass(frozen=True)
class Listed:
    """What is known of a party on a list, with what being on it means."""

    party: Party
    listing: Listing
    of: RestrictedPartyList | None


@dataclass(frozen=True)
class Measure:
    """An authority's measure with the parties around the use that it names."""

    event: RestrictionEvent
    parties: Sequence[Party]


@dataclass(frozen=True)
class PartiesAround:
    """The parties of one use."""

    members: Sequence[Member]
    stakes: Sequence[Stake]
    listings: Sequence[Listed]
    """Those on which a party is, or is reported to be."""
    searched: Sequence[Listed]
    """Those in a copy of which a party was looked for and not found."""
    measures: Sequence[Measure]

    @classmethod
    def of(cls, use: Use, lineage: Lineage, *, on: dt.date, recorded: dt.datetime | None) -> "PartiesAround":
        """Developer, operator, makers of what the weights come from, who stands for them, and everybody above."""
        roles = _near(use, lineage)
        near = parties().in_bulk(list(roles))
        for party in list(near.values()):
            for key, role in ((party.principal_id, _("legal entity behind it")), (party.group_id, _("group"))):
                if key:
                    _note(roles, key, role)
        owners = owners_above(roles, on)
        for owner in sorted(owners, key=str):
            _note(roles, owner, _("owner"))
        found = near | parties().in_bulk([key for key in roles if key not in near])
        listings = listings_of(found, recorded)
        published = {row.key: row for row in lists()}
        known = [Listed(found[key], row, published.get(row.list_key)) for key in roles for row in listings.get(key, ())]
        return cls(
            members=[Member(found[key], named) for key, named in roles.items() if key in found],
            stakes=list(stakes_in(found, on)),
            listings=[one for one in known if one.listing.status != Listing.Status.NOT_FOUND],
            searched=[one for one in known if one.listing.status == Listing.Status.NOT_FOUND],
            measures=_measures(found, events_of(found, recorded)),
        )


def _near(use: Use, lineage: Lineage) -> dict[UUID, list[Any]]:
    model = use.deployment.release.model
    roles: dict[UUID, list[Any]] = {}
    _note(roles, model.developer_id, _("developer"))
    _note(roles, use.deployment.operator_id, _("operator"))
    for edge in lineage.weight_ancestors(model.id):
        if edge.parent:
            _note(roles, edge.parent.developer_id, _("developer of an ancestor"))
    return roles


def _note(roles: dict[UUID, list[Any]], key: UUID | None, role: Any) -> None:
    if key and role not in roles.setdefault(key, []):
        roles[key].append(role)


def _measures(found: Mapping[UUID, Party], events: Mapping[UUID, Iterable[RestrictionEvent]]) -> list[Measure]:
    by_event: dict[UUID, tuple[RestrictionEvent, list[Party]]] = {}
    for key, rows in events.items():
        for event in rows:
            by_event.setdefault(event.id, (event, []))[1].append(found[key])
    measures = [Measure(event, named) for event, named in by_event.values()]
    return sorted(measures, key=lambda one: (-(one.event.valid_from or dt.date.min).toordinal(), str(one.event.id)))
