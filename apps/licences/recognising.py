"""Which known text a text is. Pure: facts in, a proposal with its reason out; likeness alone concludes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.licences.prints import Fingerprint, KnownText, known_by_checksum, known_by_wording, known_texts, likeness

LEAST = 0.60
"""Below it a text is not recognised: families share that much. Licences of different families stay under 0.57."""
CLOSE = 0.02
"""Two licences whose likeness is as close as this are not told apart by it."""
SHOWN = 5


@dataclass(frozen=True)
class Stored:
    """A text of this installation of which a person has said what it is."""

    key: str
    label: str
    licence: str
    wording_sha256: str
    fingerprint: Fingerprint


@dataclass(frozen=True)
class Candidate:
    """A known text that a text is like, and the numbers that only one of them names."""

    licences: tuple[str, ...]
    key: str
    label: str
    score: float
    words: int
    numbers_only_here: tuple[str, ...]
    numbers_only_there: tuple[str, ...]

    @property
    def stands_for(self) -> str:
        """The licence, or the text where the register has no licence for it."""
        return self.licences[0] if self.licences else self.key

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "licences": list(self.licences),
            "key": self.key,
            "label": self.label,
            "score": round(self.score, 4),
            "words": self.words,
            "numbers_only_here": list(self.numbers_only_here),
            "numbers_only_there": list(self.numbers_only_there),
        }


@dataclass(frozen=True)
class Recognition:
    """What a text is taken for. `how`: exact, wording, similar, ambiguous, or empty where nothing is like it."""

    how: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it says word for word what the first candidate says; everything else waits for a person."""
        return self.how in ("exact", "wording")


def recognise(
    *,
    sha256: str,
    wording_sha256: str,
    print_: Fingerprint,
    stored: Sequence[Stored] = (),
    checksums: dict[str, tuple[str, str]] | None = None,
) -> Recognition:
    """Compare a text with the known ones, with those that people settled here, and with the register's checksums.

    `checksums` maps SHA-256 to `(key of a licence, label)`, for licences whose text ships with no fingerprint.
    """
    known = known_by_checksum().get(sha256)
    if known is not None:
        return Recognition("exact", (_candidate(known, print_, 1.0),))
    if checksums and sha256 in checksums:
        licence, label = checksums[sha256]
        return Recognition("exact", (Candidate((licence,), licence, label, 1.0, print_.words, (), ()),))
    known = known_by_wording().get(wording_sha256)
    if known is not None:
        return Recognition("wording", (_candidate(known, print_, 1.0),))
    for text in stored:
        if text.wording_sha256 == wording_sha256:
            return Recognition("wording", (_of_stored(text, print_, 1.0),))
    return _by_likeness(print_, stored)


def _by_likeness(print_: Fingerprint, stored: Iterable[Stored]) -> Recognition:
    found = [_candidate(text, print_, likeness(print_.hashes, text.fingerprint.hashes)) for text in known_texts()]
    found += [_of_stored(text, print_, likeness(print_.hashes, text.fingerprint.hashes)) for text in stored]
    best: dict[str, Candidate] = {}
    for one in sorted(found, key=lambda candidate: (-candidate.score, candidate.key)):
        if one.score >= LEAST:
            best.setdefault(one.stands_for, one)
    candidates = tuple(best.values())[:SHOWN]
    if not candidates:
        return Recognition("")
    unclear = len(candidates) > 1 and candidates[0].score - candidates[1].score < CLOSE
    return Recognition("ambiguous" if unclear else "similar", candidates)


def _candidate(text: KnownText, print_: Fingerprint, score: float) -> Candidate:
    here, there = _numbers(print_, text.fingerprint)
    return Candidate(text.licences, text.key, text.label, score, text.fingerprint.words, here, there)


def _of_stored(text: Stored, print_: Fingerprint, score: float) -> Candidate:
    here, there = _numbers(print_, text.fingerprint)
    return Candidate((text.licence,), text.key, text.label, score, text.fingerprint.words, here, there)


def _numbers(one: Fingerprint, other: Fingerprint) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(one.numbers - other.numbers)), tuple(sorted(other.numbers - one.numbers))
