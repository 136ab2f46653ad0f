"""What the comparing of a use's parties with the lists says: when, with what, what is open, who is on which list."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.facts.models import State
from apps.policy.sheets.entries import Entry, derived, from_columns
from apps.policy.sheets.surroundings import Surroundings
from apps.policy.standing import counts
from apps.sanctions.models import Listing
from apps.sanctions.screening.standings import Standings

SOURCE = "Screening of the parties"
CONFIRMED = "A person confirmed the match"
NEEDED = ("blocking_lists", "export_lists")
"""Parameters that name the lists without which nobody can say that a chain is on none."""


@dataclass(frozen=True)
class Chain:
    """The parties that stand behind a use, and how they stand against the lists."""

    parties: Sequence[UUID]
    """Those near the use, who stands for them, and everybody above."""
    gaps: Sequence[str]
    """Who stands near the use and is no party of the register, in words."""
    whole: bool
    """Whether somebody says that all that the weights come from is known."""
    around: Surroundings

    @property
    def standings(self) -> Standings:
        """How parties stand now; empty for a past moment."""
        return self.around.standing.standings

    @cached_property
    def compared(self) -> list[UUID]:
        """Those that are compared: the legal entity instead of the brand for which it stands."""
        return list(dict.fromkeys(self.around.standing.legal_entity(party) for party in self.parties))

    @cached_property
    def listings(self) -> list[Listing]:
        """What the register knows of them on lists, as far as it counts."""
        return [row for party in self.parties for row in self.around.listings.get(party, ()) if counts(row)]

    @cached_property
    def confirmed(self) -> list[tuple[UUID, str]]:
        """Party and list, where a person confirmed a match."""
        return [(party, key) for party in self.compared for key in self.standings.confirmed_on(party)]

    @property
    def computed(self) -> bool:
        """Whether any of them was compared with any list: then the screening speaks, and nobody's word beside it."""
        return any(self.standings.versions(party) for party in self.compared)

    def names(self, parties: Iterable[UUID]) -> str:
        """The names of parties in a row."""
        return ", ".join(sorted(self.around.parties[party].name for party in parties if party in self.around.parties))


def confirmed_lists(chain: Chain) -> Entry | None:
    """Lists on which a party of the chain is known to be; None rather than empty when none is known."""
    if not chain.listings and not chain.confirmed:
        return None
    basis = [from_columns(True, row) for row in chain.listings]
    basis += [_by_a_person(chain, party) for party, _ in chain.confirmed]
    pairs = {(row.party_id, row.list_key) for row in chain.listings} | set(chain.confirmed)
    sources = [row.source_label for row in chain.listings] + [CONFIRMED for _ in chain.confirmed]
    entry = derived(sorted({key for _, key in pairs}), basis, sources)
    named = sorted({(chain.around.parties[party].name, key) for party, key in pairs})
    entry["label"] = "; ".join(f"{name}: {key}" for name, key in named)
    return entry


def screened(chain: Chain) -> dict[str, Entry]:
    """`run_on`, `list_versions`, `open_potential_matches` and `direct_lists` as far as the screening says them.

    All four are there once any party of the chain was compared with any list: what cannot be said is then an unknown
    entry whose note says why, whatever people stated by hand.
    """
    if not chain.computed:
        return {}
    never = [party for party in chain.compared if party not in chain.standings.by_party]
    found = {
        "run_on": _run_on(chain, never),
        "list_versions": _list_versions(chain, never),
        "open_potential_matches": _open_matches(chain, never),
        "direct_lists": _direct_lists(chain, never),
    }
    return {f"screening.{field}": entry for field, entry in found.items()}


def _run_on(chain: Chain, never: Sequence[UUID]) -> Entry:
    if never:
        return _unknown(chain, _never(chain, never))
    return _said(chain, _oldest(chain).isoformat())


def _list_versions(chain: Chain, never: Sequence[UUID]) -> Entry:
    if never:
        return _unknown(chain, _never(chain, never))
    dates = [_dates(chain.standings.versions(party)) for party in chain.compared]
    everywhere = set.intersection(*(set(one) for one in dates))
    return _said(chain, {key: min(one[key] for one in dates) for key in sorted(everywhere)})


def _dates(versions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By list, its date of publication; where the file names none, when it was last seen to be the published one."""
    found: dict[str, str] = {}
    for version in versions:
        day = str(version["published_at"] or version["confirmed_at"])[:10]
        for key in version["lists"]:
            found[key] = max(day, found.get(key, ""))
    return found


def _open_matches(chain: Chain, never: Sequence[UUID]) -> Entry:
    """How many are open: where not everybody was compared with lists that are young enough, only if there are some."""
    waiting = [row for party in chain.compared if (row := chain.standings.by_party.get(party)) and row.open_matches]
    number = sum(row.open_matches for row in waiting)
    if not number and (reason := _never(chain, never) or _too_old(chain)):
        return _unknown(chain, reason)
    entry = _said(chain, number)
    if waiting:
        entry["label"] = f"{number} ({chain.names(row.party_id for row in waiting)})"
    return entry


def _direct_lists(chain: Chain, never: Sequence[UUID]) -> Entry:
    reason = (
        _never(chain, never) or _too_old(chain) or _not_covered(chain) or _undecided(chain) or _nameless(chain.gaps)
    )
    if reason:
        return _unknown(chain, reason)
    keys = {row.list_key for row in chain.listings} | {key for _, key in chain.confirmed}
    entry = _said(chain, sorted(keys))
    if not chain.whole:
        entry["note"] = "Of the makers that are known: nobody says that the lineage is complete."
    return entry


def _never(chain: Chain, never: Sequence[UUID]) -> str:
    return f"Not compared with the lists yet: {chain.names(never)}." if never else ""


def _too_old(chain: Chain) -> str:
    old = [party for party in chain.compared if chain.standings.unknown(party)]
    return f"Compared with lists that were too old to say that nothing was found: {chain.names(old)}." if old else ""


def _not_covered(chain: Chain) -> str:
    parameters = chain.around.standing.parameters
    needed = {key for name in NEEDED for key in parameters.get(name, ())}
    missing = {key for party in chain.compared for key in needed - chain.standings.covered(party)}
    return f"Not compared with, or too old: {', '.join(sorted(missing))}." if missing else ""


def _undecided(chain: Chain) -> str:
    waiting = [party for party in chain.compared if chain.standings.probable.get(party)]
    return f"A probable match awaits a person: {chain.names(waiting)}." if waiting else ""


def _nameless(gaps: Sequence[str]) -> str:
    return f"Not known as a party of the register: {', '.join(gaps)}." if gaps else ""


def _oldest(chain: Chain) -> dt.date:
    """The day up to which all that were compared are covered."""
    rows = (chain.standings.by_party[party] for party in chain.compared if party in chain.standings.by_party)
    return timezone.localdate(min(row.covered_at for row in rows))


def _said(chain: Chain, value: object) -> Entry:
    entry: Entry = {"value": value, "state": str(State.VERIFIED), "source": SOURCE, "derived": True}
    entry["as_of"] = _oldest(chain).isoformat()
    return entry


def _unknown(chain: Chain, reason: str) -> Entry:
    return {**_said(chain, None), "state": str(State.UNKNOWN), "note": reason}


def _by_a_person(chain: Chain, party: UUID) -> Entry:
    day = timezone.localdate(chain.standings.by_party[party].covered_at)
    return {"value": True, "state": str(State.VERIFIED), "as_of": day.isoformat()}
