"""Our own records as namespaced properties of a bill of materials, and back. Pure.

CycloneDX and SPDX have no place for the state, source and date of a statement, for its conflict, for the relation of a
lineage edge or for a use. Our exports write them as properties whose names begin with `weighbridge:`; a value is plain
text or JSON. What stands there is read again statement by statement, so that an import of our own export gives the
same facts back.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.canonical import canonical_json
from apps.core.errors import InvalidInput, filled
from apps.facts.catalogue import FIELDS
from apps.facts.models import Quality, State
from apps.imports.records import (
    HERE,
    FactRecord,
    FileRecord,
    LicenceRecord,
    ModelRecord,
    ParentRecord,
    Provenance,
    Said,
    UseRecord,
)
from apps.registry.models import LineageEdge

PREFIX = "weighbridge:"
MARK = PREFIX + "format"
"""Stands on every element that carries a record of ours, with the version of this form as its value."""
VERSION = "1"
Pairs = Sequence[tuple[str, str]]

_MODEL_TEXTS = ("name", "developer", "family", "revision")
_USE_TEXTS = ("use", "team", "use_case", "deployment", "owner_email")

gettext_noop("is no fact of the catalogue")


def properties_of(record: ModelRecord) -> list[tuple[str, str]]:
    """Everything a model's record says, as names and values, in a fixed order."""
    return [
        (MARK, VERSION),
        *((PREFIX + name, getattr(record, name)) for name in _MODEL_TEXTS if getattr(record, name)),
        *([] if record.described else [(PREFIX + "mentioned", "true")]),
        *((PREFIX + "identifier", f"{namespace}:{identifier}") for namespace, identifier in record.identifiers),
        *((PREFIX + "licence", json_of(licence)) for licence in record.licences),
        *((PREFIX + "parent", json_of(parent)) for parent in record.parents),
        *((PREFIX + "file", json_of(file)) for file in record.files),
        *((PREFIX + "fact", json_of(fact)) for fact in record.facts),
    ]


def use_properties_of(record: UseRecord) -> list[tuple[str, str]]:
    """Everything a use's record says about itself; its model has an element of its own."""
    return [
        (MARK, VERSION),
        *((PREFIX + name, getattr(record, name)) for name in _USE_TEXTS if getattr(record, name)),
        *((PREFIX + "fact", json_of(fact)) for fact in record.facts),
    ]


