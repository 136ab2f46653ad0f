"""The plan of an entry: what is to be made, stated and claimed because of it. Plain data."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.accounts.actors import Actor
from apps.core.errors import FieldError
from apps.core.models import BaseModel
from apps.facts.services import Statement
from apps.facts.subjects import SubjectRef
from apps.imports.models import ImportRow
from apps.imports.records import (
    ParentRecord,
    PartyRecord,
    Reading,
    SuspectRecord,
)
from apps.registry.models import Model, Release


@dataclass(frozen=True, kw_only=True)
class Context:
    """What holds for all entries of one import."""

    actor: Actor
    reading: Reading
    sha256: str
    import_id: UUID
    begun: dt.datetime
    """When the file was sent: what it said since then, it said in this import."""
    digest: str = ""
    """Of the document, where there is one."""
    described: Mapping[str, PartyRecord] = field(default_factory=dict)
    """The parties of which the file says more than their names, by folded name."""

    @property
    def kind(self) -> str:
        """The kind of the file, which is the channel of its statements."""
        return self.reading.kind


@dataclass(frozen=True, kw_only=True)
class Parent:
    """One parent that an entry names, found in the register or not."""

    child: Model
    parent: Model | None
    record: ParentRecord


@dataclass(frozen=True, kw_only=True)
class Text:
    """The text of a licence that came with a release."""

    release: Release
    content: bytes
    url: str


@dataclass(frozen=True, kw_only=True)
class Suspected:
    """The parents that an entry suspects of a model, for a person to judge."""

    child: Model
    records: Sequence[SuspectRecord]


@dataclass
class Planned:
    """What one entry comes to."""

    number: int
    locator: str
    outcome: str = ImportRow.Outcome.UNCHANGED
    title: str = ""
    subject: SubjectRef | None = None
    rows: list[BaseModel] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    parents: list[Parent] = field(default_factory=list)
    suspected: list[Suspected] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    stated: dict[tuple[str, UUID, str], str] = field(default_factory=dict)

    def change(self, about: str, name: str, old: Any, new: Any, state: str = "") -> None:
        """Remember what becomes different."""
        self.changes.append({"about": about, "field": name, "old": old, "new": new, "state": state})
