"""LiteLLM's list of prices, as a catalogue of the models that services offer.

Source: model_prices_and_context_window.json of github.com/BerriAI/litellm.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError
from apps.facts.models import State
from apps.imports.hosted import providers
from apps.imports.modalities import KINDS
from apps.imports.pointers import join
from apps.imports.records import FactRecord, ModelRecord, Reading, Row, UnreadableFile

KIND = "litellm"
MOST_MODELS = 20_000
_NO_MODELS = frozenset({"search", "vector_store"})
"""Modes of tools that LiteLLM has prices for, which are no models."""
_FIELDS = (("supported_modalities", "modalities_in"), ("supported_output_modalities", "modalities_out"))
_SIZE = re.compile(r"(?:(?:hd|standard|low|medium|high|auto|max-x-max|\d+-x-\d+|\d+-steps|base-steps)/)+")
_ELSEWHERE = re.compile(r"(?:us|eu|global|global-standard|data-zone)/")


def is_prices(data: Mapping[str, Any]) -> bool:
    """Whether a document is one."""
    return any(isinstance(value, Mapping) and "litellm_provider" in value for value in data.values())


def of_prices(data: Mapping[str, Any], name: str) -> Reading:
    """Read the list: one entry a model and service. Raises `UnreadableFile` for one that is too long."""
    if len(data) > MOST_MODELS:
        raise UnreadableFile("The list has more models than a list of models can have.")
    entries = [(key, value) for key, value in data.items() if isinstance(value, Mapping) and key != "sample_spec"]
    agreed = _agreed(entries)
    return Reading(
        kind=KIND,
        format="LiteLLM list of prices",
        source=f"List of prices of LiteLLM {name}"[:500],
        rows=tuple(_row(key, value, agreed) for key, value in entries),
        accounted=_accounted(data),
    )


def _agreed(entries: Sequence[tuple[str, Mapping[str, Any]]]) -> Mapping[tuple[str, str], Any]:
    """What the entries of one model say alike; where they differ, the list says nothing of the model."""
    said: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for key, entry in entries:
        for source, field in _FIELDS:
            if entry.get(source) is not None:
                said[_name(key, entry), field].append(_modalities(entry[source]))
    return {key: values[0] for key, values in said.items() if values[0] and all(value == values[0] for value in values)}


def _modalities(value: Any) -> list[str]:
    known = isinstance(value, list) and all(isinstance(item, str) and item in KINDS for item in value)
    return sorted(set(value)) if known else []


def _name(key: str, entry: Mapping[str, Any]) -> str:
    provider, rest = _provider(key, entry)
    found = providers.identifiers(provider, rest)
    return found[0][1] if found else rest


def _provider(key: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    stated = entry.get("litellm_provider")
    provider, rest = providers.provider_of(key, stated if isinstance(stated, str) else "")
    rest = rest.removeprefix(f"{provider}/")
    if provider.startswith("azure"):
        rest = _ELSEWHERE.sub("", rest, count=1)
    size = _SIZE.match(rest)
    return provider, rest[size.end() :] if size else rest


def _row(key: str, entry: Mapping[str, Any], agreed: Mapping[tuple[str, str], Any]) -> Row:
    at = join("", key)
    provider, rest = _provider(key, entry)
    if entry.get("mode") in _NO_MODELS:
        return Row(
            locator=at, errors=(FieldError(f"{at}/mode", gettext_noop("is a tool, not a model")),), raw=dict(entry)
        )
    if not rest.strip() or "*" in rest or rest.startswith("ft:"):
        message = gettext_noop("stands for many models, or for none")
        return Row(locator=at, errors=(FieldError(at, message),), raw=dict(entry))
    found = providers.identifiers(provider, rest)
    name = found[0][1] if found else rest
    facts = [
        FactRecord(
            subject="model",
            field=field,
            value=agreed[name, field],
            state=State.INFERRED,
            note="By LiteLLM's list.",
            pointer=join(at, source),
        )
        for source, field in _FIELDS
        if (name, field) in agreed and entry.get(source) is not None
    ]
    record = ModelRecord(name=name[:300], identifiers=tuple(found), facts=tuple(facts), described=False)
    return Row(locator=at, record=record, raw={"model": key, **entry})


def _accounted(data: Mapping[str, Any]) -> Mapping[str, str]:
    """By key, not by entry: thousands of entries have the same ones."""
    places = {source: f"model.{field}" for source, field in _FIELDS} | {"litellm_provider": "model.identifiers"}
    keys = {key for entry in data.values() if isinstance(entry, Mapping) for key in entry}
    return {"/*": "model.name"} | {join("/*", key): places.get(key, "kept") for key in sorted(keys)}
