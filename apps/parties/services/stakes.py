"""Writes of stakes: recorded, ended, corrected, taken back; never overwritten."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import Conflict, InvalidInput
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party, Stake
from apps.parties.services.permission import require_shared_change

FREE_FLOAT = "Free float"
"""The name of the owner where a source gives it none."""


@dataclass(frozen=True, kw_only=True)
class StakeSaid:
    """What a source says of one stake. Percentages lie between 0 and 100; days include both ends."""

    owner: Party | None = None
    owner_name: str = ""
    """For an owner that is no party of the register."""
    free_float: bool = False
    basis: str
    equity_pct: Decimal | None = None
    voting_pct: Decimal | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str
    source_url: str = ""
    as_of: dt.date
    note: str = ""

    def columns(self, owned: Party) -> dict[str, Any]:
        """As it is stored. Raises `InvalidInput` with a pointer."""
        columns = {
            "owned": owned,
            "owner": self.owner,
            "owner_name": self._owner_name(owned),
            "free_float": self.free_float,
            "basis": self.basis,
            "equity_pct": self.equity_pct,
            "voting_pct": self.voting_pct,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "source_label": clean_text(self.source, pointer="/source", max_length=500),
            "source_url": clean_url(self.source_url, pointer="/source_url", required=False),
            "as_of": clean_as_of(self.as_of),
            "note": clean_text(self.note, pointer="/note", max_length=2000, required=False),
        }
        if self.basis not in Stake.Basis.values:
            raise InvalidInput(f"must be one of {', '.join(Stake.Basis.values)}", pointer="/basis")
        for pointer, share in (("/equity_pct", self.equity_pct), ("/voting_pct", self.voting_pct)):
            if share is not None and not (share.is_finite() and 0 <= share <= 100):
                raise InvalidInput("must lie between 0 and 100", pointer=pointer)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise InvalidInput("must not lie before the first day", pointer="/valid_to")
        return columns

    def _owner_name(self, owned: Party) -> str:
        if self.owner is None:
            name = self.owner_name or (FREE_FLOAT if self.free_float else "")
            return clean_text(name, pointer="/owner_name")
        if self.owner.id == owned.id:
            raise InvalidInput("a party cannot hold itself", pointer="/owner")
        if self.free_float:
            raise InvalidInput("has no owner in the register", pointer="/free_float")
        return self.owner.name


def record_stake(*, actor: Actor, owned: Party, **said: Any) -> Stake:
    """Record what a source says of a stake in `owned`; the rest as in `StakeSaid`.

    Cross-holdings may run in a circle. Raises `InvalidInput` with a pointer, for a party that would hold itself too.
    """
    require_shared_change(actor)
    columns = StakeSaid(**said).columns(owned)
    with change(actor, "stake.record"):
        return _stored(columns)


def end_stake(
    *, actor: Actor, stake: Stake, valid_to: dt.date, source: str, source_url: str = "", as_of: dt.date
) -> Stake:
    """Say that `valid_to` was the last day of a stake; `source` says so, as of that day.

    Raises `Conflict` when somebody has changed it meanwhile.
    """
    require_shared_change(actor)
    said = {**_said(stake), "valid_to": valid_to, "source": source, "source_url": source_url, "as_of": as_of}
    columns = StakeSaid(**said).columns(stake.owned)
    with change(actor, "stake.end"):
        return _stored(columns, instead_of=stake)


def correct_stake(*, actor: Actor, stake: Stake, reason: str, **said: Any) -> Stake:
    """Put what is right in place of a stake that was recorded wrongly; what is not given stays.

    Raises `Conflict` when somebody has changed it meanwhile.
    """
    require_shared_change(actor)
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    columns = StakeSaid(**{**_said(stake), **said}).columns(stake.owned)
    with change(actor, "stake.correct", reason=reason):
        return _stored(columns, instead_of=stake)


def withdraw_stake(*, actor: Actor, stake: Stake, reason: str) -> Stake:
    """Take back a stake that never was. Raises `Conflict` when somebody has changed it meanwhile."""
    require_shared_change(actor)
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "stake.withdraw", reason=reason):
        found = _in_force(stake)
        found.superseded_at = now()
        found.save(update_fields=["superseded_at"])
        facts_changed.send(sender=Stake, subjects={SubjectRef("party", found.owned_id)})
    return found


def _said(stake: Stake) -> dict[str, Any]:
    return {
        "owner": stake.owner,
        "owner_name": stake.owner_name,
        "free_float": stake.free_float,
        "basis": stake.basis,
        "equity_pct": stake.equity_pct,
        "voting_pct": stake.voting_pct,
        "valid_from": stake.valid_from,
        "valid_to": stake.valid_to,
        "source": stake.source_label,
        "source_url": stake.source_url,
        "as_of": stake.as_of,
        "note": stake.note,
    }


def _stored(columns: dict[str, Any], instead_of: Stake | None = None) -> Stake:
    stake = Stake(**columns, state="claimed_by_owner")
    old = _in_force(instead_of) if instead_of else None
    stake.save()
    if old:
        # To the moment: there is none at which neither of the two stands.
        old.superseded_at, old.superseded_by = stake.created_at, stake
        old.save(update_fields=["superseded_at", "superseded_by"])
    facts_changed.send(sender=Stake, subjects={SubjectRef("party", stake.owned_id)})
    return stake


def _in_force(stake: Stake) -> Stake:
    found = Stake.objects.select_for_update().filter(id=stake.id).first()
    if found is None:
        raise Conflict("This stake was changed since you read it; read it again.")
    return found
