"""The fact catalogue: every field that can be known about a subject, from one file per subject in the rooms.

Pages, the API, fact sheets, templates and the types of rules are all made from it.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import yaml

from apps.core.errors import InvalidInput, filled
from apps.core.text import clean_text, clean_url
from apps.places.countries import is_country

ROOMS = Path(__file__).resolve().parents[1]
TYPES = frozenset(
    {"text", "number", "boolean", "date", "choice", "list", "map", "country", "countries", "url", "party", "user"}
)
ROLES = frozenset({"administrator", "officer", "approver", "owner"})
MAX_ITEMS = 500
MAX_TEXT = 2000
LARGEST = 1e30
WHOLE = frozenset({"days", "persons", "parameters", "matches"})
"""Units of which there are no parts."""
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class CatalogueError(ValueError):
    """A catalogue file is malformed; the message names file and field."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of one subject: what may be said about it, by whom, and how long it stays fresh."""

    subject: str
    name: str
    type: str
    label: Mapping[str, str]
    meaning: Mapping[str, str]
    allowed: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unit: str = ""
    asserted: bool = True
    may_assert: tuple[str, ...] = ()
    fresh_days: int | None = None
    material: bool = False
    align: str = ""
    readable: bool = True
    """Whether rules may name it; false for what only people read."""

    def label_in(self, language: str) -> str:
        """The field's name for readers of a language."""
        return self.label.get(language) or self.label["en"]

    def meaning_in(self, language: str) -> str:
        """What the field means, in one sentence."""
        return self.meaning.get(language) or self.meaning["en"]

    def value_label(self, value: Any, language: str) -> str:
        """The words for one allowed value; the value itself where it has none."""
        words = self.labels.get(str(value))
        return (words.get(language) or words["en"]) if words else str(value)


_FILE_KEYS = frozenset({"subject", "path", "paths", "asserted", "fields"})
_KEYS = frozenset(
    {
        "type",
        "label",
        "meaning",
        "allowed",
        "labels",
        "unit",
        "asserted",
        "may_assert",
        "fresh_days",
        "material",
        "align",
        "readable",
    }
)


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error rather than the last one winning."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise CatalogueError(f"{', '.join(twice)}: stands twice")
        return super().construct_mapping(node, deep=deep)


