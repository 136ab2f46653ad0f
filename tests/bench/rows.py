"""What a measurement says, and how the table is written."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what came out, and what was wanted."""

    what: str
    value: str
    target: str = ""
    missed: bool = False


@dataclass
class Clock:
    """Seconds that a block took: on the wall, and of this process's own."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def clocked() -> Iterator[Clock]:
    """Measure a block."""
    clock = Clock()
    wall, cpu = time.perf_counter(), time.process_time()
    yield clock
    clock.wall, clock.cpu = time.perf_counter() - wall, time.process_time() - cpu


@dataclass
class Samples:
    """How long many calls took, in milliseconds."""

    milliseconds: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    """Of these, what this process itself worked."""

    def take(self, work: Callable[[], object]) -> None:
        """Call once and remember how long it took."""
        with clocked() as clock:
            work()
        self.milliseconds.append(clock.wall * 1000)
        self.own.append(clock.cpu * 1000)

    @property
    def median(self) -> float:
        """Half of the calls were quicker."""
        return statistics.median(self.milliseconds)

    @property
    def p99(self) -> float:
        """One call in a hundred took longer."""
        return statistics.quantiles(self.milliseconds, n=100, method="inclusive")[98]


def seconds(what: str, clock: Clock, below: float | None = None) -> Row:
    """A row for one long run; `below` is the wanted number of seconds on the wall."""
    target = f"< {below:g} s" if below else ""
    missed = below is not None and clock.wall >= below
    return Row(what, f"{clock.wall:.1f} s ({clock.cpu:.1f} s of the process's own)", target, missed)


def spread(what: str, samples: Samples, median_below: float | None = None, p99_below: float | None = None) -> list[Row]:
    """Two rows for many calls: median and 99th percentile, in milliseconds."""
    found = []
    for name, value, below in (("median", samples.median, median_below), ("p99", samples.p99, p99_below)):
        target = f"< {below:g} ms" if below else ""
        found.append(Row(f"{what}, {name}", f"{value:.1f} ms", target, below is not None and value >= below))
    return found


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table; what missed its target is said in words."""
    lines = ["| measured | value | target |", "|---|---|---|"]
    lines += [f"| {row.what} | {row.value} | {row.target}{' — missed' if row.missed else ''} |" for row in rows]
    return "\n".join(lines)
