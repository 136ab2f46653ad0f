"""Two lists of checksums, compared: equal, differing, missing and additional files, each by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EQUAL, DIFFERING, MISSING, ADDITIONAL = "equal", "differing", "missing", "additional"
RESULTS = (DIFFERING, MISSING, ADDITIONAL, EQUAL)
"""What concerns somebody first stands first."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One file: the sum that is expected of it and the one that was found, empty where there is none."""

    path: str
    result: str
    expected: str = ""
    found: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"path": self.path, "result": self.result, "expected": self.expected, "found": self.found}


@dataclass(frozen=True)
class Comparison:
    """The outcome for every file, in the order of `RESULTS` and of the paths."""

    files: Sequence[Compared]

    def count(self, result: str) -> int:
        """How many files have a result."""
        return sum(one.result == result for one in self.files)

    @property
    def same(self) -> bool:
        """Whether there is something, and all of it is equal."""
        return bool(self.files) and all(one.result == EQUAL for one in self.files)


def compare(expected: Mapping[str, str], found: Mapping[str, str], *, ignored: Iterable[str] = ()) -> Comparison:
    """Compare sums by path. Additional files at or below an ignored path are left out."""
    skip = tuple(ignored)
    files = [
        Compared(path, _result(expected.get(path), found.get(path)), expected.get(path, ""), found.get(path, ""))
        for path in sorted({*expected, *found})
        if path in expected or not is_ignored(path, skip)
    ]
    return Comparison(tuple(sorted(files, key=lambda one: (RESULTS.index(one.result), one.path))))


def _result(expected: str | None, found: str | None) -> str:
    if found is None:
        return MISSING
    if expected is None:
        return ADDITIONAL
    return EQUAL if expected == found else DIFFERING


def is_ignored(path: str, ignored: Iterable[str]) -> bool:
    """Whether a path is one of some paths or lies below one."""
    return any(path == one or path.startswith(f"{one.rstrip('/')}/") for one in ignored)
