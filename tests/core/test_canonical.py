"""Equal content gives equal bytes."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.canonical import canonical_json, digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ({"größe": "深度"}, '{"größe":"深度"}'.encode()),
        ([], b"[]"),
        (1.5, b"1.5"),
    ],
)
def test_form(content: Any, expected: bytes) -> None:
    assert canonical_json(content) == expected


@given(content=st.dictionaries(st.text(max_size=9), JSON, max_size=6))
def test_the_order_of_keys_does_not_matter(content: dict[str, Any]) -> None:
    turned = dict(reversed(list(content.items())))
    assert digest(turned) == digest(content)


@given(content=JSON)
def test_reading_it_back_gives_the_same_bytes(content: Any) -> None:
    written = canonical_json(content)
    assert canonical_json(json.loads(written)) == written


@pytest.mark.parametrize("content", [math.nan, math.inf, -math.inf, {"a": [math.nan]}])
def test_what_json_cannot_say_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(content)


def test_a_type_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical_json({"a": {1, 2}})


def test_digest_names_its_algorithm() -> None:
    # printf '{}' | sha256sum
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
