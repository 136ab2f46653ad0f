"""The facts that expressions may name, with the type each is checked against."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

Kind = Literal["text", "number", "boolean", "date", "list", "map"]

# Types of the fact catalogue that are one type to an expression; everything else is text.
_KINDS: Mapping[str, Kind] = {
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "list": "list",
    "countries": "list",
    "map": "map",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A fact as an expression sees it; `allowed` is empty when any value will do."""

    path: str
    kind: Kind
    allowed: frozenset[str] = frozenset()


Vocabulary = Mapping[str, Term]


@cache
def catalogue_vocabulary() -> Vocabulary:
    """The vocabulary of the fact catalogue."""
    from apps.facts.catalogue import paths

    return {
        path: Term(path, _KINDS.get(str(spec.type), "text"), frozenset(spec.allowed or ()))
        for path, spec in paths().items()
        if spec.readable
    }