def is_ours(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether an element carries a record of ours."""
    return any(name == MARK for name, _ in pairs)


def model_from(pairs: Pairs) -> ModelRecord:
    """The record that `properties_of` wrote. Raises `InvalidInput`, its pointer being `/` and the property's index."""
    return ModelRecord(
        **_texts(pairs, _MODEL_TEXTS),
        described=not any(name == PREFIX + "mentioned" for name, _ in pairs),
        identifiers=[_identifier(value, index) for index, value in _values(pairs, "identifier")],
        licences=[_licence(object_of(value, index), index) for index, value in _values(pairs, "licence")],
        parents=[_parent(object_of(value, index), index) for index, value in _values(pairs, "parent")],
        files=[_file(object_of(value, index), index) for index, value in _values(pairs, "file")],
        facts=_facts(pairs),
        suspects=(),
    )


def use_from(pairs: Pairs, model: ModelRecord) -> UseRecord:
    """The record that `use_properties_of` wrote, on a model. Raises `InvalidInput` like `model_from`."""
    return UseRecord(model=model, facts=_facts(pairs), **_texts(pairs, _USE_TEXTS))


def json_of(record: Any) -> str:
    """A record as the value of a property."""
    return canonical_json(plain_of(record)).decode()


def plain_of(record: Any) -> dict[str, Any]:
    """A record as plain JSON without what is at its default, so that what is not said takes no room."""
    found: dict[str, Any] = {}
    for one in fields(record):
        value = getattr(record, one.name)
        if one.name == "pointer" or value in ("", None, ()) or value == one.default:
            continue
        if isinstance(value, Provenance):
            found |= plain_of(value)
        elif isinstance(value, dt.date):
            found[one.name] = value.isoformat()
        else:
            found[one.name] = [dict(side) for side in value] if one.name == "conflict" else value
    if isinstance(record, FactRecord | ParentRecord | LicenceRecord | Said):
        found["state"] = record.state
    return found


def _values(pairs: Pairs, name: str) -> list[tuple[int, str]]:
    return [(index, value) for index, (key, value) in enumerate(pairs) if key == PREFIX + name]


def _texts(pairs: Pairs, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        values = _values(pairs, name)
        if len(values) > 1:
            raise wrong_property(values[1][0], "stands twice")
        if values:
            found[name] = values[0][1]
    if names is _MODEL_TEXTS and not found.get("name"):
        raise wrong_property(0, "a model without a name")
    return found


def wrong_property(index: int, message: str) -> InvalidInput:
    """The error about a property, by its index."""
    return InvalidInput(message, pointer=f"/{index}")


def _identifier(value: str, index: int) -> tuple[str, str]:
    namespace, colon, identifier = value.partition(":")
    if not colon or not identifier:
        raise wrong_property(index, "must be a namespace, a colon and an identifier")
    return namespace, identifier


def object_of(value: str, index: int) -> dict[str, Any]:
    """The JSON object that a property holds. Raises `InvalidInput`."""
    try:
        found = json.loads(value, parse_constant=_no_number)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise wrong_property(index, "must be a JSON object")
    return found


def _no_number(name: str) -> float:
    raise ValueError(name)


def _facts(pairs: Pairs) -> list[FactRecord]:
    return [fact_of(object_of(value, index), index) for index, value in _values(pairs, "fact")]


def fact_of(found: dict[str, Any], index: int) -> FactRecord:
    """A statement of the catalogue. Raises `InvalidInput`."""
    subject, field = text_of(found, "subject", index), text_of(found, "field", index)
    if field not in FIELDS.get(subject, {}):
        raise wrong_property(index, filled("“%(field)s” is no fact of the catalogue", field=f"{subject}.{field}"[:100]))
    conflict = found.get("conflict", [])
    if not isinstance(conflict, list) or not all(isinstance(side, dict) for side in conflict):
        raise wrong_property(index, "conflict must be a list of objects")
    return FactRecord(
        subject=subject,
        field=field,
        value=found.get("value"),
        state=state_of(found, index),
        note=text_of(found, "note", index),
        conflict=tuple(conflict),
        provenance=provenance_of(found, index),
    )


def _parent(found: dict[str, Any], index: int) -> ParentRecord:
    relation = text_of(found, "relation", index)
    if relation not in LineageEdge.Relation.values or not text_of(found, "name", index):
        raise wrong_property(index, "a parent needs a name and a known relation")
    return ParentRecord(
        name=text_of(found, "name", index),
        relation=relation,
        namespace=text_of(found, "namespace", index),
        revision=text_of(found, "revision", index),
        state=state_of(found, index),
        note=text_of(found, "note", index),
        provenance=provenance_of(found, index),
    )


def _licence(found: dict[str, Any], index: int) -> LicenceRecord:
    texts = {name: text_of(found, name, index) for name in ("declared", "link", "text")}
    return LicenceRecord(**texts, state=state_of(found, index))


def _file(found: dict[str, Any], index: int) -> FileRecord:
    size = found.get("size")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise wrong_property(index, "size must be a whole number")
    return FileRecord(**{name: text_of(found, name, index) for name in ("path", "sha256", "format")}, size=size)


def text_of(found: Mapping[str, Any], name: str, index: int) -> str:
    """A text of an object; empty where there is none. Raises `InvalidInput` for anything else."""
    value = found.get(name, "")
    if not isinstance(value, str):
        raise wrong_property(index, filled("%(name)s must be text", name=name))
    return value


def state_of(found: Mapping[str, Any], index: int) -> str:
    """The state of a statement. Raises `InvalidInput` for one that there is not."""
    state = text_of(found, "state", index) or State.CLAIMED_BY_PROVIDER
    if state not in State.values:
        raise wrong_property(index, "is no state of a statement")
    return state


def provenance_of(found: Mapping[str, Any], index: int) -> Provenance:
    """Where a statement comes from. Raises `InvalidInput`."""
    quality = text_of(found, "source_quality", index)
    if quality and quality not in Quality.values:
        raise wrong_property(index, "is no quality of a source")
    said = Provenance(
        source=text_of(found, "source", index),
        source_url=text_of(found, "source_url", index),
        source_quality=quality,
        as_of=day_of(found, "as_of", index),
        valid_until=day_of(found, "valid_until", index),
    )
    return HERE if said == HERE else said


def day_of(found: Mapping[str, Any], name: str, index: int) -> dt.date | None:
    """A day of an object, where there is one. Raises `InvalidInput`."""
    text = text_of(found, name, index)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise wrong_property(index, filled("%(name)s must be a date such as 2026-11-24", name=name)) from None


def mention(record: ModelRecord) -> ModelRecord:
    """Just enough of a model's record to find the model by."""
    return ModelRecord(
        name=record.name,
        identifiers=record.identifiers,
        developer=record.developer,
        revision=record.revision,
        described=False,
    )
