"""Texts, YAML and JSON from outside, read strictly: what is ambiguous or made to hurt is refused. Pure.

Every message says what is wrong and where; none quotes a text, since texts may be secrets.
"""

from collections.abc import Iterable
from typing import Any

import yaml

from apps.core.errors import filled
from apps.imports.plain_json import load_text
from apps.imports.records import UnreadableFile

MAX_BYTES = 8 * 1024 * 1024
MAX_YAML = 512 * 1024
MAX_DEPTH = 24
MAX_NODES = 60_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map"))
_WIDE = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def text_of(content: bytes, *, most: int = MAX_BYTES) -> str:
    """`content` as text: UTF-8, with or without a byte order mark. Raises `UnreadableFile` naming another encoding."""
    if len(content) > most:
        raise UnreadableFile(
            filled("The file has %(count)d bytes; at most %(most)d are read.", count=len(content), most=most)
        )
    for mark, name in _WIDE:
        if content.startswith(mark):
            raise UnreadableFile(filled("The file is encoded in %(name)s; save it as UTF-8.", name=name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(content, error) from error
    if "\x00" in text:
        if content[:400].count(0) * 3 >= len(content[:400]):
            raise UnreadableFile(filled("The file is encoded in %(name)s; save it as UTF-8.", name="UTF-16"))
        raise UnreadableFile("The file contains zero bytes; it is no text.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(content: bytes, error: UnicodeDecodeError) -> UnreadableFile:
    line = content.count(b"\n", 0, error.start) + 1
    return UnreadableFile(
        filled(
            "Line %(line)d is not UTF-8 (byte 0x%(byte)s); the file looks like %(name)s. Save it as UTF-8.",
            line=line,
            byte=f"{content[error.start]:02X}",
            name=_likely_encoding(content),
        )
    )


def _likely_encoding(content: bytes) -> str:
    try:
        foreign = [character for character in content.decode("gb18030") if ord(character) > 127]
    except UnicodeDecodeError:
        return "Windows-1252"
    chinese = sum("\u4e00" <= character <= "\u9fff" or "\u3000" <= character <= "\u303f" for character in foreign)
    return "GB 18030" if chinese * 5 >= len(foreign) * 4 else "Windows-1252"


# JSON


def json_of(content: bytes | str, *, most: int = MAX_BYTES) -> Any:
    """`content` as JSON, an object or not. Raises `UnreadableFile` like `text_of` and `plain_json.load_text`."""
    return load_text(text_of(content, most=most) if isinstance(content, bytes) else content)


# YAML


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
