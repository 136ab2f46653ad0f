"""Which relation a card states to its parents, else the one that the hub concludes, and from what."""

from dataclasses import dataclass

from apps.core.errors import filled
from apps.imports.hub_card.taking_apart import Card
from apps.registry.models import LineageEdge

Relation = LineageEdge.Relation
OF_THE_HUB = frozenset({"finetune", "adapter", "merge", "quantized"})
"""The four relations that `base_model_relation` and the hub's tags may name."""
_ADAPTER_TAGS = frozenset({"peft", "lora", "qlora", "dora", "adapter", "adapter-transformers"})
_MERGE_TAGS = frozenset({"merge", "mergekit"})
_QUANTIZED_TAGS = frozenset(
    {
        *("gguf", "awq", "gptq", "exl2", "exl3", "bnb", "bitsandbytes", "quantized", "quantization", "2-bit", "3-bit"),
        *("4-bit", "4bit", "5-bit", "6-bit", "8-bit", "8bit", "int4", "int8", "fp8", "nvfp4", "mxfp4"),
        *(
            "w4a16",
            "w4a8",
            "w8a8",
            "w8a16",
            "compressed-tensors",
            "imatrix",
            "hqq",
            "aqlm",
            "eetq",
            "bnb-my-repo",
            "gguf-my-repo",
        ),
    }
)
_QUANTIZED_NAMES = ("gguf", "awq", "gptq", "exl2", "exl3", "4bit", "8bit", "int4", "int8", "fp8", "nvfp4", "bnb-4bit")
_DRAFT_TAGS = frozenset(
    {"eagle", "eagle2", "eagle3", "speculative-decoding", "speculator", "draft-model", "medusa", "mtp"}
)


@dataclass(frozen=True)
class Concluded:
    """A relation and, where the card does not state it, whence it was concluded; `sure` if something speaks for it."""

    relation: str
    why: str = ""
    sure: bool = True


def concluded(card: Card, parents: int) -> Concluded:
    """The relation as the hub concludes it: adapters, then merges, then quantised copies, else a fine-tune."""
    for relation, sign in (
        (Relation.ADAPTER, _adapter(card)),
        (Relation.MERGE, _merge(card, parents)),
        (Relation.QUANTIZED, _quantized(card)),
    ):
        if sign:
            return Concluded(relation, filled("Concluded from “%(sign)s”; the card does not state it.", sign=sign))
    return Concluded(
        Relation.FINETUNE,
        "The card does not say how it was made; without a sign the hub takes a fine-tune.",
        sure=False,
    )


def _adapter(card: Card) -> str:
    files = [
        name for name in card.file_names if name.rpartition("/")[2].startswith(("adapter_config.", "adapter_model."))
    ]
    library = (card.text_field("library_name") or str(card.api.get("library_name") or "")).casefold()
    if files:
        return f"siblings: {files[0]}"
    if library in ("peft", "adapter-transformers"):
        return f"library_name: {library}"
    return _tag(card, _ADAPTER_TAGS)


def _merge(card: Card, parents: int) -> str:
    return f"base_model: {parents}" if parents > 1 else _tag(card, _MERGE_TAGS)


def _quantized(card: Card) -> str:
    library = card.text_field("library_name").casefold()
    extract = card.api.get("config")
    config = card.config or (extract if isinstance(extract, dict) else {})
    name = card.identifier.casefold()
    if library in ("gguf", "llama.cpp", "exllamav2"):
        return f"library_name: {library}"
    if card.text_field("quantized_by"):
        return "quantized_by"
    if config.get("quantization_config"):
        return "config.json: quantization_config"
    if any(file.casefold().endswith(".gguf") for file in card.file_names):
        return "siblings: *.gguf"
    endings = [ending for ending in _QUANTIZED_NAMES if name.endswith(f"-{ending}")]
    return _tag(card, _QUANTIZED_TAGS) or (f"id: …-{endings[0]}" if endings else "")


def _tag(card: Card, wanted: frozenset[str]) -> str:
    """The first wanted tag, of the card or of the hub."""
    own = card.data.get("tags")
    listed = [*card.tags, *(own if isinstance(own, list) else [])]
    found = next((tag for tag in listed if isinstance(tag, str) and tag.casefold() in wanted), "")
    return f"tags: {found}" if found else ""


def draft_sign(card: Card) -> str:
    """What says that the model only drafts for another one, which none of the hub's relations can express."""
    return _tag(card, _DRAFT_TAGS)


def quantized_sign(card: Card) -> str:
    """What says that the files are a quantised copy, also where something else decided the relation."""
    return _quantized(card)
