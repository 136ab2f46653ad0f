"""The licence that really binds a model: its own and what comes down to it, each term with its path. Pure.

Weights carry all terms of their licence, whatever the model's own card says; an adapter or a merge adds to them, so
that the strictest term of each kind binds. A teacher hands down only what its licence says about outputs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from apps.licences.terms import Said, Terms

SELF, WEIGHTS, TEACHER = "self", "weights", "teacher"
GAPS = ("missing", "unnamed", "unread", "disputed", "unresolved")
"""No licence stated; words that name none; a licence nobody read; sources disagree; an ancestor not in the register."""
_ORDER = {SELF: 0, WEIGHTS: 1, TEACHER: 2}
ALL, NAME, MARK, BARRED, COMPETING, UNSEEN, NOTHING = (
    *("all", "name", "mark", "barred", "competing", "unseen", "nothing"),
)
_BY_OUTPUTS = {
    "makes_derivative": ALL,
    "with_naming": NAME,
    "with_mark": MARK,
    "own_family_only": BARRED,
    "prohibited": BARRED,
    "research_only": BARRED,
    "non_commercial": BARRED,
    "not_for_competing": COMPETING,
    "allowed": NOTHING,
    "not_stated": NOTHING,
}


@dataclass(frozen=True, slots=True)
class Via:
    """One step from a model to what it was made from."""

    child: str
    relation: str
    parent: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """The licence of the model itself or of something it was made from, and the way there."""

    holder_name: str
    how: str
    terms: Terms | None = None
    licence_key: str = ""
    licence_name: str = ""
    declared: str = ""
    via: tuple[Via, ...] = ()
    gap: str = "missing"
    """Why there are no terms, one of `GAPS`; says nothing where there are."""
    authorised: bool = False
    """A needed permission for commercial use is on file."""
    separately_licensed: bool = False
    """A separate licence from the licensor is on file."""
    released: bool = False
    """Its licensor has put what was made from it, on every way here, under a licence of their own choice."""
    licence_id: str = ""
    model_id: str = ""

    @property
    def order(self) -> tuple[Any, ...]:
        """Nearest first, and the same whatever order the parents were entered in."""
        path = tuple((step.relation, step.parent) for step in self.via)
        return (
            _ORDER[self.how],
            len(self.via),
            self.holder_name,
            self.licence_key,
            self.declared,
            self.gap,
            self.model_id,
            path,
        )


@dataclass(frozen=True, slots=True)
class Clause:
    """One term that binds. `value` is the word or the object of `terms.py` that says it."""

    dimension: str
    value: Any
    said: Said
    bound: Bound


@dataclass(frozen=True)
class Effective:
    """Everything that binds, and what is not known of it."""

    bounds: tuple[Bound, ...]
    clauses: tuple[Clause, ...]
    gaps: tuple[Bound, ...]

    def of(self, *dimensions: str) -> list[Clause]:
        """The clauses of some kinds, nearest first."""
        return [clause for clause in self.clauses if clause.dimension in dimensions]

    @property
    def own(self) -> list[Bound]:
        """The licence of the model itself; several where they apply together."""
        return [bound for bound in self.bounds if bound.how == SELF]


def hands_down(bound: Bound) -> str:
    """What comes down from a bound: all its terms, or what a teacher's licence says about its outputs.

    Nothing comes down where the licensor itself has licensed the nearer model anew: whoever holds the rights in a base
    is free to publish a model made from it under MIT, which a stranger is not.
    """
    if bound.released:
        return NOTHING
    if bound.how != TEACHER or bound.terms is None:
        return ALL
    training = bound.terms.output_training
    if bound.terms.distillation.value == "derivative":
        return ALL
    return _BY_OUTPUTS[training.value] if training.said.verified else UNSEEN


def effective(bounds: Iterable[Bound]) -> Effective:
    """What binds a model with these bounds."""
    found = tuple(bound for _, bound in sorted({bound.order: bound for bound in bounds}.items()))
    clauses = tuple(clause for bound in found if bound.terms for clause in _handed(bound, bound.terms))
    return Effective(found, clauses, tuple(bound for bound in found if bound.terms is None and not bound.released))


def _handed(bound: Bound, terms: Terms) -> Iterator[Clause]:
    how = hands_down(bound)
    if how == ALL:
        yield from clauses_of(bound, terms)
    elif how == NAME:
        yield Clause("naming", terms.naming, terms.naming.said, bound)
        yield Clause("output_training", terms.output_training.value, terms.output_training.said, bound)
        yield from (Clause("mark", mark, terms.attribution.said, bound) for mark in terms.attribution.marks)
    elif how == MARK:
        yield from (Clause("mark", mark, terms.attribution.said, bound) for mark in terms.attribution.marks)
    if how in (BARRED, COMPETING, UNSEEN):
        yield Clause("taught", how, terms.output_training.said, bound)


def clauses_of(bound: Bound, terms: Terms) -> Iterator[Clause]:
    """Every term of one licence that says something, or that nobody could read."""

    def clause(dimension: str, value: Any, said: Said) -> Clause:
        return Clause(dimension, value, said, bound)

    yield clause("commercial_use", terms.commercial_use.value, terms.commercial_use.said)
    yield from (clause("threshold", threshold, threshold.said) for threshold in terms.thresholds)
    if not terms.thresholds_verified:
        yield clause("threshold", None, terms.no_thresholds or Said())
    yield clause("territory", terms.territory, terms.territory.said)
    yield clause("naming", terms.naming, terms.naming.said)
    yield from (clause("mark", mark, terms.attribution.said) for mark in terms.attribution.marks)
    yield clause("notice", terms.attribution.notices, terms.attribution.said)
    yield clause("restriction", terms.restrictions, terms.restrictions.said)
    for name in ("output_training", "flow_down", "relicensing", "hosting", "redistribution", "patent"):
        word = getattr(terms, name)
        if word is not None:
            yield clause(name, word.value, word.said)
    yield clause("termination", terms.termination.grounds, terms.termination.said)
    yield clause("governing_law", terms.governing_law, terms.governing_law.said)


def burdens(terms: Terms) -> dict[str, Said]:
    """The kinds of terms by which a licence restricts more than a permissive one does; empty for a permissive one."""
    found: dict[str, Said] = {}
    if terms.commercial_use.value in ("needs_authorisation", "prohibited"):
        found["commercial_use"] = terms.commercial_use.said
    if terms.thresholds:
        found["threshold"] = terms.thresholds[0].said
    if terms.territory.excluded:
        found["territory"] = terms.territory.said
    if terms.naming.prefix:
        found["naming"] = terms.naming.said
    if any(mark.when != "encouraged" for mark in terms.attribution.marks):
        found["mark"] = terms.attribution.said
    if terms.restrictions.prohibited or terms.restrictions.policy != "none":
        found["restriction"] = terms.restrictions.said
    if terms.flow_down.value != "none":
        found["flow_down"] = terms.flow_down.said
    if terms.output_training.value not in ("allowed", "not_stated"):
        found["output_training"] = terms.output_training.said
    if terms.relicensing.value == "not_allowed":
        found["relicensing"] = terms.relicensing.said
    return found
