"""What listed parties own or control of those around a use, by each regime's own test."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from apps.parties.models import Party
from apps.parties.ownership import Edge, Outcome, Share
from apps.policy.sheets.entries import KNOWN, Entry, derived
from apps.policy.sheets.surroundings import Surroundings

SETTLED = frozenset({Outcome.OWNED, Outcome.CONTROLLED, Outcome.BELOW})


def ownership(near: Iterable[UUID | None], screened: bool, around: Surroundings) -> dict[str, Entry]:
    """The `screening.owned_…` and `screening.control_…` facts over the parties `near` a use.

    `owned_confirmed` and `control_confirmed` hold what is known to be and are never empty: a rule may find something in
    them, and does not pass on them. `owned_pct` and `control_hits` are there only when every party is known and every
    regime's test of it is settled: what is not resolved is unknown. `screened` says whether a screening of the use is
    on record; until then an owner whom nobody looked for on a regime's lists is one of whom nothing is known.
    """
    asked = list(near)
    standing = around.standing
    tested = list(dict.fromkeys(standing.legal_entity(party) for party in asked if party))
    shares = [(party, share) for party in tested for share in _shares(party, screened, around)]
    found: dict[str, Entry] = {}
    for outcome, field in ((Outcome.OWNED, "owned_confirmed"), (Outcome.CONTROLLED, "control_confirmed")):
        if hits := [(party, share) for party, share in shares if share.outcome == outcome]:
            found[f"screening.{field}"] = _confirmed(outcome, hits, around)
    if tested and None not in asked and all(share.outcome in SETTLED for _, share in shares):
        controlled = {share.regime for _, share in shares if share.outcome == Outcome.CONTROLLED}
        found["screening.owned_pct"] = _entry(_largest(shares), tested, around)
        found["screening.control_hits"] = _entry(sorted(controlled), tested, around)
    return found


def _shares(party: UUID, screened: bool, around: Surroundings) -> Sequence[Share]:
    """What every regime makes of a party, which is the same for all uses that rest on it."""

    def tested() -> list[Share]:
        return [share for _, share in around.standing.shares(party, screened=screened)]

    return around.once(("shares", party, screened), tested)


def _largest(shares: Sequence[tuple[UUID, Share]]) -> dict[str, int | float]:
    """By regime the largest share in any of the parties; a regime without a listed owner is left out."""
    found: dict[str, Decimal] = {}
    for _, share in shares:
        if share.percent > found.get(share.regime, 0):
            found[share.regime] = share.percent
    return {regime: _number(percent) for regime, percent in sorted(found.items())}


def _number(percent: Decimal) -> int | float:
    return int(percent) if percent == int(percent) else float(percent)


def _confirmed(outcome: Outcome, hits: Sequence[tuple[UUID, Share]], around: Surroundings) -> Entry:
    entry = _entry(
        _largest(hits) if outcome == Outcome.OWNED else sorted({share.regime for _, share in hits}),
        [party for party, _ in hits],
        around,
    )
    lines = {f"{share.regime}: {_path(share.path, around)}" for _, share in hits}
    entry["label"] = "; ".join(sorted(lines))
    return entry


def _path(path: Iterable[Edge], around: Surroundings) -> str:
    """The holdings that make it, from the listed down."""
    return ", ".join(_step(edge, around.parties) for edge in reversed(list(path)))


def _step(edge: Edge, parties: Mapping[UUID, Party]) -> str:
    owner, owned = (parties[party].name for party in (edge.owner, edge.owned) if isinstance(party, UUID))
    says = [f"{_number(Decimal(edge.equity) / 1000)} %"] if edge.equity else []
    if edge.votes and edge.votes != edge.equity:
        says.append(f"{_number(Decimal(edge.votes) / 1000)} % votes")
    return f"{owner} → {owned} ({', '.join([*says, *sorted(edge.control)])})"


def _entry(value: object, parties: Sequence[UUID], around: Surroundings) -> Entry:
    """A value that follows from the stakes above some parties: it may change on the day the first of them does."""
    stakes = around.standing.ownership.above(parties)
    said = [around.standing.ownership.said[stake.key] for stake in stakes if stake.on(around.on)]
    basis: list[Entry] = [
        {"value": True, "state": one.state, "as_of": one.as_of.isoformat() if one.as_of else None}
        for one in said
        if one.state in KNOWN
    ]
    entry = derived(value, basis, [one.source_label for one in said])
    if until := around.standing.ownership.same_until(stakes):
        entry["valid_until"] = until.isoformat()
    return entry
