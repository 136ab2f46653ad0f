"""The rule packs that come with the product: read from YAML and checked for shape."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml

from .content import (
    GATES,
    ON_UNKNOWN,
    SEVERITIES,
    Bilingual,
    Escalation,
    Example,
    Pack,
    Parameter,
    PolicyContent,
    Reference,
    Rule,
)

PACK_FOLDER = Path(__file__).parent.parent / "packs"
_PARAMS_FILE = "params.yaml"
T = TypeVar("T", bound=str)


class PackError(ValueError):
    """A pack file that does not have the shape it must have; the message names file and place."""


@cache
def load_packs() -> PolicyContent:
    """The packs of the product with their defaults. Raises `PackError` on the first mistake."""
    return read_packs(PACK_FOLDER)


def read_packs(folder: Path) -> PolicyContent:
    """Every pack file of a folder and its `params.yaml`, ordered by code."""
    packs: list[Pack] = []
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name != _PARAMS_FILE:
            pack, found = _read_pack(path)
            packs.append(pack)
            rules += found
    codes = [rule.code for rule in rules]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise PackError(f"{folder.name}: rule code used twice: {', '.join(twice)}")
    params = _read_params(folder / _PARAMS_FILE)
    return PolicyContent(tuple(packs), tuple(sorted(rules, key=lambda rule: rule.code)), tuple(params))


def _read_pack(path: Path) -> tuple[Pack, list[Rule]]:
    data = _mapping(_load(path), path.name)
    header = _mapping(data.get("pack"), f"{path.name}: pack")
    where = f"{path.name}: pack"
    pack = Pack(
        code=_text(header, "code", where),
        title=_bilingual(header, "title", where),
        description=_bilingual(header, "description", where),
        applies_if=_text(header, "applies_if", where),
        enabled=_flag(header, "default", where),
    )
    return pack, [replace(_rule(item, path.name), pack=pack.code) for item in data.get("rules", [])]


def _rule(item: Any, file: str) -> Rule:
    data = _mapping(item, f"{file}: rule")
    code = _text(data, "code", f"{file}: rule")
    where = f"{file}: {code}"
    return Rule(
        code=code,
        pack="",
        version=int(data.get("version", 1)),
        title=_bilingual(data, "title", where),
        rationale=_bilingual(data, "rationale", where),
        statement=_bilingual(data, "statement", where),
        remedy=_bilingual(data, "remedy", where),
        reads=tuple(data["reads"]),
        expression=_text(data, "expression", where),
        on_unknown=_choice(data, "on_unknown", ON_UNKNOWN, where),
        severity=_choice(data, "severity", SEVERITIES, where),
        gate=_choice(data, "gate", GATES, where),
        waivable=_flag(data, "waivable", where),
        references=tuple(_reference(entry, where) for entry in data.get("references", [])),
        examples=tuple(_example(entry, where) for entry in data.get("examples", [])),
        escalation=tuple(
            Escalation(_text(step, "when", where), _choice(step, "severity", SEVERITIES, where))
            for step in data.get("escalation", [])
        ),
    )


def _reference(entry: Any, where: str) -> Reference:
    data = _mapping(entry, f"{where}: reference")
    return Reference(_text(data, "text", where), str(data["as_of"]), _flag(data, "verified", where))


def _example(entry: Any, where: str) -> Example:
    data = _mapping(entry, f"{where}: example")
    expect = _choice(data, "expect", ("pass", "finding", "unknown"), where)
    facts = {
        str(path): value.isoformat() if hasattr(value, "isoformat") else value
        for path, value in _mapping(data.get("facts", {}), where).items()
    }
    return Example(_text(data, "name", where), expect, facts)


def _read_params(path: Path) -> Iterable[Parameter]:
    for name, entry in sorted(_mapping(_load(path), path.name).items()):
        data = _mapping(entry, f"{path.name}: {name}")
        meaning = _bilingual(data, "meaning", f"{path.name}: {name}")
        yield Parameter(name, data["value"], meaning, _text(data, "source", name), str(data["as_of"]))


def _load(path: Path) -> Any:
    # A bare NO (Norway) is read as false: country codes are quoted in the files.
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PackError(f"{where} must be a mapping")
    return value


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PackError(f"{where}: {key} must be a text")
    return value.strip()


def _bilingual(data: Mapping[str, Any], key: str, where: str) -> Bilingual:
    value = _mapping(data.get(key), f"{where}: {key}")
    return Bilingual(en=_text(value, "en", f"{where}: {key}"), de=_text(value, "de", f"{where}: {key}"))


def _flag(data: Mapping[str, Any], key: str, where: str) -> bool:
    value = data.get(key)
    if not isinstance(value, bool):
        raise PackError(f"{where}: {key} must be true or false")
    return value


def _choice(data: Mapping[str, Any], key: str, allowed: tuple[T, ...], where: str) -> T:
    value = data.get(key)
    if value not in allowed:
        raise PackError(f"{where}: {key} must be one of {', '.join(allowed)}")
    return cast(T, value)
