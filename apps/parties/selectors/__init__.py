"""Reads of parties and of who holds whom."""

from apps.parties.selectors.ownership import (
    Owners,
    owners_above,
    ownership_of,
    parties_resting_on,
    stake_by_id,
    stakes_in,
)
from apps.parties.selectors.parties import family_of, parties, party_by_id

__all__ = [
    "Owners",
    "family_of",
    "owners_above",
    "ownership_of",
    "parties",
    "parties_resting_on",
    "party_by_id",
    "stake_by_id",
    "stakes_in",
]
