"""One line of an exposure: who is named where, how that reaches us, how it stands, and what it means."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.parties.models import Party
from apps.parties.ownership import Share
from apps.policy.exposure.binding import Answer, Bound
from apps.policy.exposure.words import bound_by, sentence
from apps.sanctions.models import EffectClass, Match, RestrictedPartyList, RestrictionEvent


class Way(models.TextChoices):
    """How somebody who is named comes to stand behind what we look at."""

    DIRECT = "direct", _("Itself")
    OWNERSHIP = "ownership", _("Through ownership")
    LINEAGE = "lineage", _("Through the weights")
    TEACHER = "teacher", _("Through a teacher; no weights")
    HOSTING = "hosting", _("Through the operator")
    SUB_PROCESSOR = "sub_processor", _("Through a sub-processor")


class Kind(models.TextChoices):
    LIST = "list", _("List")
    MATCH = "match", _("Potential match")
    MEASURE = "measure", _("Measure")
    REGIME = "regime", _("Share test of a regime")


class Stand(models.TextChoices):
    """How it stands. Measures bear the status of the authority's measure."""

    CONFIRMED = "confirmed", _("Confirmed by a person")
    LISTED = "listed", _("Listed, as is known")
    LITIGATED = "litigated", _("Listed, contested in court")
    POTENTIAL = "potential", _("Potential match awaits a person")
    OWNED = "owned", _("Owned by listed parties")
    CONTROLLED = "controlled", _("Controlled by a listed party")
    TOGETHER = "review", _("Listed owners together; to be looked at")
    REPORTED = "pending_reported", _("Reported as pending")
    IN_FORCE = "in_force", _("In force")
    PENDING = "pending", _("Pending")
    ENJOINED = "enjoined", _("Enjoined by a court")
    SUSPENDED = "suspended", _("Suspended")
    LIFTED = "lifted", _("Lifted")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn before it took effect")
    ADVISORY = "advisory", _("Advisory")
    UNKNOWN = "unknown", _("Unknown")


@dataclass(frozen=True)
class Seat:
    """Somebody who stands near what we look at."""

    way: Way
    party: UUID
    steps: tuple[str, ...] = ()
    """The models and parties on the way there, by name."""


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """A list, a measure, a potential match or a share test that reaches what we look at."""

    way: Way
    party: Party
    """Who is named; for a share test who is owned."""
    path: Sequence[str]
    """From what we look at to the party, by name; for a share test on to the listed owners."""
    kind: Kind
    key: str
    """Of the list or the regime, or the measure's identifier."""
    effect: EffectClass
    state: Stand
    answer: Answer
    since: dt.date | None
    source_label: str
    source_url: str
    as_of: dt.date | None
    fact_state: str
    """State of the statement it rests on."""
    note: str = ""
    also: Sequence[tuple[Way, Sequence[str]]] = ()
    """Further ways by which the same thing reaches it, each with its path; the first way stands above."""
    of: RestrictedPartyList | None = None
    event: RestrictionEvent | None = None
    match: Match | None = None
    share: Share | None = None

    @property
    def ways(self) -> list[tuple[Way, Sequence[str]]]:
        """All the ways by which it reaches what we look at."""
        return [(self.way, self.path), *self.also]

    @property
    def title(self) -> str:
        """The list, the measure or the regime by name."""
        if self.event:
            return f"{self.event.authority}: {self.event.instrument or self.event.effect}"
        return self.of.title if self.of else self.key

    @property
    def binds(self) -> str:
        """Who is bound, in words: those of the measure, else those for the list's effect."""
        return self.event.binds if self.event and self.event.binds else bound_by(self.effect, self.key)

    @property
    def sentence(self) -> str:
        """What it means for us."""
        return sentence(self.answer)

    @property
    def rank(self) -> tuple[Any, ...]:
        """What binds us first, then by how much it forbids."""
        return (
            list(Bound).index(self.answer.bound),
            list(EffectClass).index(self.effect),
            list(Way).index(self.way),
            self.party.name,
            self.key,
        )
