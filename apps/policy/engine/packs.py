"""The rule packs that come with the product: read from YAML and checked for shape."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    Outcome,
    Pack,
    Parameter,
    ParameterValue,
    PolicyContent,
    Reference,
    Rule,
)

PACK_FOLDER = Path(__file__).parent.parent / "packs"
_PARAMS_FILE = "params.yaml"
_EXPECTED: tuple[Outcome, ...] = ("pass", "finding", "unknown")
_PACK_KEYS = frozenset({"code", "title", "description", "applies_if", "default"})
_RULE_KEYS = frozenset(Rule.__dataclass_fields__) - {"pack"}
_PARAMETER_KEYS = frozenset({"value", "meaning", "source", "as_of"})
T = TypeVar("T", bound=str)


class PackError(ValueError):
    """A pack file that does not have the shape it must have; the message names file and place."""


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error rather than the last one winning."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.composer.ComposerError(problem=f"{', '.join(twice)} stands twice", problem_mark=node.start_mark)
        return node


@cache
def load_packs() -> PolicyContent:
    """The packs of the product with their defaults. Raises `PackError` on the first mistake."""
    return read_packs(PACK_FOLDER)


def read_packs(folder: Path) -> PolicyContent:
    """Every pack file of a folder and its `params.yaml`, ordered by code. Raises `PackError` on the first mistake."""
    packs: list[Pack] = []
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name != _PARAMS_FILE:
            pack, found = _read_pack(path)
            packs.append(pack)
            rules += found
    _once([pack.code for pack in packs], f"{folder.name}: pack code")
    _once([rule.code for rule in rules], f"{folder.name}: rule code")
    params = tuple(_read_params(folder / _PARAMS_FILE))
    return PolicyContent(
        tuple(sorted(packs, key=lambda pack: pack.code)), tuple(sorted(rules, key=lambda rule: rule.code)), params
    )


def _once(codes: Sequence[str], what: str) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise PackError(f"{what} used twice: {', '.join(twice)}")


def _read_pack(path: Path) -> tuple[Pack, list[Rule]]:
    data = _mapping(_load(path), path.name, {"pack", "rules"})
    where = f"{path.name}: pack"
    header = _mapping(data.get("pack"), where, _PACK_KEYS)
    pack = Pack(
        code=_text(header, "code", where),
        title=_bilingual(header, "title", where),
        description=_bilingual(header, "description", where),
        applies_if=_text(header, "applies_if", where),
        enabled=_flag(header, "default", where),
    )
    return pack, [_rule(item, pack.code, path.name) for item in _list(data, "rules", path.name)]


def _rule(item: Any, pack: str, file: str) -> Rule:
    data = _mapping(item, f"{file}: rule")
    code = _text(data, "code", f"{file}: rule")
    where = f"{file}: {code}"
    _known(data, _RULE_KEYS, where)
    return Rule(
        code=code,
        pack=pack,
        version=_version(data, where),
        title=_bilingual(data, "title", where),
        rationale=_bilingual(data, "rationale", where),
        statement=_bilingual(data, "statement", where),
        remedy=_bilingual(data, "remedy", where),
        reads=_texts(data, "reads", where),
        expression=_text(data, "expression", where),
        on_unknown=_choice(data, "on_unknown", ON_UNKNOWN, where),
        severity=_choice(data, "severity", SEVERITIES, where),
        gate=_choice(data, "gate", GATES, where),
        waivable=_flag(data, "waivable", where),
        references=tuple(_reference(entry, where) for entry in _list(data, "references", where)),
        examples=tuple(_example(entry, where) for entry in _list(data, "examples", where)),
        escalation=tuple(_escalation(entry, where) for entry in _list(data, "escalation", where)),
    )


def _version(data: Mapping[str, Any], where: str) -> int:
    value = data.get("version", 1)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise PackError(f"{where}: version must be a whole number from 1")
    return value


def _reference(entry: Any, rule: str) -> Reference:
    where = f"{rule}: reference"
    data = _mapping(entry, where, {"text", "as_of", "verified"})
    return Reference(_text(data, "text", where), _text(data, "as_of", where), _flag(data, "verified", where))


def _example(entry: Any, rule: str) -> Example:
    where = f"{rule}: example"
    data = _mapping(entry, where, {"name", "expect", "facts"})
    expect = _choice(data, "expect", _EXPECTED, where)
    facts = {
        str(path): value.isoformat() if hasattr(value, "isoformat") else value
        for path, value in _mapping(data.get("facts", {}), f"{where}: facts").items()
    }
    return Example(_text(data, "name", where), expect, facts)


def _escalation(entry: Any, rule: str) -> Escalation:
    where = f"{rule}: escalation"
    data = _mapping(entry, where, {"when", "severity"})
    return Escalation(_text(data, "when", where), _choice(data, "severity", SEVERITIES, where))


def _read_params(path: Path) -> Iterator[Parameter]:
    for name, entry in sorted(_mapping(_load(path), path.name).items()):
        where = f"{path.name}: {name}"
        data = _mapping(entry, where, _PARAMETER_KEYS)
        meaning = _bilingual(data, "meaning", where)
        value = _value(data.get("value"), where)
        yield Parameter(name, value, meaning, _text(data, "source", where), _text(data, "as_of", where))


def _value(value: Any, where: str) -> ParameterValue:
    """A scalar, or a list or table of scalars of one kind: a bare NO (Norway) among country codes reads as false."""
    if isinstance(value, dict):
        items: list[Any] = list(value.values())
        keys_fit = all(isinstance(key, str) for key in value)
    else:
        items = value if isinstance(value, list) else [value]
        keys_fit = True
    kinds = {"number" if type(item) in (int, float) else type(item).__name__ for item in items}
    if not keys_fit or len(kinds) > 1 or not kinds <= {"str", "bool", "number"}:
        raise PackError(
            f"{where}: value must be texts, numbers or true and false, all of one kind; quote country codes"
        )
    return cast(ParameterValue, value)


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PackError(f"{path.name}: {error}") from error


def _mapping(value: Any, where: str, keys: Iterable[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise PackError(f"{where} must be a mapping")
    if keys is not None:
        _known(value, keys, where)
    return value


def _known(data: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    unknown = sorted(str(key) for key in data.keys() - set(keys))
    if unknown:
        raise PackError(f"{where}: unknown key: {', '.join(unknown)}")


def _list(data: Mapping[str, Any], key: str, where: str) -> Sequence[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise PackError(f"{where}: {key} must be a list")
    return value


def _texts(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = data.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise PackError(f"{where}: {key} must be a list of texts")
    return tuple(value)


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PackError(f"{where}: {key} must be a text")
    return value.strip()


def _bilingual(data: Mapping[str, Any], key: str, where: str) -> Bilingual:
    value = _mapping(data.get(key), f"{where}: {key}", {"en", "de"})
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
