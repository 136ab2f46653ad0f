"""What assertions are about."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """One subject: its type as in the fact catalogue (`party`, `release`, `deployment`, …) and its identifier."""

    type: str
    id: UUID


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a statement was seen. `quality` is one of `apps.facts.models.Quality`."""

    label: str
    url: str = ""
    quality: str = "primary"
    date: dt.date | None = None
