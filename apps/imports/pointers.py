"""JSON pointers (RFC 6901) into plain JSON. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any


def join(pointer: str, *parts: str | int) -> str:
    """`pointer` with further steps, each escaped."""
    return pointer + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def steps(pointer: str) -> list[str]:
    """The unescaped steps of a pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def at(document: Any, pointer: str) -> Any:
    """What stands at a pointer. Raises `KeyError`, `IndexError` or `ValueError` where nothing does."""
    for step in steps(pointer):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def walk(document: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with its pointer, containers before their contents, without recursion."""
    waiting = [(pointer, document)]
    while waiting:
        here, value = waiting.pop()
        yield here, value
        if isinstance(value, dict):
            waiting.extend((join(here, key), item) for key, item in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend((join(here, index), item) for index, item in reversed(list(enumerate(value))))


def leaves(document: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that holds no other: texts, numbers, true, false, null, and empty containers."""
    return ((here, value) for here, value in walk(document, pointer) if not (isinstance(value, dict | list) and value))


def without(document: Any, pointers: Iterable[str]) -> Any:
    """A copy of a document without the fields, and without the items of lists, at some pointers."""
    left_out = frozenset(pointers)
    return _copy(document, "", left_out) if left_out else document


def _copy(value: Any, pointer: str, left_out: frozenset[str]) -> Any:
    if isinstance(value, dict):
        kept = ((key, item, join(pointer, key)) for key, item in value.items())
        return {key: _copy(item, here, left_out) for key, item, here in kept if here not in left_out}
    if isinstance(value, list):
        items = ((item, join(pointer, index)) for index, item in enumerate(value))
        return [_copy(item, here, left_out) for item, here in items if here not in left_out]
    return value
