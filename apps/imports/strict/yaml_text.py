"""YAML from outside in which every value stays the text that was written. Pure."""

from collections.abc import Iterable
from typing import Any

import yaml

from apps.core.errors import filled
from apps.imports.records import UnreadableFile

MAX_YAML = 512 * 1024
MAX_DEPTH = 24
MAX_NODES = 60_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map"))
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def yaml_of(text: str, *, most: int = MAX_YAML) -> Any:
    """YAML in which every scalar is text, as written, or None where nothing is written.

    So `license: 3.0`, `NO` and `2024-05-01` stay what they are. Raises `UnreadableFile` for keys that stand twice,
    anchors and aliases (they make bombs), tags of programming languages, several documents and deep nesting.
    A template's place such as `{name}` or `{{ name }}` without quotation marks is the text as it stands.
    """
    if len(text) > most:
        raise UnreadableFile(
            filled("The YAML has %(count)d characters; at most %(most)d are read.", count=len(text), most=most)
        )
    try:
        _scan(text)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(error) from error
    except yaml.YAMLError as error:
        raise UnreadableFile("The YAML contains characters that are not allowed in it.") from error
    return None if node is None else _value(node, text)


def _scan(text: str) -> None:
    """Go through the events, which takes constant memory, before anything is built from them."""
    depth = documents = 0
    events: Iterable[Any] = yaml.parse(text, Loader=_LOADER)
    for nodes, event in enumerate(events):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableFile(filled("Line %(line)d: anchors and aliases (& and *) are not read.", line=line))
        if getattr(event, "tag", None) not in (None, "!") and event.tag not in _PLAIN_TAGS:
            raise UnreadableFile(filled("Line %(line)d: the tag of the value (!) is not read.", line=line))
        if depth > MAX_DEPTH:
            raise _too_deep()
        if nodes > MAX_NODES or documents > 1:
            raise UnreadableFile(
                "The YAML contains more than one document."
                if documents > 1
                else filled("The YAML has more than %(most)d values.", most=MAX_NODES)
            )


def _value(node: Any, text: str) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return None if not node.style and node.value in _NULLS else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, text) for item in node.value]
    if _is_place(node):
        return text[node.start_mark.index : node.end_mark.index]
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise UnreadableFile(filled("Line %(line)d: a key must be text.", line=key_node.start_mark.line + 1))
        if key_node.value in found:
            raise UnreadableFile(
                filled(
                    "Line %(line)d: the key “%(key)s” stands twice.",
                    line=key_node.start_mark.line + 1,
                    key=_short(key_node.value),
                )
            )
        found[key_node.value] = _value(value_node, text)
    return found


def _is_place(node: Any) -> bool:
    """Whether a mapping is really a template's place: `{name}` or `{{ name }}` that somebody forgot to fill."""
    if not node.flow_style or len(node.value) != 1:
        return False
    key, value = node.value[0]
    return isinstance(value, yaml.ScalarNode) and not value.style and value.value == "" and _is_name(key)


def _is_name(key: Any) -> bool:
    return isinstance(key, yaml.ScalarNode) or (isinstance(key, yaml.MappingNode) and _is_place(key))


def _yaml_error(error: yaml.MarkedYAMLError) -> UnreadableFile:
    mark = error.problem_mark or error.context_mark
    return UnreadableFile(
        filled(
            "Line %(line)d, column %(column)d: this is no YAML (%(why)s).",
            line=mark.line + 1 if mark else 1,
            column=mark.column + 1 if mark else 1,
            why=error.problem or "malformed",
        )
    )


def _too_deep() -> UnreadableFile:
    return UnreadableFile(filled("The file is nested more than %(most)d levels deep.", most=MAX_DEPTH))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
