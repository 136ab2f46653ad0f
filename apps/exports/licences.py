"""What is declared and concluded of a release's licence, in the words of the standards. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from license_expression import ExpressionError, Licensing, get_spdx_licensing

from apps.facts.models import State
from apps.imports.cyclonedx.schema import spdx_ids
from apps.imports.records import ModelRecord
from apps.registry.licensing import CONCLUDED, DECLARED


@dataclass(frozen=True)
class Named:
    """A licence: by SPDX identifier, by SPDX expression, or by a name that is neither."""

    id: str = ""
    expression: str = ""
    name: str = ""
    concluded: bool = False

    @property
    def shown(self) -> str:
        """Whichever it is."""
        return self.id or self.expression or self.name


def licences_of(record: ModelRecord, refs: Mapping[str, str]) -> list[Named]:
    """The declared licence and the concluded one, each where it is known. `refs` gives a key's SPDX reference."""
    known = {
        fact.field: str(fact.value)
        for fact in record.facts
        if fact.subject == "release" and fact.value is not None and fact.state not in (State.UNKNOWN, State.DISPUTED)
    }
    found = []
    if DECLARED in known:
        found.append(_named(known[DECLARED], concluded=False))
    if CONCLUDED in known:
        key = known[CONCLUDED]
        found.append(_named(refs.get(key, key), concluded=True))
    return found


def _named(text: str, *, concluded: bool) -> Named:
    if text in spdx_ids():
        return Named(id=text, concluded=concluded)
    if is_expression(text):
        return Named(expression=text, concluded=concluded)
    return Named(name=text.removeprefix("other/"), concluded=concluded)


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


def is_expression(text: str) -> bool:
    """Whether a text is an SPDX expression of more than one licence, all of which the SPDX list knows."""
    if not any(word in text for word in (" AND ", " OR ", " WITH ")):
        return False
    try:
        parsed = _licensing().parse(text, validate=True, strict=True)
    except (ExpressionError, ValueError, TypeError):
        return False
    keys = [key for symbol in _licensing().license_symbols(parsed, decompose=True) for key in [str(symbol.key)]]
    return bool(keys) and all(key in spdx_ids() for key in keys)
