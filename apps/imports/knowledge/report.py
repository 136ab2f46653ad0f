"""What a load of the knowledge did, by kind of thing."""

from collections import defaultdict
from dataclasses import dataclass, field

from apps.core.models import BaseModel
from apps.facts.subjects import SubjectRef

OUTCOMES = ("created", "changed", "unchanged", "withdrawn", "kept", "clash")
"""kept: gone from the files, yet something refers to it. clash: a person's own row stands there and stays as it is."""
_NAMED_FROM_VERBOSITY = {"created": 2, "unchanged": 3}


@dataclass
class LoadReport:
    """Names of everything the load looked at, and the subjects whose facts it changed."""

    outcomes: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    touched: set[SubjectRef] = field(default_factory=set)
    leftovers: list[tuple[str, BaseModel, list[SubjectRef]]] = field(default_factory=list)
    """Rows that the files no longer name: their kind, and the subjects whose facts go with them."""

    def note(self, kind: str, outcome: str, name: str) -> None:
        """Count one thing of a kind under one of `OUTCOMES`."""
        if outcome not in OUTCOMES:
            raise ValueError(f"{outcome} is no outcome of a load")
        self.outcomes[kind][outcome].append(name)

    def names(self, kind: str, outcome: str) -> list[str]:
        """What had this outcome."""
        return list(self.outcomes[kind][outcome]) if kind in self.outcomes else []

    def count(self, outcome: str) -> int:
        """How many things of all kinds had this outcome."""
        return sum(len(found[outcome]) for found in self.outcomes.values())

    @property
    def changed(self) -> bool:
        """Whether the load wrote anything."""
        return any(self.count(outcome) for outcome in ("created", "changed", "withdrawn"))

    def text(self, verbosity: int = 1) -> str:
        """For people: counts by kind, and the names of what needs a look; all names from `verbosity` 3."""
        lines = []
        for kind, found in self.outcomes.items():
            counts = ", ".join(f"{len(found[outcome])} {outcome}" for outcome in OUTCOMES if found[outcome])
            lines.append(f"{kind}: {counts}")
            for outcome in OUTCOMES:
                if verbosity >= _NAMED_FROM_VERBOSITY.get(outcome, 1):
                    lines += [f"  {outcome}: {name}" for name in found[outcome]]
        return "\n".join(lines)
