"""The engine against a naive reference: every path there is, and of those the shortest."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.registry.inheritance import SELF, TEACHER, TEACHES, WEIGHTS, Edge, Graph, Step, spread
from apps.registry.inheritance.graph import in_order, step_of

IDS = [UUID(int=number) for number in range(7)]
RELATIONS = ["finetune", "merge", "adapter", "distilled_from", "synthetic_data_from", "draft_for", "runtime_dependency"]


@st.composite
def graphs(draw: st.DrawFn, circles: bool) -> list[Edge]:
    """Edges between seven models, with unresolved parents; `circles` lets them lead anywhere."""
    edges = set()
    for _ in range(draw(st.integers(0, 14))):
        child = draw(st.integers(0, 6))
        parent = draw(st.one_of(st.none(), st.integers(0, 6)))
        if parent == child or (not circles and parent is not None and parent > child):
            continue
        name = f"name {parent}" if parent is not None else draw(st.sampled_from(["x/open", "y/open"]))
        made_from = IDS[parent] if parent is not None else None
        edges.add(Edge(IDS[child], made_from, name, draw(st.sampled_from(RELATIONS)), "claimed_by_provider"))
    return draw(st.permutations(sorted(edges, key=in_order)))


def paths(edges: list[Edge], at: UUID, start: UUID, so_far: tuple[Edge, ...] = ()) -> Iterator[tuple[Edge, ...]]:
    """Every path upwards along which something passes, that comes by no model twice."""
    been = {start, *(edge.parent_id for edge in so_far)}
    taught = any(edge.relation in TEACHES for edge in so_far)
    for edge in edges:
        passes = edge.relation in WEIGHTS or (edge.relation in TEACHES and not taught)
        if edge.child_id != at or not passes or (edge.parent_id and edge.parent_id in been):
            continue
        yield (*so_far, edge)
        if edge.parent_id:
            yield from paths(edges, edge.parent_id, start, (*so_far, edge))


def best(edges: list[Edge], model: UUID) -> Mapping[tuple[object, bool], tuple[Step, ...]]:
    """By what is reached, and whether as a teacher: the shortest path, of equals the first in order."""
    found: dict[tuple[object, bool], tuple[Edge, ...]] = {}
    for path in paths(edges, model, model):
        key = (path[-1].parent_id or path[-1].parent_name, any(edge.relation in TEACHES for edge in path))
        if key not in found or _rank(path) < _rank(found[key]):
            found[key] = path
    return {key: tuple(step_of(edge) for edge in path) for key, path in found.items()}


def _rank(path: tuple[Edge, ...]) -> tuple[int, list[tuple[str, str, str]]]:
    return len(path), [in_order(edge) for edge in path]


@settings(max_examples=150, deadline=None)
@given(graphs(circles=False))
def test_what_is_reached_and_how_is_what_a_naive_search_finds(edges: list[Edge]) -> None:
    graph = Graph(edges)
    for model in IDS:
        reached = graph.reach(model)
        assert (reached[0].model_id, reached[0].how, reached[0].path) == (model, SELF, ())
        assert {(one.model_id or one.name, one.how == TEACHER): one.path for one in reached[1:]} == best(edges, model)
        lengths = [len(one.path) for one in reached if one.how != TEACHER]
        assert lengths == sorted(lengths)


@settings(max_examples=100, deadline=None)
@given(graphs(circles=True))
def test_circles_in_bad_data_end_and_reach_every_model_once(edges: list[Edge]) -> None:
    graph = Graph(edges)
    for model in IDS:
        reached = [(one.model_id or one.name, one.how) for one in graph.reach(model)]
        assert len(reached) == len(set(reached))
        wanted = {key for key, taught in best(edges, model) if not taught}
        assert {key for key, how in reached if how == "weights"} == wanted
        assert len(graph.ancestors(model)) <= len(edges)


@settings(max_examples=150, deadline=None)
@given(
    st.booleans().flatmap(lambda circles: graphs(circles=circles)), st.lists(st.integers(0, 2), min_size=7, max_size=7)
)
def test_the_whole_graph_at_once_says_of_each_model_what_a_walk_from_it_says(
    edges: list[Edge], marks: tuple[int, ...]
) -> None:
    graph = Graph(edges)
    own = {model: (("mark", mark),) for model, mark in zip(IDS, marks, strict=True)}
    found = spread(graph, own)
    for model in IDS:
        wanted: dict[bool, dict[object, tuple[Step, ...]]] = {False: {}, True: {}}
        for one in graph.reach(model)[1:]:
            for mark in own[one.model_id] if one.model_id else (one.name,):
                wanted[one.how == TEACHER].setdefault(mark, one.path)
        if model in found:
            assert {mark: way.path for mark, way in found[model].weights.items()} == wanted[False]
            assert {mark: way.path for mark, way in found[model].taught.items()} == wanted[True]
            assert all(way.length == len(way.path) for way in found[model].weights.values())
        else:
            assert wanted == {False: {}, True: {}}


def test_a_line_of_many_models_is_no_matter_of_depth() -> None:
    line = [UUID(int=number) for number in range(5000)]
    graph = Graph(Edge(line[at], line[at + 1], "", "finetune") for at in range(4999))
    found = spread(graph, {line[-1]: ("root",)})
    assert found[line[0]].weights["root"].length == 4999
    assert found[line[0]].weights["root"].bearer == line[-1]
    assert len(graph.reach(line[0])) == 5000
