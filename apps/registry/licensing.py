"""What the statements about a release say of its licence: as sources declare it, and as somebody concluded."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from apps.facts.models import State
from apps.facts.resolution import UNKNOWN, Fact
from apps.licences.meanings import Meanings

DECLARED = "licence_declared"
CONCLUDED = "licence_concluded"


@dataclass(frozen=True, slots=True)
class Licensing:
    """A release's licence. `licence` is the row it means, `expression` what sources wrote, `fact` what decided."""

    licence: UUID | None
    expression: str
    fact: Fact

    @property
    def said(self) -> bool:
        """Whether anybody names a licence, be it that sources disagree on it."""
        return self.fact.known or self.fact.state == State.DISPUTED


def licensing(facts: Mapping[str, Fact], meanings: Meanings) -> Licensing:
    """The licence that a release's facts make: the concluded one, else the one that the declared words mean.

    A conclusion on which people disagree decides, too: then the licence is disputed whatever was declared.
    """
    declared, concluded = facts.get(DECLARED, UNKNOWN), facts.get(CONCLUDED, UNKNOWN)
    expression = str(declared.value) if declared.known else ""
    if concluded.known:
        return Licensing(meanings.concluded(str(concluded.value)), expression, concluded)
    if concluded.state == State.DISPUTED:
        return Licensing(None, expression, concluded)
    return Licensing(meanings.declared(expression) if expression else None, expression, declared)
