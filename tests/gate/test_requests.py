"""What a job asks: every mistake is named at its place, and nothing else ever happens."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.core.errors import FieldError, InvalidInput
from apps.gate.requests import MAX_LOCATIONS, MAX_MODELS, DecisionRequest, Location, read_request

MODEL = {"id": "Example-AI/Model-7B"}
BODY = {"project": "payments", "models": [MODEL]}


def test_the_smallest_question() -> None:
    request = read_request(BODY)
    assert (request.project, request.mode, request.environment, request.ref) == ("payments", "all", "", "")
    assert [(one.id, one.revision, one.locations) for one in request.models] == [("Example-AI/Model-7B", "", ())]


def test_the_whole_question() -> None:
    request = read_request(
        {
            "project": "payments",
            "ref": "refs/heads/main",
            "commit": "abc",
            "environment": "production",
            "mode": "new",
            "declared": {"data_class": "confidential", "data_categories": ["personal", "personal"], "use_case": "Mail"},
            "models": [
                {
                    "id": " Example-AI/Model-7B ",
                    "revision": "r1",
                    "kind": "weights",
                    "operator": "Example Cloud",
                    "region": "eu-central-1",
                    "locations": [{"path": "app/llm.py", "line": 14}, {"path": "Dockerfile"}],
                }
            ],
        }
    )
    assert isinstance(request, DecisionRequest)
    assert (request.data_class, request.data_categories, request.use_case) == ("confidential", ("personal",), "Mail")
    model = request.models[0]
    assert (model.id, model.revision, model.operator, model.region) == (
        "Example-AI/Model-7B",
        "r1",
        "Example Cloud",
        "eu-central-1",
    )
    assert model.locations == (Location("app/llm.py", 14), Location("Dockerfile", None))


@pytest.mark.parametrize("name", ["ref", "commit", "environment", "mode", "declared"])
def test_null_is_like_left_out(name: str) -> None:
    assert read_request({**BODY, name: None}) == read_request(BODY)


def model(**more: Any) -> dict[str, Any]:
    return {**BODY, "models": [{**MODEL, **more}]}


PURL = "pkg:huggingface/example-ai/model-7b@0123456789abcdef0123456789abcdef01234567"
BAD: dict[str, tuple[Any, list[str]]] = {
    "no object": ([], [""]),
    "nothing": (None, [""]),
    "empty": ({}, ["/models", "/project"]),
    "no project": ({"models": [MODEL]}, ["/project"]),
    "an empty project": ({**BODY, "project": " "}, ["/project"]),
    "a project that is a number": ({**BODY, "project": 7}, ["/project"]),
    "a long project": ({**BODY, "project": "x" * 121}, ["/project"]),
    "a NUL byte": ({**BODY, "project": "pay\x00ments"}, ["/project"]),
    "half a character": ({**BODY, "project": "pay\ud800"}, ["/project"]),
    "no models": ({**BODY, "models": []}, ["/models"]),
    "models that are an object": ({**BODY, "models": MODEL}, ["/models"]),
    "too many models": ({**BODY, "models": [MODEL] * (MAX_MODELS + 1)}, ["/models"]),
    "a model that is a text": ({**BODY, "models": ["gpt-4.1"]}, ["/models/0", "/models/0/id"]),
    "a model without id": ({**BODY, "models": [MODEL, {}]}, ["/models/1/id"]),
    "a model's id that is a list": (model(id=["x"]), ["/models/0/id"]),
    "an unknown field": ({**BODY, "colour": "red"}, ["/colour"]),
    "an unknown field with a slash and a tilde": ({**BODY, "a/b~c": 1}, ["/a~1b~0c"]),
    "an unknown field that is half a character": ({**BODY, "\udfff": 1}, ["/?"]),
    "an unknown field of a model": (model(licence="MIT"), ["/models/0/licence"]),
    "an unknown kind": (model(kind="kettle"), ["/models/0/kind"]),
    "a kind that is an object": (model(kind={}), ["/models/0/kind"]),
    "locations that are a text": (model(locations="app.py"), ["/models/0/locations"]),
    "null locations": (model(locations=None), ["/models/0/locations"]),
    "too many locations": (model(locations=[{"path": "a"}] * (MAX_LOCATIONS + 1)), ["/models/0/locations"]),
    "a location without path": (model(locations=[{"line": 1}]), ["/models/0/locations/0/path"]),
    "line 0": (model(locations=[{"path": "a", "line": 0}]), ["/models/0/locations/0/line"]),
    "a line that is true": (model(locations=[{"path": "a", "line": True}]), ["/models/0/locations/0/line"]),
    "half a line": (model(locations=[{"path": "a", "line": 1.5}]), ["/models/0/locations/0/line"]),
    "a line beyond all files": (model(locations=[{"path": "a", "line": 10**9}]), ["/models/0/locations/0/line"]),
    "the environment that is not known": ({**BODY, "environment": "unknown"}, ["/environment"]),
    "another environment": ({**BODY, "environment": "moon"}, ["/environment"]),
    "another mode": ({**BODY, "mode": "some"}, ["/mode"]),
    "a long commit": ({**BODY, "commit": "x" * 65}, ["/commit"]),
    "declared as a list": ({**BODY, "declared": []}, ["/declared"]),
    "declared as false": ({**BODY, "declared": False}, ["/declared"]),
    "another data class": ({**BODY, "declared": {"data_class": "secret"}}, ["/declared/data_class"]),
    "categories as a text": ({**BODY, "declared": {"data_categories": "personal"}}, ["/declared/data_categories"]),
    "an unknown category": ({**BODY, "declared": {"data_categories": ["mine"]}}, ["/declared/data_categories"]),
    "a category that is a list": ({**BODY, "declared": {"data_categories": [[]]}}, ["/declared/data_categories"]),
    "two revisions": (model(id=PURL, revision="r2"), ["/models/0/revision"]),
    "two things wrong": ({"project": 1, "models": [], "mode": 1}, ["/mode", "/models", "/project"]),
}


@pytest.mark.parametrize("what", BAD)
def test_mistakes_are_named_at_their_place(what: str) -> None:
    body, pointers = BAD[what]
    with pytest.raises(InvalidInput) as refused:
        read_request(body)
    assert sorted(error.pointer for error in refused.value.errors) == pointers


def test_the_same_revision_twice_is_no_contradiction() -> None:
    assert read_request(model(id=PURL, revision=PURL.partition("@")[2].upper())).models


TEXT = st.text(st.characters(), max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | TEXT
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))
NAMES = ["project", "ref", "commit", "environment", "mode", "declared", "models", "id", "revision", "locations", "path"]


def _shaped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | TEXT, inner, max_size=5)


@settings(max_examples=300)
@given(body=JSON | st.recursive(LEAVES | st.just("payments"), _shaped, max_leaves=20))
@example(body={**BODY, "declared": {"data_class": float("nan")}})
@example(body={**BODY, "models": [{"id": "x@y", "revision": "\ud83d"}]})
def test_whatever_comes_it_is_read_or_refused_with_pointers_that_can_be_sent(body: Any) -> None:
    errors: tuple[FieldError, ...] = ()
    try:
        read_request(body)
    except InvalidInput as refused:
        errors = refused.errors or (FieldError("missing", ""),)
    for error in errors:
        assert error.pointer == "" or error.pointer.startswith("/")
        assert (error.pointer + error.message).encode()
