"""What listed parties own or control of those around a use, by each regime's own test."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from apps.parties.models import Party
from apps.parties.ownership import REGIMES, Edge, Outcome, Regime, Share, look_through
from apps.parties.selectors.ownership import ENDS
from apps.policy.sheets.entries import KNOWN, Entry, derived
from apps.policy.sheets.surroundings import Surroundings
from apps.sanctions.models import Listing

SETTLED = frozenset({Outcome.OWNED, Outcome.CONTROLLED, Outcome.BELOW})


def ownership(near: Iterable[UUID | None], screened: bool, around: Surroundings) -> dict[str, Entry]:
    """The `screening.owned_…` and `screening.control_…` facts over the parties `near` a use.

    `owned_confirmed` and `control_confirmed` hold what is known to be and are never empty: a rule may find something in
    them, and does not pass on them. `owned_pct` and `control_hits` are there only when every party is known and every
    regime's test of it is settled: what is not resolved is unknown. `screened` says whether a screening of the use is
    on record; until then an owner whom nobody looked for on a regime's lists is one of whom nothing is known.
    """
    asked = list(near)
    tested = list(dict.fromkeys(_legal_entity(party, around) for party in asked if party))
    shares = [(party, share_of(regime, party, screened, around)) for regime in REGIMES.values() for party in tested]
    found: dict[str, Entry] = {}
    for outcome, field in ((Outcome.OWNED, "owned_confirmed"), (Outcome.CONTROLLED, "control_confirmed")):
        if hits := [(party, share) for party, share in shares if share.outcome == outcome]:
            found[f"screening.{field}"] = _confirmed(outcome, hits, around)
    if tested and None not in asked and all(share.outcome in SETTLED for _, share in shares):
        controlled = {share.regime for _, share in shares if share.outcome == Outcome.CONTROLLED}
        found["screening.owned_pct"] = _entry(_largest(shares), tested, around)
        found["screening.control_hits"] = _entry(sorted(controlled), tested, around)
    return found


def share_of(regime: Regime, party: UUID, screened: bool, around: Surroundings) -> Share:
    """One regime's test of one party; the whole batch is looked through once."""
    key = (regime.key, screened)
    if key not in around.looked_through:
        around.looked_through[key] = look_through(
            regime,
            around.ownership.graph,
            listed_under(regime, around),
            perhaps=_perhaps(regime, screened, around),
            least_resolved=Decimal(str(around.parameters.get("ownership_min_resolved_pct", 100))),
        )
    return around.looked_through[key].share(party)


def _perhaps(regime: Regime, screened: bool, around: Surroundings) -> set[UUID]:
    """The parties of whom it is not known whether the regime begins with them."""
    if regime.key == "DSP":
        return {party for party in around.ownership.parties if not _countries(party, around)}
    return {party for party in around.ownership.parties if not (screened or _looked_for(party, regime, around))}


def _looked_for(party: UUID, regime: Regime, around: Surroundings) -> bool:
    """Whether somebody is known to have searched all lists of a regime for a party."""
    rows = [row for member in _one_with(party, around) for row in around.listings.get(member, ())]
    return regime.lists <= {row.list_key for row in rows if row.state in KNOWN}


def listed_under(regime: Regime, around: Surroundings) -> dict[UUID, dt.date | None]:
    """The parties with which a regime begins, and since when; those behind a listed brand or group too."""
    found: dict[UUID, dt.date | None] = {}
    for party in around.ownership.parties:
        rows = [row for member in _one_with(party, around) for row in around.listings.get(member, ())]
        listed = [row for row in rows if row.list_key in regime.lists | regime.carried and counts(row)]
        if listed:
            days = [row.since for row in listed]
            found[party] = None if None in days else min(day for day in days if day)
        elif regime.key == "DSP" and _is_of_concern(party, around):
            found[party] = None
    return found


def counts(listing: Listing) -> bool:
    """Whether a party is known to be on a list."""
    on_it = listing.status in (Listing.Status.LISTED, Listing.Status.LITIGATED)
    return on_it and listing.state in KNOWN


def _is_of_concern(party: UUID, around: Surroundings) -> bool:
    """Whether its law or its place of business makes a party a covered person."""
    return bool(_countries(party, around) & set(around.parameters.get("dsp_countries_of_concern", ())))


def _countries(party: UUID, around: Surroundings) -> set[str]:
    """The countries by which a party is a covered person of 28 CFR 202.211 or is not; empty while they are not known.

    Its law and its principal place of business; headquarters stand in for the second while it is unknown, and a person
    or a state has but one country.
    """
    facts = {field: str(fact.value) for field, fact in around.facts_of("party", party).items() if fact.known}
    law = facts.get("incorporation_country")
    place = facts.get("principal_place_of_business") or facts.get("hq_country")
    found = {country for country in (law, place) if country}
    known = around.parties.get(party)
    concern = set(around.parameters.get("dsp_countries_of_concern", ()))
    single = known is not None and known.kind in ENDS
    return found if single or (law and place) or found & concern else set()


def _legal_entity(party_id: UUID, around: Surroundings) -> UUID:
    """Who has owners: the legal entity that stands for a brand, else the party itself."""
    party = around.parties.get(party_id)
    return party.principal_id if party and party.principal_id and party.kind == Party.Kind.GROUP else party_id


def _one_with(party_id: UUID, around: Surroundings) -> list[UUID]:
    """A party, the entity that stands for it, and the brand it stands for."""
    party = around.parties.get(party_id)
    if party is None:
        return [party_id]
    group = around.parties.get(party.group_id) if party.group_id else None
    brand = [group.id] if group and group.principal_id == party_id else []
    return [party_id, *([party.principal_id] if party.principal_id else []), *brand]


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
    stakes = around.ownership.above(parties)
    said = [around.ownership.said[stake.key] for stake in stakes if stake.on(around.on)]
    basis: list[Entry] = [
        {"value": True, "state": one.state, "as_of": one.as_of.isoformat() if one.as_of else None}
        for one in said
        if one.state in KNOWN
    ]
    entry = derived(value, basis, [one.source_label for one in said])
    if until := around.ownership.same_until(stakes):
        entry["valid_until"] = until.isoformat()
    return entry
