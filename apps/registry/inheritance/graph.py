"""The graph of what was made from what, and the walk up from one model. Pure."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

WEIGHTS = frozenset(
    (
        *("finetune", "adapter", "merge", "quantized", "copy", "converted", "continued_pretraining"),
        *("pruned", "layer_duplicated"),
    )
)
"""Relations along which weights, and with them origin and licence duties, pass on."""
TEACHES = frozenset({"distilled_from", "synthetic_data_from"})
"""Relations in which the parent taught the child: outputs pass, weights do not."""
SELF, TEACHER = "self", "teacher"
BY_WEIGHTS = "weights"


class EdgeLike(Protocol):
    """What the engine reads of an edge; rows of the register have it, and so does `Edge`."""

    @property
    def child_id(self) -> UUID: ...
    @property
    def parent_id(self) -> UUID | None: ...
    @property
    def parent_name(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Edge:
    """A plain edge. `parent_id` is None while the parent is not in the register."""

    child_id: UUID
    parent_id: UUID | None
    parent_name: str
    relation: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path, from what was made to what it was made from."""

    child: UUID
    parent: UUID | None
    parent_name: str
    relation: str
    state: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A model whose terms or origin come down to another; `model_id` is None for a parent that is only a name."""

    model_id: UUID | None
    name: str
    """As the last edge writes it; empty for the model itself."""
    how: str
    """`self`, `weights` or `teacher`."""
    path: tuple[Step, ...] = ()
    """From the model outwards, the shortest there is; of several the first in the order of relation and name."""


E = TypeVar("E", bound=Any)
"""An `EdgeLike`; the type checker does not see that the fields of a stored row are attributes."""


def in_order(edge: EdgeLike) -> tuple[str, str, str]:
    """By what edges of one child are put in order, so that equal graphs give equal paths."""
    return edge.relation, edge.parent_name, str(edge.parent_id or "")


def step_of(edge: EdgeLike) -> Step:
    """The edge as a step of a path."""
    return Step(edge.child_id, edge.parent_id, edge.parent_name, edge.relation, edge.state)


class Graph(Generic[E]):
    """Edges by child. Circles, which only bad data has, end every walk instead of trapping it."""

    def __init__(self, edges: Iterable[E]) -> None:
        parents: dict[UUID, list[E]] = defaultdict(list)
        for edge in edges:
            parents[edge.child_id].append(edge)
        for found in parents.values():
            if len(found) > 1:
                found.sort(key=in_order)
        self.parents: Mapping[UUID, Sequence[E]] = parents

    def ancestors(self, model_id: UUID) -> list[E]:
        """Every edge from a model upwards, nearest first; each edge once, also where paths meet."""
        return list(self._walk(model_id, None))

    def weight_ancestors(self, model_id: UUID) -> list[E]:
        """The edges from a model upwards along which weights pass without a break."""
        return list(self._walk(model_id, WEIGHTS))

    def _walk(self, model_id: UUID, along: frozenset[str] | None) -> Iterator[E]:
        seen, queue = {model_id}, deque([model_id])
        while queue:
            for edge in self.parents.get(queue.popleft(), ()):
                if along is not None and edge.relation not in along:
                    continue
                yield edge
                if edge.parent_id and edge.parent_id not in seen:
                    seen.add(edge.parent_id)
                    queue.append(edge.parent_id)

    def teachers(self, model_id: UUID) -> list[E]:
        """The edges to the teachers of a model and of its weight ancestors; weights do not pass along them."""
        made = [model_id, *(edge.parent_id for edge in self.weight_ancestors(model_id) if edge.parent_id)]
        return [edge for key in dict.fromkeys(made) for edge in self.parents.get(key, ()) if edge.relation in TEACHES]

    def leads(self, model_id: UUID, ancestor: UUID | None, *, avoiding: Callable[[UUID], bool]) -> bool:
        """Whether weights or outputs come from an ancestor to a model on a way that avoids what `avoiding` names."""
        seen, queue = {model_id}, deque([model_id])
        while queue:
            at = queue.popleft()
            if avoiding(at):
                continue
            for edge in self.parents.get(at, ()):
                if edge.relation not in WEIGHTS and edge.relation not in TEACHES:
                    continue
                if edge.parent_id == ancestor:
                    return True
                if edge.parent_id and edge.parent_id not in seen:
                    seen.add(edge.parent_id)
                    queue.append(edge.parent_id)
        return False

    def reach(self, model_id: UUID) -> list[Reached]:
        """What comes down to a model: itself, then its weight ancestors, then its teachers, each nearest first.

        A teacher of the model or of a weight ancestor, and whatever the teacher's weights come from, is a `teacher`: of
        those only what their licence says about outputs counts. The teachers of a teacher are not reached, since what
        they taught is in its weights, not in the outputs of theirs.
        """
        weights = [Reached(model_id, "", SELF)]
        taught: list[Reached] = []
        seen: set[tuple[object, bool]] = {(model_id, False), (model_id, True)}
        queue: deque[tuple[UUID, bool, tuple[Step, ...]]] = deque([(model_id, False, ())])
        while queue:
            at, behind, path = queue.popleft()
            for edge in self.parents.get(at, ()):
                teaches = edge.relation in TEACHES
                if (teaches and behind) or not (teaches or edge.relation in WEIGHTS):
                    continue
                key = (edge.parent_id or edge.parent_name, behind or teaches)
                if key in seen:
                    continue
                seen.add(key)
                longer = (*path, step_of(edge))
                into, how = (taught, TEACHER) if key[1] else (weights, BY_WEIGHTS)
                into.append(Reached(edge.parent_id, edge.parent_name, how, longer))
                if edge.parent_id:
                    queue.append((edge.parent_id, key[1], longer))
        return weights + taught


def contradictions(edges: Iterable[E]) -> list[E]:
    """Edges between the same two models whose relations cannot both be right, such as fine-tuned and quantised.

    That a parent also taught the child contradicts nothing.
    """
    between: dict[tuple[UUID, object], list[E]] = defaultdict(list)
    for edge in edges:
        if edge.relation not in TEACHES:
            between[edge.child_id, edge.parent_id or edge.parent_name.casefold()].append(edge)
    return [edge for found in between.values() if len({one.relation for one in found}) > 1 for edge in found]
