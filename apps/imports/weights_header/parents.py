"""The parents that a GGUF header names: what the file was converted from, and what the model was made from."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from apps.facts.models import State
from apps.imports.hub_card.taking_apart import IDENTIFIER
from apps.imports.hub_names import from_address
from apps.imports.pointers import join
from apps.imports.records import ParentRecord

MOST = 100
_UNQUANTISED = frozenset({0, 1, 32})
"""Values of `general.file_type`: all F32, mostly F16, mostly BF16."""


def parents_of(metadata: Mapping[str, Any], own: Set[str]) -> Sequence[ParentRecord]:
    """`own` are the folded identifiers of the model itself, which is no parent of its own."""
    found = [*_sources(metadata), *_bases(metadata)]
    unique = {(parent.relation, parent.name.casefold()): parent for parent in reversed(found)}
    return tuple(parent for parent in reversed(unique.values()) if parent.name.casefold() not in own)


def _sources(metadata: Mapping[str, Any]) -> list[ParentRecord]:
    """What the file was made from: the same weights in another format, and quantised unless the header says not."""
    for key in ("general.source.huggingface.repository", "general.source.repo_url", "general.source.url"):
        named = _named(metadata.get(key))
        if named:
            converted = metadata.get("general.file_type") in _UNQUANTISED
            return [
                ParentRecord(
                    name=named,
                    namespace="huggingface",
                    relation="converted" if converted else "quantized",
                    state=State.INFERRED,
                    note="The header names it as the source of the file; the relation follows from its numbers' type.",
                    pointer=join("", "metadata", key),
                )
            ]
    return []


def _bases(metadata: Mapping[str, Any]) -> list[ParentRecord]:
    count = metadata.get("general.base_model.count")
    if not isinstance(count, int) or isinstance(count, bool):
        return []
    relation, why = "finetune", "The header names it as base model and does not say how it was used."
    if metadata.get("general.type") == "adapter":
        relation, why = "adapter", "The header names it as base model of an adapter."
    elif count > 1:
        relation, why = "merge", "The header names several base models."
    return [
        parent
        for index in range(min(count, MOST))
        if (parent := _base(metadata, f"general.base_model.{index}", relation, why))
    ]


def _base(metadata: Mapping[str, Any], key: str, relation: str, why: str) -> ParentRecord | None:
    """A base model by its repository, else by the name the header gives."""
    repository = _named(metadata.get(f"{key}.repo_url"))
    name = metadata.get(f"{key}.name")
    if not repository and not (isinstance(name, str) and name.strip()):
        return None
    return ParentRecord(
        name=repository or " ".join(str(name).split())[:300],
        namespace="huggingface" if repository else "",
        relation=relation,
        state=State.INFERRED,
        note=why,
        pointer=join("", "metadata", f"{key}.repo_url" if repository else f"{key}.name"),
    )


def _named(value: Any) -> str:
    """The repository of the hub that a value names."""
    if not isinstance(value, str):
        return ""
    address = from_address(value)
    if address and address.namespace == "huggingface":
        return address.identifier
    return value if "/" in value and IDENTIFIER.fullmatch(value) else ""
