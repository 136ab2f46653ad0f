"""Writes of the register."""

from apps.registry.services.facts import FactInput, require_shared, state_facts
from apps.registry.services.inheritance import refresh_inheritance
from apps.registry.services.lineage import (
    MOST_PARENTS,
    add_lineage_edge,
    claim_lineage_edge,
    remove_lineage_edge,
    withdraw_lineage_claims,
)
from apps.registry.services.models import AliasInput, add_alias, add_artefact, add_release, register_model
from apps.registry.services.suggestions import (
    Suggestion,
    confirm_suggestion,
    refuse_suggestion,
    suggest_parents,
)
from apps.registry.services.uses import claim_use, register_use, retire_use

__all__ = [
    "MOST_PARENTS",
    "AliasInput",
    "FactInput",
    "Suggestion",
    "add_alias",
    "add_artefact",
    "add_lineage_edge",
    "add_release",
    "claim_lineage_edge",
    "claim_use",
    "confirm_suggestion",
    "refresh_inheritance",
    "refuse_suggestion",
    "register_model",
    "register_use",
    "remove_lineage_edge",
    "require_shared",
    "retire_use",
    "state_facts",
    "suggest_parents",
    "withdraw_lineage_claims",
]
