"""What imported bills of materials said that has no field of ours, brought back out of their documents."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.imports.models import SourceDocument
from apps.imports.pointers import at, without

AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """The part of a document that is about one release, and the document around it."""

    part: Mapping[str, Any]
    document: Mapping[str, Any]
    locator: str
    digest: str


def kept_for(release_ids: Iterable[UUID], kind: str) -> dict[UUID, Kept]:
    """The current documents of a kind, by release."""
    return {document.release_id: kept for document in _documents(list(release_ids), kind) if (kept := _kept(document))}


def _documents(release_ids: list[UUID], kind: str) -> Iterator[SourceDocument]:
    for start in range(0, len(release_ids), AT_ONCE):
        yield from SourceDocument.objects.filter(
            release_id__in=release_ids[start : start + AT_ONCE], kind=kind, superseded_at__isnull=True
        ).order_by("id")


def _kept(document: SourceDocument) -> Kept | None:
    try:
        part = at(document.document, document.locator)
    except (KeyError, IndexError, ValueError):
        return None
    return Kept(part, document.document, document.locator, document.digest) if isinstance(part, dict) else None


def divided(
    kept: Mapping[UUID, Kept], strangers: Callable[[Mapping[str, Any]], list[str]]
) -> tuple[dict[UUID, Kept], list[dict[str, Any]]]:
    """The documents without the fields that their standard does not know, and those fields: nothing of them is lost.

    A document that is none of its standard at all stays as it is; the part about a release then is the field.
    """
    found: dict[UUID, Kept] = {}
    foreign: dict[tuple[str, str], dict[str, Any]] = {}
    unknown: dict[str, list[str]] = {}
    cleaned: dict[str, Mapping[str, Any]] = {}
    for release, one in kept.items():
        if one.digest not in cleaned:
            pointers = unknown[one.digest] = strangers(one.document)
            cleaned[one.digest] = {} if "" in pointers else without(one.document, pointers)
            if pointers and "" not in pointers:
                fields = {pointer: at(one.document, pointer) for pointer in pointers}
                foreign[one.digest, ""] = {"document": one.digest, "fields": fields}
        document = cleaned[one.digest]
        if document:
            inside = [pointer.removeprefix(one.locator) for pointer in unknown[one.digest] if _within(pointer, one)]
            found[release] = Kept(without(one.part, inside), document, one.locator, one.digest)
        else:
            foreign[one.digest, one.locator] = {"document": one.digest, "fields": {one.locator: one.part}}
    return found, list(foreign.values())


def _within(pointer: str, one: Kept) -> bool:
    return pointer.startswith(f"{one.locator}/")


def around(kept: Iterable[Kept]) -> list[dict[str, Any]]:
    """What documents hold beside the parts about releases, for one of another standard that carries the parts."""
    by_digest: dict[str, list[Kept]] = {}
    for one in kept:
        by_digest.setdefault(one.digest, []).append(one)
    found = []
    for digest, parts in by_digest.items():
        rest = (
            {} if any(not one.locator for one in parts) else without(parts[0].document, [one.locator for one in parts])
        )
        if rest:
            found.append({"document": digest, "rest": rest})
    return found
