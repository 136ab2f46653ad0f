"""What each model of a whole graph inherits, computed once from the roots down. Pure.

A mark is something that models bear: a developer, a licence, a name that is not resolved. For every model the nearest
bearer of each mark is found together with the way there. Ways are shared: a model's way is one step put before that of
its parent, so that a long line of models costs no more than its edges.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar
from uuid import UUID

from apps.registry.inheritance.graph import TEACHER, TEACHES, WEIGHTS, E, EdgeLike, Graph, Step, step_of

M = TypeVar("M", bound=Hashable)


class Way(NamedTuple):
    """The way from a model to the nearest bearer of a mark."""

    length: int
    edge: EdgeLike
    rest: "Way | None"

    @property
    def path(self) -> tuple[Step, ...]:
        """The steps, from the model outwards."""
        steps = []
        at: Way | None = self
        while at is not None:
            steps.append(step_of(at.edge))
            at = at.rest
        return tuple(steps)

    @property
    def bearer(self) -> UUID | None:
        """The model that bears the mark; None for a parent that is only a name."""
        at = self
        while at.rest is not None:
            at = at.rest
        return at.edge.parent_id


class Inherited(NamedTuple):
    """What comes down to one model, by mark: with weights, and from teachers. Its own marks are not among them."""

    weights: Mapping[Hashable, Way]
    taught: Mapping[Hashable, Way]


NOTHING = Inherited({}, {})


def spread(graph: Graph[E], own: Mapping[UUID, Iterable[M]]) -> dict[UUID, Inherited]:
    """For every model that has parents: the nearest bearer of each mark, by weights and by teaching.

    `own` says which marks a model bears. A parent that is only a name bears its name, as a text. The outcome for each
    model is that of `Graph.reach`, from which it differs only in being shared: the time it takes grows with the number
    of edges and of different marks, not with the length of lines. Models in and below circles are walked one by one.
    """
    found: dict[UUID, Inherited] = {}
    for model_id in _roots_first(graph):
        found[model_id] = _of(graph.parents[model_id], own, found)
    for model_id in graph.parents:
        if model_id not in found:
            found[model_id] = _walked(graph, own, model_id)
    return found


def _roots_first(graph: Graph[E]) -> list[UUID]:
    """Models with parents, each after all of its parents; those in circles and below them are left out."""
    waits: dict[UUID, int] = {}
    below: dict[UUID, list[UUID]] = {}
    for child, edges in graph.parents.items():
        made_from = {edge.parent_id for edge in edges if edge.parent_id in graph.parents and _passes(edge)}
        waits[child] = len(made_from)
        for parent in made_from:
            if parent is not None:
                below.setdefault(parent, []).append(child)
    ready = deque(child for child, count in waits.items() if not count)
    ordered = []
    while ready:
        done = ready.popleft()
        ordered.append(done)
        for child in below.get(done, ()):
            waits[child] -= 1
            if not waits[child]:
                ready.append(child)
    return ordered


def _passes(edge: EdgeLike) -> bool:
    return edge.relation in WEIGHTS or edge.relation in TEACHES


def _of(
    edges: Iterable[EdgeLike], own: Mapping[UUID, Iterable[Hashable]], found: Mapping[UUID, Inherited]
) -> Inherited:
    weights: dict[Hashable, Way] = {}
    taught: dict[Hashable, Way] = {}
    for edge in edges:
        if edge.relation in WEIGHTS:
            _take(edge, weights, own, found)
            if edge.parent_id:
                _longer(edge, found.get(edge.parent_id, NOTHING).taught, taught)
        elif edge.relation in TEACHES:
            _take(edge, taught, own, found)
    return Inherited(weights, taught)


def _take(
    edge: EdgeLike,
    into: dict[Hashable, Way],
    own: Mapping[UUID, Iterable[Hashable]],
    found: Mapping[UUID, Inherited],
) -> None:
    """Marks of the parent itself, one step away, and those that came down to it with weights."""
    near = Way(1, edge, None)
    marks = own.get(edge.parent_id, ()) if edge.parent_id else (edge.parent_name,)
    for mark in marks:
        if mark not in into or into[mark].length > 1:
            into[mark] = near
    if edge.parent_id:
        _longer(edge, found.get(edge.parent_id, NOTHING).weights, into)


def _longer(edge: EdgeLike, ways: Mapping[Hashable, Way], into: dict[Hashable, Way]) -> None:
    for mark, way in ways.items():
        known = into.get(mark)
        if known is None or known.length > way.length + 1:
            into[mark] = Way(way.length + 1, edge, way)


def _walked(graph: Graph[E], own: Mapping[UUID, Iterable[Hashable]], model_id: UUID) -> Inherited:
    weights: dict[Hashable, Way] = {}
    taught: dict[Hashable, Way] = {}
    for reached in graph.reach(model_id)[1:]:
        into = taught if reached.how == TEACHER else weights
        way: Way | None = None
        for length, step in enumerate(reversed(reached.path), start=1):
            way = Way(length, _Walked(step), way)
        marks = own.get(reached.model_id, ()) if reached.model_id else (reached.name,)
        for mark in marks:
            if way is not None:
                into.setdefault(mark, way)
    return Inherited(weights, taught)


class _Walked:
    """A step as an edge."""

    def __init__(self, step: Step) -> None:
        self.child_id, self.parent_id = step.child, step.parent
        self.parent_name, self.relation, self.state = step.parent_name, step.relation, step.state
