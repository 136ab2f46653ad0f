"""Reads of parties and of who holds whom."""

from apps.parties.selectors.ownership import (
    MOST_STAKES,
    Owners,
    owners_above,
    ownership_of,
    parties_below,
    parties_resting_on,
    stake_by_id,
    stakes_around,
    stakes_in,
)
from apps.parties.selectors.parties import (
    domain_by_id,
    family_of,
    name_by_id,
    parties,
    parties_named,
    party_alone,
    party_by_id,
)

__all__ = [
    "MOST_STAKES",
    "Owners",
    "domain_by_id",
    "family_of",
    "name_by_id",
    "owners_above",
    "ownership_of",
    "parties",
    "parties_below",
    "parties_named",
    "parties_resting_on",
    "party_alone",
    "party_by_id",
    "stake_by_id",
    "stakes_around",
    "stakes_in",
]
