"""How much of a party listed owners held, by the test of each regime."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.parties.models import Party
from apps.parties.ownership import Edge, Regime, Share
from apps.policy.standing import Standing
from apps.sanctions.screening.past import Known


def ownership(known: Known) -> list[dict[str, Any]]:
    """The outcome of every regime's test on the day, by the stakes known at the moment, each with its path."""
    day = known.moment.date()
    entity = known.stands_for_it.id if known.stands_for_it else known.party.id
    standing = Standing.of([entity], on=day, recorded=known.moment)
    return [_share(regime, share, regime.applies(day), standing.parties) for regime, share in standing.shares(entity)]


def _share(regime: Regime, share: Share, in_force: bool, parties: Mapping[UUID, Party]) -> dict[str, Any]:
    return {
        "regime": regime.key,
        "in_force": in_force,
        "outcome": share.outcome.value,
        "owned_pct": _percent(share.percent),
        "together_pct": _percent(share.together),
        "unresolved_pct": _percent(share.unresolved),
        "path": _path(share.path, parties),
        "source": regime.source,
        "as_of": regime.as_of.isoformat(),
    }


def _path(path: Sequence[Edge], parties: Mapping[UUID, Party]) -> list[dict[str, Any]]:
    names: Mapping[Any, str] = {key: party.name for key, party in parties.items()}
    return [
        {
            "owner": names.get(edge.owner, ""),
            "owned": names.get(edge.owned, ""),
            "equity_pct": _percent(Decimal(edge.equity) / 1000),
            "voting_pct": _percent(Decimal(edge.votes) / 1000),
            "control": sorted(edge.control),
        }
        for edge in path
    ]


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}"
