"""From several statements to the one fact that rules may read."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.canonical import canonical_json
from apps.core.ids import uuid7
from apps.facts.models import Assertion, State
from apps.facts.resolution import UNKNOWN, resolve

TODAY = dt.date(2026, 11, 24)
VERIFIED, OWNER, PROVIDER = State.VERIFIED, State.CLAIMED_BY_OWNER, State.CLAIMED_BY_PROVIDER


def says(value: Any, state: str, *, as_of: str = "2026-10-01", until: str | None = None, **more: Any) -> Assertion:
    return Assertion(
        id=uuid7(),
        value=value,
        state=state,
        source_label=f"Source of {value!r}",
        as_of=dt.date.fromisoformat(as_of),
        valid_until=dt.date.fromisoformat(until) if until else None,
        **more,
    )


CASES: dict[str, tuple[list[Assertion], Any, str, list[Any]]] = {
    "nothing said": ([], None, "unknown", []),
    "one claim": ([says(30, OWNER)], 30, "claimed_by_owner", []),
    "false is a value": ([says(False, OWNER)], False, "claimed_by_owner", []),
    "an empty list is a value": ([says([], PROVIDER)], [], "claimed_by_provider", []),
    "said to be unknown": ([says(None, "unknown")], None, "unknown", []),
    "a claim beats an unknown": (
        [says(None, "unknown", as_of="2026-11-20"), says(5, OWNER)],
        5,
        "claimed_by_owner",
        [],
    ),
    "verified beats a newer claim, which stays visible": (
        [says(30, VERIFIED, as_of="2026-01-01"), says(0, PROVIDER, as_of="2026-11-01")],
        30,
        "verified",
        [0],
    ),
    "two claims that agree": (
        [says(30, OWNER, as_of="2026-01-01"), says(30, PROVIDER, as_of="2026-02-01")],
        30,
        "claimed_by_provider",
        [],
    ),
    "two claims that disagree": ([says(30, OWNER), says(0, PROVIDER)], None, "disputed", [0, 30]),
    "a claim and an inference that disagree": (
        [says("US", OWNER), says("CN", State.INFERRED)],
        None,
        "disputed",
        ["CN", "US"],
    ),
    "two verified that disagree": ([says(30, VERIFIED), says(60, VERIFIED)], None, "disputed", [30, 60]),
    "1 and true are not the same": ([says(1, OWNER), says(True, PROVIDER)], None, "disputed", [1, True]),
    "past its date": ([says(30, VERIFIED, until="2026-11-23")], None, "unknown", []),
    "good through its last day": ([says(30, VERIFIED, until="2026-11-24")], 30, "verified", []),
    "an expired verified one gives way": (
        [says(30, VERIFIED, until="2026-11-01"), says(60, OWNER)],
        60,
        "claimed_by_owner",
        [],
    ),
    "a claim beats a dispute of others, whose other side stays visible": (
        [
            says(None, State.DISPUTED, conflict=[{"value": "SG", "source": "A"}, {"value": "CN", "source": "B"}]),
            says("SG", OWNER),
        ],
        "SG",
        "claimed_by_owner",
        ["CN"],
    ),
    "disputed by its only source": (
        [says(None, State.DISPUTED, conflict=[{"value": "SG", "source": "A"}, {"value": "CN", "source": "B"}])],
        None,
        "disputed",
        ["CN", "SG"],
    ),
}


@pytest.mark.parametrize(("said", "value", "state", "conflicts"), CASES.values(), ids=CASES.keys())
def test_resolution(said: list[Assertion], value: Any, state: str, conflicts: list[Any]) -> None:
    fact = resolve(said, TODAY)
    assert (fact.value, str(fact.state)) == (value, state)
    assert sorted(map(repr, (side.value for side in fact.conflicts))) == sorted(map(repr, conflicts))
    assert fact.known == (value is not None)


def test_what_expired_keeps_its_source_so_that_a_reader_sees_why() -> None:
    fact = resolve([says(30, VERIFIED, until="2026-11-23")], TODAY)
    assert fact.source == "Source of 30"
    assert fact.valid_until == dt.date(2026, 11, 23)


def test_nothing_said_is_the_unknown_fact() -> None:
    assert resolve([], TODAY) is UNKNOWN


STATEMENTS = st.lists(
    st.builds(
        lambda value, state, age, left: says(
            None if state in (State.UNKNOWN, State.DISPUTED) else value,
            state,
            as_of=(TODAY - dt.timedelta(days=age)).isoformat(),
            until=None if left is None else (TODAY + dt.timedelta(days=left)).isoformat(),
        ),
        st.sampled_from([True, 1, 2, "a"]),
        st.sampled_from(list(State)),
        st.integers(30, 60),
        st.none() | st.integers(-20, 20),
    ),
    max_size=6,
)


@given(said=STATEMENTS)
def test_the_value_is_one_that_somebody_said_and_that_no_equal_disputes(said: list[Assertion]) -> None:
    fact = resolve(said, TODAY)
    if not fact.known:
        assert fact.value is None
        return
    valid = [one for one in said if one.valid_until is None or one.valid_until >= TODAY]
    assert canonical_json(fact.value) in {canonical_json(one.value) for one in valid}
    equals = [one for one in valid if (one.state == VERIFIED) == (fact.state == VERIFIED) and one.value is not None]
    assert {canonical_json(one.value) for one in equals} == {canonical_json(fact.value)}


@given(said=STATEMENTS, order=st.randoms())
def test_the_order_of_statements_does_not_matter(said: list[Assertion], order: Any) -> None:
    turned = list(said)
    order.shuffle(turned)
    first, second = resolve(said, TODAY), resolve(turned, TODAY)
    assert (first.value, first.state, first.assertion_id) == (second.value, second.state, second.assertion_id)
    assert {side.assertion_id for side in first.conflicts} == {side.assertion_id for side in second.conflicts}
