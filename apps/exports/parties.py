"""A party as a record: its names, domains, namespaces on hubs and owners, each with its state and its source. Pure."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.imports.records import (
    DomainRecord,
    FactRecord,
    NameRecord,
    NamespaceRecord,
    PartyRecord,
    Provenance,
    StakeRecord,
)
from apps.parties.models import Party, Sourced, Stake


def origin_of(row: Sourced) -> Provenance:
    """Where a row that is a statement of its own comes from."""
    return Provenance(source=row.source_label, source_url=row.source_url, as_of=row.as_of)


def party_record(party: Party, facts: Sequence[FactRecord], called: Callable[[UUID | None], str]) -> PartyRecord:
    """Everything about a party. `called` gives the name of another party, and remembers that it was asked for."""
    return PartyRecord(
        name=party.name,
        kind=str(party.kind),
        principal=called(party.principal_id),
        group=called(party.group_id),
        names=[
            NameRecord(name=one.name, kind=str(one.kind), language=one.language, **_said(one))
            for one in sorted(party.names.all(), key=lambda one: (one.kind, one.name))
        ],
        domains=[
            DomainRecord(domain=one.domain, lookalike=one.lookalike, **_said(one))
            for one in sorted(party.domains.all(), key=lambda one: one.domain)
        ],
        namespaces=[
            NamespaceRecord(hub=one.hub, name=one.name, **_said(one))
            for one in sorted(party.hub_organisations.all(), key=lambda one: (one.hub, one.name))
        ],
        stakes=sorted((_stake(one, called) for one in party.stakes.all()), key=_order),
        facts=facts,
    )


def _said(row: Sourced) -> dict[str, Any]:
    return {"state": str(row.state), "note": row.note, "provenance": origin_of(row)}


def _stake(one: Stake, called: Callable[[UUID | None], str]) -> StakeRecord:
    return StakeRecord(
        owner=called(one.owner_id) or one.owner_name,
        basis=str(one.basis),
        equity_pct=_share(one.equity_pct),
        voting_pct=_share(one.voting_pct),
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        free_float=one.free_float,
        **_said(one),
    )


def _share(value: Decimal | None) -> str:
    """A percentage without the zeros that the database adds."""
    return "" if value is None else f"{value.normalize():f}"


def _order(one: StakeRecord) -> tuple[str, ...]:
    return (one.owner, one.basis, str(one.valid_from), one.provenance.source)
