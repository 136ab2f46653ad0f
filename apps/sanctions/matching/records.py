"""What is asked, and what comes of a comparison: a score that says feature by feature how it came about."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from apps.sanctions.entries import EntryKind, Identifier

PROBABLE, POSSIBLE, WEAK = 0.85, 0.70, 0.60
"""From which score on a match is in the band."""


class Band(StrEnum):
    """How seriously a match is to be taken; the bands of the screening pages and of the API."""

    PROBABLE = "probable"
    POSSIBLE = "possible"
    WEAK = "weak"
    NONE = "none"


def band(score: float) -> Band:
    """The band of a score."""
    for least, found in ((PROBABLE, Band.PROBABLE), (POSSIBLE, Band.POSSIBLE), (WEAK, Band.WEAK)):
        if score >= least:
            return found
    return Band.NONE


@dataclass(frozen=True, kw_only=True)
class Query:
    """Whom we look for. Countries are ISO 3166-1 alpha-2. What is empty is unknown, which speaks neither way."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: EntryKind = EntryKind.UNKNOWN
    countries: frozenset[str] = frozenset()
    identifiers: tuple[Identifier, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names, each once."""
        return tuple(dict.fromkeys((self.name, *self.aliases)))


@dataclass(frozen=True)
class Feature:
    """One reason for a score: what was seen, how many points of 1 it gave or took, with the texts compared."""

    code: str
    points: float
    detail: str


@dataclass(frozen=True)
class Score:
    """What a query and an entry have in common, from 0 to 1, with the pair of names that speaks for it most."""

    value: float
    query_name: str = ""
    listed_name: str = ""
    features: tuple[Feature, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    """Names asked for with the listed name that is nearest to each, as far as they are near; the best first."""

    @property
    def band(self) -> Band:
        """The band of the value."""
        return band(self.value)


@dataclass(frozen=True, kw_only=True)
class Found:
    """An entry in use that a query may mean."""

    entry_id: UUID
    list_key: str
    reference: str
    digest: str
    name: str
    kind: EntryKind
    score: float
    band: Band
    matched_names: tuple[tuple[str, str], ...]
    """Pairs of the name asked for and the listed name, the best first."""
    features: tuple[Feature, ...] = field(default=())
    algorithm: str = ""
