"""Fingerprints of texts: enough to recognise a text that is not here by one that is. Pure.

A fingerprint is made of the smallest hashes of a wording's runs of three words. From two of them follows how much two
texts have in common (the share of their runs; A. Broder, On the resemblance and containment of documents, 1997).
It holds no text, and none can be made from it.
"""

import base64
import datetime as dt
import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from apps.licences.wording import digest_of, numbers, words

SIZE = 512
"""Hashes kept at most. Texts of fewer runs are kept whole, so that short licences are compared exactly."""
RUN = 3
FILE = Path(__file__).parent / "known" / "texts.yaml"


@dataclass(frozen=True)
class Fingerprint:
    """What a wording is recognised by."""

    hashes: tuple[int, ...]
    """The smallest hashes, ascending; 32 bits each."""
    words: int
    numbers: frozenset[str]

    def packed(self) -> str:
        """The hashes as base64 of big-endian numbers."""
        return base64.b64encode(struct.pack(f">{len(self.hashes)}I", *self.hashes)).decode()


@dataclass(frozen=True)
class KnownText:
    """A text that was read once and is not shipped: its checksums, its fingerprint, where it was read."""

    key: str
    label: str
    url: str
    date: dt.date
    sha256: str
    wording_sha256: str
    licences: tuple[str, ...]
    """Keys of the licences that have this text; the general one first. Empty for texts that no licence has."""
    fingerprint: Fingerprint


def fingerprint(wording_: str) -> Fingerprint:
    """The fingerprint of a wording."""
    found = words(wording_)
    runs = {" ".join(found[start : start + RUN]) for start in range(max(1, len(found) - RUN + 1))}
    hashes = sorted(_hash(run) for run in runs)[:SIZE]
    return Fingerprint(tuple(hashes), len(found), numbers(wording_))


def _hash(run: str) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode(), digest_size=4).digest())


def unpacked(packed: str) -> tuple[int, ...]:
    """The hashes in a packed fingerprint."""
    raw = base64.b64decode(packed)
    return struct.unpack(f">{len(raw) // 4}I", raw)


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of runs that two texts have in common, 0 to 1, from the smallest hashes of both."""
    if not one or not other:
        return 0.0
    first, second = set(one), set(other)
    # Where one list was cut off, what lies beyond its last hash says nothing about that text.
    last = min(max(hashes) if len(hashes) >= SIZE else 2**32 for hashes in (first, second))
    together = {value for value in first | second if value <= last}
    return len(first & second & together) / len(together)


@cache
def known_texts() -> tuple[KnownText, ...]:
    """The texts that ship as fingerprints."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return tuple(
        KnownText(
            key=row["key"],
            label=row["label"],
            url=row["url"],
            date=row["date"],
            sha256=row["sha256"],
            wording_sha256=row["wording_sha256"],
            licences=tuple(row["licences"]),
            fingerprint=Fingerprint(unpacked(row["runs"]), row["words"], frozenset(row["numbers"])),
        )
        for row in rows
    )


@cache
def known_by_checksum() -> dict[str, KnownText]:
    """The known texts by the SHA-256 of their file."""
    return {text.sha256: text for text in known_texts()}


@cache
def known_by_wording() -> dict[str, KnownText]:
    """The known texts by the digest of their wording; of two with the same wording, the one that a licence has."""
    return {text.wording_sha256: text for text in sorted(known_texts(), key=lambda text: bool(text.licences))}


def entry_for(
    *, key: str, label: str, url: str, date: dt.date, sha256: str, licences: Iterable[str], wording_: str
) -> dict[str, object]:
    """A text as the file of known texts holds it: how the shipped entries were made."""
    made = fingerprint(wording_)
    return {
        "key": key,
        "label": label,
        "url": url,
        "date": date,
        "sha256": sha256,
        "wording_sha256": digest_of(wording_),
        "licences": list(licences),
        "words": made.words,
        "numbers": sorted(made.numbers),
        "runs": made.packed(),
    }
