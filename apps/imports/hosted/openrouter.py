"""OpenRouter: the list of its models (API answer or table), and lists of those that are in use.

Source: openrouter.ai/docs, GET /api/v1/models.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError
from apps.facts.models import State
from apps.imports.hosted.litellm import observed
from apps.imports.hub_card.taking_apart import IDENTIFIER as HUB_IDENTIFIER
from apps.imports.modalities import modalities
from apps.imports.pointers import join
from apps.imports.records import FactRecord, ModelRecord, Reading, Row, UseRecord

KIND = "openrouter"
IDENTIFIER = re.compile(r"~?[a-z0-9][\w.-]*/[\w.-]+(:[\w.-]+)?", re.IGNORECASE)
_ROUTERS = re.compile(r"~.*|openrouter/.*|.*/auto", re.IGNORECASE)
"""Names behind which OpenRouter chooses a model, a different one from time to time."""
_COLUMNS = frozenset({"id", "canonical_slug", "hugging_face_id"})
_MOST = 50_000


def is_table(text: str) -> bool:
    """Whether a text is a CSV table of models."""
    head = text.lstrip("\n").partition("\n")[0]
    return len(_COLUMNS & {cell.strip().strip('"') for cell in head.split(",")}) >= 2


def entries_of(data: Any) -> list[Any] | None:
    """The entries of a document: `{"data": […]}` of the API, `{"models": […]}` of a configuration, or a list."""
    if isinstance(data, Mapping):
        data = next((data[key] for key in ("data", "models", "allowed_models", "model") if key in data), None)
        data = [data] if isinstance(data, str) else data
    if not isinstance(data, list) or not 0 < len(data) <= _MOST:
        return None
    return data if all(_id(item) for item in data) else None


def _id(item: Any) -> str:
    found = item.get("id") if isinstance(item, Mapping) else item
    if not isinstance(found, str):
        return ""
    found = found.strip()
    # LiteLLM's way of writing it, `openrouter/maker/model`; but `openrouter/auto` is an identifier as it stands.
    found = found.removeprefix("openrouter/") if found.count("/") > 1 else found
    return found if IDENTIFIER.fullmatch(found) else ""


def of_table(rows: Sequence[tuple[int, Mapping[str, str]]], name: str) -> Reading:
    """The list of models as a table."""
    entries = [
        {**row, "architecture": {key: row.get(key, "").split("|") for key in ("input_modalities", "output_modalities")}}
        for _, row in rows
    ]
    places = [f"row {line}" for line, _ in rows]
    raws = [dict(row) for _, row in rows]
    return _catalogue(entries, places, raws, name)


def of_entries(entries: Sequence[Any], document: Any, name: str) -> Reading:
    """The answer of the API is a list of what there is; mere identifiers are a list of what is in use."""
    if all(isinstance(entry, Mapping) and ("architecture" in entry or "canonical_slug" in entry) for entry in entries):
        places = [f"/data/{at}" for at in range(len(entries))]
        return _catalogue(entries, places, [dict(entry) for entry in entries], name)
    found = list(dict.fromkeys(_id(entry) for entry in entries))
    return Reading(
        kind=KIND,
        format="OpenRouter list of models in use",
        source=f"Models of OpenRouter in use {name}"[:500],
        rows=tuple(_use(identifier, at) for at, identifier in enumerate(found)),
        document=document if isinstance(document, Mapping) else {"models": document},
        accounted={"/models": "model.identifiers, use.name, deployment.hosting_mode"},
    )


def _catalogue(entries: Sequence[Mapping[str, Any]], places: Sequence[str], raws: Sequence[Any], name: str) -> Reading:
    agreed = _agreed(entries)
    keys = {key for entry in entries for key in entry if isinstance(key, str)}
    where = {
        **dict.fromkeys(("id", "canonical_slug", "hugging_face_id"), "model.identifiers"),
        "name": "model.name",
        "architecture": "model.modalities_in, model.modalities_out",
    }
    return Reading(
        kind=KIND,
        format="OpenRouter list of models",
        source=f"List of models of OpenRouter {name}"[:500],
        rows=tuple(_model(entry, at, raw, agreed) for entry, at, raw in zip(entries, places, raws, strict=True)),
        accounted={join("/*", key): where.get(key, "kept") for key in sorted(keys)},
    )


def _agreed(entries: Sequence[Mapping[str, Any]]) -> Mapping[tuple[str, str], list[str]]:
    """What all variants of a model (`:free` and the like) say alike of its inputs and outputs."""
    said: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for entry in entries:
        architecture = entry.get("architecture")
        for source, field in (("input_modalities", "modalities_in"), ("output_modalities", "modalities_out")):
            listed = architecture.get(source) if isinstance(architecture, Mapping) else None
            words = [word for word in listed if isinstance(word, str)] if isinstance(listed, list) else []
            said[_base(entry), field].append(sorted(modalities(word for word in words if word != "file")[0]))
    return {key: values[0] for key, values in said.items() if values[0] and all(value == values[0] for value in values)}


def _base(entry: Mapping[str, Any]) -> str:
    """The identifier without the variant, which is a way of being served, not another model."""
    return str(entry.get("id") or "").strip().partition(":")[0]


def _model(entry: Mapping[str, Any], at: str, raw: Any, agreed: Mapping[tuple[str, str], list[str]]) -> Row:
    identifier = _base(entry)
    if not IDENTIFIER.fullmatch(identifier):
        return Row(
            locator=at, errors=(FieldError(join(at, "id"), gettext_noop("is no identifier of OpenRouter")),), raw=raw
        )
    if _ROUTERS.fullmatch(identifier):
        return Row(locator=at, errors=(FieldError(join(at, "id"), _CHOOSES),), raw=raw)
    named = [("openrouter", identifier)]
    slug, hub = entry.get("canonical_slug"), entry.get("hugging_face_id")
    if isinstance(slug, str) and IDENTIFIER.fullmatch(slug) and slug != identifier:
        named.append(("openrouter", slug))
    if isinstance(hub, str) and "/" in hub and HUB_IDENTIFIER.fullmatch(hub):
        named.append(("huggingface", hub))
    facts = tuple(
        FactRecord(
            subject="model",
            field=field,
            value=agreed[identifier, field],
            state=State.INFERRED,
            note="By OpenRouter's list.",
            pointer=at,
        )
        for field in ("modalities_in", "modalities_out")
        if (identifier, field) in agreed
    )
    record = ModelRecord(name=_title(entry, identifier), identifiers=tuple(named), facts=facts, described=False)
    return Row(locator=at, record=record, raw=raw)


_CHOOSES = gettext_noop("chooses a model by itself: nothing says which one")


def _title(entry: Mapping[str, Any], identifier: str) -> str:
    """The name without the maker before it and the variant after it."""
    title = entry.get("name")
    if not isinstance(title, str) or not title.strip():
        return identifier.partition("/")[2]
    return re.sub(
        r"\s*\((free|beta|self-moderated|thinking|extended|online)\)$", "", title.partition(": ")[2] or title
    ).strip()[:300]


def _use(identifier: str, at: int) -> Row:
    place, base = f"/models/{at}", identifier.partition(":")[0]
    raw = {"id": identifier}
    if _ROUTERS.fullmatch(base):
        return Row(locator=place, errors=(FieldError(place, _CHOOSES),), raw=raw)
    label = f"{identifier} (OpenRouter)"[:300]
    stated = (("hosting_mode", "aggregator"), ("endpoint_domain", "openrouter.ai"))
    record = UseRecord(
        model=ModelRecord(name=base.partition("/")[2][:300], identifiers=(("openrouter", base),), described=False),
        use=label,
        deployment=label,
        use_case=label,
        facts=(
            *(
                FactRecord(subject="deployment", field=field, value=value, state=State.CLAIMED_BY_OWNER, pointer=place)
                for field, value in stated
            ),
            observed(place),
        ),
    )
    return Row(locator=place, record=record, raw=raw)