def _read(path: Path) -> tuple[str, tuple[str, ...], dict[str, FieldSpec]]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        unknown = set(data) - _FILE_KEYS
        if unknown:
            raise CatalogueError(f"unknown keys {sorted(unknown)}")
        subject = data["subject"]
        prefixes = tuple(data["paths"]) if "paths" in data else (data.get("path", subject),)
        derived = data.get("asserted") is False
        return subject, prefixes, {name: _spec(subject, name, row, derived) for name, row in data["fields"].items()}
    except (AttributeError, KeyError, TypeError, yaml.YAMLError, CatalogueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _spec(subject: str, name: str, row: Mapping[str, Any], derived: bool) -> FieldSpec:
    unknown = set(row) - _KEYS
    if unknown:
        raise CatalogueError(f"{name}: unknown keys {sorted(unknown)}")
    if row["type"] not in TYPES:
        raise CatalogueError(f"{name}: unknown type {row['type']}")
    allowed = tuple(str(value) for value in row.get("allowed", ()))
    if (row["type"] == "choice" and not allowed) or set(row.get("labels", {})) != set(allowed):
        raise CatalogueError(f"{name}: choices and labels do not fit")
    for words in (row["label"], row["meaning"], *row.get("labels", {}).values()):
        if not words["en"] or not words["de"]:
            raise CatalogueError(f"{name}: words are missing in a language")
    asserted = bool(row.get("asserted", not derived))
    may_assert = tuple(row.get("may_assert", ()))
    if set(may_assert) - ROLES or asserted != bool(may_assert):
        raise CatalogueError(f"{name}: an asserted field names roles out of {sorted(ROLES)}, a derived one none")
    return FieldSpec(
        subject=subject,
        name=name,
        type=row["type"],
        label=row["label"],
        meaning=row["meaning"],
        allowed=allowed,
        labels=row.get("labels", {}),
        unit=row.get("unit", ""),
        asserted=asserted,
        may_assert=may_assert,
        fresh_days=row.get("fresh_days"),
        material=bool(row.get("material", False)),
        align=row.get("align", ""),
        readable=row.get("readable", True),
    )


def _load() -> tuple[Mapping[str, Mapping[str, FieldSpec]], Mapping[str, tuple[str, ...]]]:
    fields: dict[str, Mapping[str, FieldSpec]] = {}
    prefixes: dict[str, tuple[str, ...]] = {}
    for path in sorted(ROOMS.glob("*/facts/*.yaml")):
        subject, paths_of_subject, specs = _read(path)
        if subject in fields:
            raise CatalogueError(f"{path.name}: the subject {subject} has two files")
        fields[subject] = MappingProxyType(specs)
        prefixes[subject] = paths_of_subject
    return MappingProxyType(fields), MappingProxyType(prefixes)


FIELDS, PREFIXES = _load()


@cache
def paths() -> Mapping[str, FieldSpec]:
    """Every path of a fact sheet with its field, such as `deployment.retention_days`."""
    return {
        f"{prefix}.{name}": spec
        for subject, specs in FIELDS.items()
        for prefix in PREFIXES[subject]
        for name, spec in specs.items()
    }


def validate_value(spec: FieldSpec, value: Any) -> Any:
    """`value` as it is stored. Raises `InvalidInput` at `/value` with what the field takes."""
    return _CHECKS[spec.type](spec, value)


def _refuse(message: str) -> InvalidInput:
    return InvalidInput(message, pointer="/value")


def _text(spec: FieldSpec, value: Any) -> str:
    return clean_text(value, pointer="/value", max_length=MAX_TEXT)


def _number(spec: FieldSpec, value: Any) -> int | float:
    # NaN compares as false, so this refuses it too; no field of the catalogue takes negative numbers.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise _refuse("must be a number")
    if spec.unit == "percent" and not 0 <= value <= 100:
        raise _refuse("must lie between 0 and 100")
    if value < 0:
        raise _refuse("must not be negative")
    if isinstance(value, float) and value.is_integer() and value < 2**53:
        return int(value)
    if isinstance(value, float) and spec.unit in WHOLE:
        raise _refuse("must be a whole number")
    return value


def _boolean(spec: FieldSpec, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse("must be true or false")
    return value


def _date(spec: FieldSpec, value: Any) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise _refuse("must be a date such as 2026-11-24") from error


def _choice(spec: FieldSpec, value: Any) -> str:
    if not isinstance(value, str) or value not in spec.allowed:
        raise _refuse(filled("must be one of %(choices)s", choices=", ".join(spec.allowed)))
    return value


def _list(spec: FieldSpec, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > MAX_ITEMS:
        raise _refuse(filled("must be a list of at most %(most)d texts", most=MAX_ITEMS))
    items = [_choice(spec, item) if spec.allowed else clean_text(item, pointer="/value") for item in value]
    if len(set(items)) != len(items):
        raise _refuse("must not name anything twice")
    return items


def _map(spec: FieldSpec, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MAX_ITEMS:
        raise _refuse(filled("must be a table of at most %(most)d entries", most=MAX_ITEMS))
    found = {clean_text(key, pointer="/value", max_length=100): _map_value(spec, item) for key, item in value.items()}
    if len(found) != len(value):
        raise _refuse("must not name anything twice")
    return found


def _map_value(spec: FieldSpec, value: Any) -> Any:
    """A number where the field has a unit; otherwise text will do too."""
    if spec.unit or (isinstance(value, int | float) and not isinstance(value, bool)):
        return _number(spec, value)
    return clean_text(value, pointer="/value")


def _country(spec: FieldSpec, value: Any) -> str:
    if not isinstance(value, str) or not is_country(value):
        raise _refuse("must be a country code of ISO 3166-1 such as DE")
    return value


def _countries(spec: FieldSpec, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > 300:
        raise _refuse("must be a list of country codes such as DE")
    for code in value:
        if not isinstance(code, str) or not (is_country(code) or (_REGION.fullmatch(code) and is_country(code[:2]))):
            raise _refuse(filled("“%(code)s” is no country code of ISO 3166-1 such as DE", code=str(code)[:20]))
    return sorted(set(value))


def _url(spec: FieldSpec, value: Any) -> str:
    return clean_url(value, pointer="/value")


def _identifier(spec: FieldSpec, value: Any) -> str:
    try:
        return str(UUID(value if isinstance(value, str) else str(value)))
    except ValueError as error:
        raise _refuse("must be an identifier (UUID)") from error


_CHECKS: Mapping[str, Any] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
    "list": _list,
    "map": _map,
    "country": _country,
    "countries": _countries,
    "url": _url,
    "party": _identifier,
    "user": _identifier,
}
