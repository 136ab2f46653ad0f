"""Works done at the same time, for tests that look for what goes wrong side by side. They need `committed_db`."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")


def in_threads(*works: Callable[[], Result]) -> list[Result]:
    """Do works at once, each on a connection of its own; what they gave back. Raises what the first of them raised."""
    results: list[Result | BaseException] = []

    def run(work: Callable[[], Result]) -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    done = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        done.append(result)
    return done
