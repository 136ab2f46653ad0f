"""Writes of the register."""

from apps.registry.services.facts import FactInput, state_facts
from apps.registry.services.models import (
    AliasInput,
    add_alias,
    add_artefact,
    add_lineage_edge,
    add_release,
    register_model,
    remove_lineage_edge,
    require_shared,
)
from apps.registry.services.uses import claim_use, register_use, retire_use

__all__ = [
    "AliasInput",
    "FactInput",
    "add_alias",
    "add_artefact",
    "add_lineage_edge",
    "add_release",
    "claim_use",
    "register_model",
    "register_use",
    "remove_lineage_edge",
    "require_shared",
    "retire_use",
    "state_facts",
]
