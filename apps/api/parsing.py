"""Bodies: JSON as RFC 8259 has it, within bounds. What two readers would read differently is refused, not guessed."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from apps.core.errors import FieldError, InvalidInput, WeighbridgeError

DEEPEST = 32
LARGEST_INTEGER = 2**63 - 1
MOST_ERRORS = 20


class Malformed(WeighbridgeError):
    """The body is no JSON that everybody would read alike."""

    status = 400
    code = "malformed"
    title = "The body cannot be read"


class TooLarge(WeighbridgeError):
    """The body is larger than bodies may be."""

    status = 413
    code = "too-large"
    title = "The body is too large"


class StrictJSONParser(BaseParser):
    """Reads a JSON body.

    Raises `TooLarge` above the largest body, `Malformed` for what is no JSON, for a key that stands twice in one
    object, for NaN, infinities and numbers beyond 64 bits, and for more than 32 levels; `InvalidInput` with pointers
    for texts with NUL characters or halves of surrogate pairs, which no database stores.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The data of a body."""
        largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(largest + 1)
        if len(raw) > largest:
            raise TooLarge(f"A body may have at most {largest} bytes.")
        return read_json(raw)


def read_json(raw: bytes) -> Any:
    """The data of JSON text; see `StrictJSONParser` for what is refused."""
    try:
        found = json.loads(
            raw.decode(), object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer
        )
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is no UTF-8 at byte {error.start}.") from error
    except RecursionError as error:
        raise Malformed(f"The body has more than {DEEPEST} levels.") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"The body is no JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    _check(found)
    return found


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"The key {json.dumps(twice[:100])} stands twice in one object.")
    return found


def _constant(text: str) -> Any:
    raise Malformed(f"{text} is no number that JSON has.")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Malformed(f"The number {text[:40]} is too large.")
    return value


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > LARGEST_INTEGER:
        raise Malformed(f"The number {text[:40]} is too large; numbers fit into 64 bits.")
    return int(text)


def _check(found: Any) -> None:
    """Refuse what is too deep and what no database stores; walks level by level, so that depth cannot harm it."""
    errors: list[FieldError] = []
    level: list[tuple[str, Any]] = [("", found)]
    for _ in range(DEEPEST + 1):
        following: list[tuple[str, Any]] = []
        for pointer, value in level:
            if isinstance(value, str) and not is_storable(value):
                errors.append(FieldError(pointer, "must not contain NUL characters or halves of surrogate pairs"))
            following += _inside(pointer, value, errors)
        level = following
        if not level:
            break
    else:
        raise Malformed(f"The body has more than {DEEPEST} levels.")
    if errors:
        raise InvalidInput(errors=errors[:MOST_ERRORS])


def _inside(pointer: str, value: Any, errors: list[FieldError]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if is_storable(name):
                yield f"{pointer}/{escaped(name)}", inner
            else:
                errors.append(FieldError(pointer, "has a key with NUL characters or halves of surrogate pairs"))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield f"{pointer}/{index}", inner


def is_storable(text: str) -> bool:
    """Whether a database can store `text`: neither NUL characters nor halves of surrogate pairs."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def escaped(name: str) -> str:
    """A key as a JSON pointer writes it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
