"""Writes of parties, their names and domains, and stakes."""

from apps.parties.services.names import add_domain, add_name, remove_domain, remove_name
from apps.parties.services.parties import create_party
from apps.parties.services.permission import require_shared_change
from apps.parties.services.stakes import correct_stake, end_stake, record_stake, withdraw_stake

__all__ = [
    "add_domain",
    "add_name",
    "correct_stake",
    "create_party",
    "end_stake",
    "record_stake",
    "remove_domain",
    "remove_name",
    "require_shared_change",
    "withdraw_stake",
]
