"""`make bench`: measure on a database of its own, and say on which machine. `python -m tests.bench gate` chooses."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOPICS = ("evaluation", "gate", "http", "document", "imports", "exports", "lineage", "lists", "screening", "starting")
"""One module of this package each, with a function `rows` that takes the population, in the order of the table."""


@contextmanager
def _house() -> Iterator[None]:
    """An embedded server, migrated and with the shipped policy, in a home that is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="weighbridge-bench-"))
    for name in [name for name in os.environ if name.startswith(("WEIGHBRIDGE_", "DATABASE_", "CELERY_", "EMAIL_"))]:
        del os.environ[name]
    os.environ |= {"WEIGHBRIDGE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "apps.config.settings"}
    from apps.config.launch import preparing

    server = preparing.start_database()
    try:
        import django

        django.setup()
        preparing.migrate()
        yield
    finally:
        if server:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _measure(topics: list[str], uses: int) -> int:
    from importlib import import_module

    from apps.policy.engine.packs import load_packs
    from apps.policy.publishing import publish
    from tests.bench.machine import machine
    from tests.bench.populating import SETUP, populate
    from tests.bench.rows import clocked, seconds, table

    publish(actor=SETUP, content=load_packs())
    with clocked() as clock:
        population = populate(uses)
    rows = [seconds(f"filling the register with {uses:,} uses", clock)]
    for topic in topics:
        rows += import_module(f"tests.bench.{topic}").rows(population)
    _say(f"{machine()}\n\n{table(rows)}")
    return int(any(row.missed for row in rows))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main() -> int:
    """The exit code: 1 when a target was missed."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("topics", nargs="*", metavar="topic", help=f"out of {', '.join(TOPICS)}; all when left out")
    arguments.add_argument("--uses", type=int, default=10_000)
    chosen = arguments.parse_args()
    unknown = sorted(set(chosen.topics) - set(TOPICS))
    if unknown:
        arguments.error(f"no such topic: {', '.join(unknown)}")
    with _house():
        return _measure(chosen.topics or list(TOPICS), chosen.uses)


if __name__ == "__main__":
    raise SystemExit(main())
