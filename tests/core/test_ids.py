"""Identifiers sort by the time they were made and say when that was."""

import time
import uuid

from hypothesis import given
from hypothesis import strategies as st

from apps.core import ids
from apps.core.ids import uuid7


def milliseconds(identifier: uuid.UUID) -> int:
    return identifier.int >> 80


def test_version_and_variant_are_those_of_rfc_9562() -> None:
    made = uuid7()
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_the_first_48_bits_are_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = milliseconds(uuid7())
    # Counting within one millisecond may borrow from the next ones.
    assert before - 1 <= made <= time.time_ns() // 1_000_000 + 100


def test_order_of_making_is_order_of_sorting() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@given(moments=st.lists(st.integers(min_value=0, max_value=2**47), min_size=2, max_size=50))
def test_a_clock_that_is_set_back_does_not_break_the_order(moments: list[int]) -> None:
    clock = iter(moments)
    real, saved = ids.time.time_ns, (ids._last_ms, ids._sequence)
    ids.time.time_ns = lambda: next(clock) * 1_000_000
    try:
        made = [uuid7() for _ in moments]
    finally:
        ids.time.time_ns = real
        ids._last_ms, ids._sequence = saved
    assert made == sorted(made)
