"""The parents that a card names, and those that only the hub's tags name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.facts.models import State
from apps.imports.hub_card.ledger import Ledger, pointed
from apps.imports.hub_card.relations import OF_THE_HUB, Concluded, concluded, draft_sign, quantized_sign
from apps.imports.hub_card.taking_apart import IDENTIFIER, Card
from apps.imports.hub_card.words import is_path, is_place, says_nothing
from apps.imports.records import ParentRecord
from apps.registry.references import split_reference

LINEAGE = "lineage"
_MISSPELT = ("base_models", "basemodel", "base-model", "base model", "parent_model", "source_model")
_TAG = "base_model:"
_MOST_NAME = 300


@dataclass(frozen=True)
class _Named:
    name: str
    namespace: str
    revision: str
    pointer: str
    note: str = ""


@dataclass(frozen=True)
class _Tagged:
    relation: str
    name: str
    pointer: str


def parents_of(card: Card, ledger: Ledger) -> tuple[Sequence[ParentRecord], Concluded | None]:
    """The parents, each with its relation, and the relation of all of them where they share one."""
    named = _named(card, ledger)
    tagged = _tagged(card, ledger)
    stated = _stated(card, ledger)
    how = Concluded(stated) if stated else concluded(card, len(named))
    found = [_record(parent, how, stated, tagged) for parent in named]
    found += _only_tagged(found, tagged, ledger, bool(named))
    _remarks(card, ledger, len(named), how)
    relations = {parent.relation for parent in found}
    if not named or len(relations) != 1:
        return tuple(found), None
    return tuple(found), Concluded(relations.pop(), how.why, how.sure or bool(tagged))


# What the card names


def _named(card: Card, ledger: Ledger) -> list[_Named]:
    for key in _MISSPELT:
        if key in card.data:
            ledger.keep(f"{card.data_at}/{pointed(key)}")
            ledger.note(filled("The key “%(key)s” is none of the hub's (it is “base_model”).", key=key))
    found: dict[str, _Named] = {}
    for pointer, value in _values(card.data.get("base_model"), f"{card.data_at}/base_model"):
        parent = _parent(card, ledger, pointer, value)
        if parent is None:
            ledger.keep(pointer)
            continue
        ledger.to(pointer, LINEAGE)
        if parent.name.casefold() in found:
            ledger.note(filled("“%(name)s” is named more than once as a base model.", name=parent.name))
        found.setdefault(parent.name.casefold(), parent)
    return list(found.values())


def _values(value: Any, at: str) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"{at}/{index}", item) for index, item in enumerate(value)]
    return [] if value is None else [(at, value)]


def _parent(card: Card, ledger: Ledger, pointer: str, value: Any) -> _Named | None:
    if not isinstance(value, str):
        ledger.note(gettext_noop("A value of “base_model” is no text; it was not read as a parent."))
        return None
    text = " ".join(value.split())
    if is_place(text):
        ledger.note(filled("“%(text)s” is the unfilled place of a template, no parent.", text=text[:80]))
        return None
    if says_nothing(text):
        ledger.note(filled("The card says of the base model only “%(text)s”.", text=text))
        return None
    if is_path(text) and not text.casefold().startswith(("http://", "https://", "hf:", "pkg:")):
        return _Named(text[:_MOST_NAME], "", "", pointer, "A path on the machine that made it; no repository is named.")
    reference = split_reference(text)
    if not IDENTIFIER.fullmatch(reference.identifier):
        return _Named(text[:_MOST_NAME], "", "", pointer, "No repository of the hub has such a name.")
    if reference.identifier.casefold() == card.identifier.casefold():
        ledger.note(gettext_noop("The card names its own repository as base model; that is no parent."))
        return None
    return _Named(reference.identifier, "huggingface", reference.revision, pointer)


def _stated(card: Card, ledger: Ledger) -> str:
    """`base_model_relation`; empty where it is absent or none of the four that the hub knows."""
    if "base_model_relation" not in card.data:
        return ""
    at, text = f"{card.data_at}/base_model_relation", card.text_field("base_model_relation").casefold()
    if text in OF_THE_HUB:
        ledger.to(at, f"{LINEAGE} (relation)")
        return text
    ledger.keep(at)
    ledger.note(
        filled(
            "The relation “%(text)s” is none of the hub's (%(known)s).",
            text=text[:80],
            known=", ".join(sorted(OF_THE_HUB)),
        )
    )
    return ""


def _record(parent: _Named, how: Concluded, stated: str, tagged: Sequence[_Tagged]) -> ParentRecord:
    of_hub = next((tag for tag in tagged if tag.name.casefold() == parent.name.casefold()), None)
    relation, why = how.relation, how.why
    if not stated and of_hub:
        relation, why = of_hub.relation, "The card does not state the relation; the hub's tag does."
    return ParentRecord(
        name=parent.name,
        namespace=parent.namespace,
        revision=parent.revision,
        relation=relation,
        state=State.CLAIMED_BY_PROVIDER if stated else State.INFERRED,
        note=" ".join(part for part in (parent.note, str(why)) if part),
        pointer=parent.pointer,
    )


# What the hub's tags name


def _tagged(card: Card, ledger: Ledger) -> list[_Tagged]:
    """Tags such as `base_model:quantized:owner/name`; those without a relation say no more than the card."""
    found = []
    for index, tag in card.hub_tags:
        if not tag.startswith(_TAG):
            continue
        relation, _, name = tag.removeprefix(_TAG).partition(":")
        pointer = f"{card.api_at}/tags/{index}"
        if relation in OF_THE_HUB and IDENTIFIER.fullmatch(name):
            ledger.to(pointer, LINEAGE)
            if name.casefold() != card.identifier.casefold():
                found.append(_Tagged(relation, name, pointer))
    return found + _base_models(card.api.get("baseModels"), card, ledger)


def _base_models(value: Any, card: Card, ledger: Ledger) -> list[_Tagged]:
    """`baseModels` of the API: `{"relation": …, "models": [{"id": …}]}`."""
    if not isinstance(value, Mapping) or value.get("relation") not in OF_THE_HUB:
        return []
    models = value.get("models")
    found = []
    for index, model in enumerate(models if isinstance(models, list) else ()):
        name = model.get("id") if isinstance(model, dict) else None
        if isinstance(name, str) and IDENTIFIER.fullmatch(name) and name.casefold() != card.identifier.casefold():
            pointer = f"{card.api_at}/baseModels/models/{index}/id"
            ledger.to(pointer, LINEAGE)
            found.append(_Tagged(str(value["relation"]), name, pointer))
    return found


def _only_tagged(
    named: Sequence[ParentRecord], tagged: Sequence[_Tagged], ledger: Ledger, card_names: bool
) -> list[ParentRecord]:
    """Claims of the hub that the card does not make: another parent, or another relation to the same one."""
    known = {(parent.relation, parent.name.casefold()) for parent in named}
    found = []
    for tag in tagged:
        if (tag.relation, tag.name.casefold()) in known:
            continue
        known.add((tag.relation, tag.name.casefold()))
        if card_names:
            ledger.note(
                filled(
                    "The hub's tag says %(relation)s of “%(name)s”, the card does not; both claims are kept.",
                    relation=tag.relation,
                    name=tag.name,
                )
            )
        found.append(
            ParentRecord(
                name=tag.name,
                namespace="huggingface",
                relation=tag.relation,
                state=State.INFERRED,
                note="By the hub's tag; the front matter does not say so.",
                pointer=tag.pointer,
            )
        )
    return found


def _remarks(card: Card, ledger: Ledger, parents: int, how: Concluded) -> None:
    if not parents:
        return
    if how.relation == "merge" and "no weights are merged" in " ".join(card.text.casefold().split()):
        ledger.note(gettext_noop("The relation is “merge”, but the card's text says that no weights are merged."))
    if how.relation == "merge" and parents == 1:
        ledger.note(gettext_noop("The relation is “merge”, but only one base model is named."))
    if how.relation == "merge" and how.why and quantized_sign(card):
        ledger.note(
            filled(
                "Several base models are named and “%(sign)s” speaks of a quantised copy: the list may be that of "
                "the model that was quantised.",
                sign=quantized_sign(card),
            )
        )
    if draft_sign(card):
        ledger.note(
            filled("“%(sign)s” speaks of a draft model, which no relation of the hub expresses.", sign=draft_sign(card))
        )
