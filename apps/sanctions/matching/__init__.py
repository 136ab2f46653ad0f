"""Comparing names with listed ones: our own way, explained feature by feature, in versions that stay.

`search` finds entries in use, `compare` is the pure comparison that it rests on, `index_names` makes names findable.
"""

from collections.abc import Callable, Mapping

from apps.sanctions.entries import ListedParty
from apps.sanctions.matching.index import forget_names, index_names
from apps.sanctions.matching.records import POSSIBLE, PROBABLE, WEAK, Band, Feature, Found, Query, Score, band
from apps.sanctions.matching.scoring import ALGORITHM, compare
from apps.sanctions.matching.search import search

ALGORITHMS: Mapping[str, Callable[[Query, ListedParty], Score]] = {ALGORITHM: compare}
"""Every version that a stored score may name, so that it can be made again."""

__all__ = [
    "ALGORITHM",
    "ALGORITHMS",
    "POSSIBLE",
    "PROBABLE",
    "WEAK",
    "Band",
    "Feature",
    "Found",
    "Query",
    "Score",
    "band",
    "compare",
    "forget_names",
    "index_names",
    "search",
]
