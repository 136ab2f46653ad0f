"""The garbage collector, out of the way of work that makes very many objects and no circles of them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic garbage collection in this process while a bounded batch of work runs.

    A batch of fact sheets makes some hundred thousand objects that all live until its end: looking through them again
    and again took almost half of the time of judging.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
