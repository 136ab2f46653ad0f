"""Whether a list, a measure or a regime binds us: yes, no or unknown, from what is stated of our organisation.

A likeness of names, a report or an announcement binds nobody; a fact about us that nobody stated leaves it unknown.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organisation
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.policy.publishing import parameters_at
from apps.sanctions.models import EffectClass, RestrictionEvent

BODIES = frozenset({"devices", "procurement", "device", "government"})
"""Scopes of a measure that stays with public bodies and whoever supplies them."""
_NOT_EU = frozenset({"IS", "LI", "NO"})


class Bound(models.TextChoices):
    YES = "yes", _("Binds us")
    UNKNOWN = "unknown", _("Unknown whether it binds us")
    NO = "no", _("Does not bind us")


@dataclass(frozen=True)
class Answer:
    """Whether we are bound, and the sentence that says what follows (a key of `words.SENTENCES`)."""

    bound: Bound
    sentence: str
    needs: tuple[str, ...] = ()
    """The facts about us that would settle it, as fields of the subject `org`."""


@dataclass(frozen=True)
class Us:
    """What is known of our organisation and decides whom laws bind; a fact that is not stated is absent."""

    name: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    eu: frozenset[str] = frozenset()
    affiliates_active: bool = True
    """Whether the export rule on affiliates is in force; a policy says otherwise where it knows."""

    @classmethod
    def now(cls) -> "Us":
        """Read it. Some three queries."""
        organisation = Organisation.objects.first()
        parameters = parameters_at()
        eu = frozenset(parameters.get("eea", ())) - _NOT_EU
        active = parameters.get("bis_affiliates_active", True)
        if organisation is None:
            return cls(eu=eu, affiliates_active=active)
        subject = SubjectRef("org", organisation.id)
        stated = current_facts([subject])[subject]
        return cls(organisation.name, {key: fact.value for key, fact in stated.items() if fact.known}, eu, active)

    def of_list(self, key: str, effect: str) -> Answer:
        """Whether being on a list has consequences for us."""
        return self._by_effect(effect, _law_of(key), key)

    def of_regime(self, key: str) -> Answer:
        """Whether what a regime makes of a party's owners has consequences for us."""
        if key == "BIS-AFFILIATES" and not self.affiliates_active:
            return Answer(Bound.NO, "paused")
        return self._by_effect(REGIME_EFFECTS[key], _REGIME_LAWS[key], "")

    def of_event(self, event: RestrictionEvent, on: dt.date) -> Answer:
        """Whether a measure binds us on a day, as it stands and by its scope."""
        if event.status in _NOT_BINDING:
            return _NOT_BINDING[event.status]
        if event.valid_from and event.valid_from > on:
            return Answer(Bound.NO, "not-yet")
        if event.valid_to and event.valid_to < on:
            return Answer(Bound.NO, "ended")
        if event.effect_class == EffectClass.EXPORT:
            return Answer(Bound.YES, "sending")
        if event.effect_class == EffectClass.ADVISORY:
            return Answer(Bound.NO, "advisory")
        if event.effect_class in _OF_LAW and event.jurisdiction:
            return self._by_effect(event.effect_class, event.jurisdiction[:2], "")
        if event.effect_class == EffectClass.PROCUREMENT or BODIES & set(event.scope):
            return self._body(event)
        return self._there(event.jurisdiction, "service")

    def _by_effect(self, effect: str, law: str, key: str) -> Answer:
        if effect == EffectClass.EXPORT:
            return Answer(Bound.YES, "sending")
        if effect == EffectClass.ADVISORY:
            return Answer(Bound.NO, "advisory")
        if effect in (EffectClass.PROCUREMENT, EffectClass.DEBARMENT):
            return self._supplier(key, "debarment" if effect == EffectClass.DEBARMENT else "procurement")
        if effect == EffectClass.IMPORT:
            return self._there(law, "import")
        return self._under(
            law, {EffectClass.DATA: "data", EffectClass.PARTIAL_FINANCE: "finance"}.get(EffectClass(effect), "blocking")
        )

    def _under(self, law: str, sentence: str) -> Answer:
        """By whether we are subject to a law: as a US person, by an establishment in the EU, by seat elsewhere."""
        if law == "US":
            return _answer(self.facts.get("is_us_person"), sentence, "is_us_person")
        if law == "EU":
            there = True if self.facts.get("country") in self.eu else self.facts.get("establishments_eu")
            return _answer(there, sentence, "establishments_eu")
        if law == "UN":
            return _answer(True if "country" in self.facts else None, sentence, "country")
        return self._there(law, sentence)

    def _there(self, law: str, sentence: str) -> Answer:
        """By whether we sit or do business in a country."""
        if not law:
            return Answer(Bound.UNKNOWN, "whose-law")
        country, further = self.facts.get("country"), self.facts.get("operating_countries")
        if law[:2] == country or law[:2] in (further or ()):
            return _answer(True, sentence)
        missing = [name for name in ("country", "operating_countries") if name not in self.facts]
        return _answer(None if missing else False, sentence, *missing)

    def _supplier(self, key: str, sentence: str) -> Answer:
        """By whether we work for the authorities that a list binds."""
        if key == "STATE-PROHIBITED-TECH":
            bodies = self.facts.get("public_body_of")
            in_a_state = None if bodies is None else any(str(body).startswith("US-") for body in bodies)
            return _answer(in_a_state, sentence, "public_body_of")
        works_for = self.facts.get("us_federal_contractor")
        if works_for is None:
            return _answer(None, sentence, "us_federal_contractor")
        return _answer(works_for in ("dod", "ic") if key in _DEFENCE else works_for != "none", sentence)

    def _body(self, event: RestrictionEvent) -> Answer:
        bodies = self.facts.get("public_body_of")
        if event.jurisdiction in (bodies or ()):
            return _answer(True, "procurement")
        federal = event.jurisdiction == "US"
        works_for = self.facts.get("us_federal_contractor") if federal else "none"
        if works_for not in (None, "none"):
            return _answer(True, "procurement")
        missing = [
            *(["public_body_of"] if bodies is None else []),
            *(["us_federal_contractor"] if works_for is None else []),
        ]
        if not event.jurisdiction:
            return Answer(Bound.UNKNOWN, "whose-law")
        return _answer(None if missing else False, "procurement", *missing)


OPEN = Answer(Bound.UNKNOWN, "open")
REPORTED = Answer(Bound.NO, "not-yet")
TOGETHER = Answer(Bound.UNKNOWN, "together")
REGIME_EFFECTS: Mapping[str, EffectClass] = {
    "OFAC": EffectClass.BLOCKING,
    "EU": EffectClass.BLOCKING,
    "UK": EffectClass.BLOCKING,
    "BIS-AFFILIATES": EffectClass.EXPORT,
    "DSP": EffectClass.DATA,
}
_REGIME_LAWS = {"OFAC": "US", "EU": "EU", "UK": "GB", "BIS-AFFILIATES": "US", "DSP": "US"}
_OF_LAW = (EffectClass.BLOCKING, EffectClass.PARTIAL_FINANCE)
_DEFENCE = frozenset({"US-1260H", "US-NDAA-1532", "US-1286"})
"""Lists that bind the department of defence and the intelligence services, with whoever works for them."""
_S = RestrictionEvent.Status
_NOT_BINDING: Mapping[str, Answer] = {
    _S.PENDING: Answer(Bound.NO, "not-yet"),
    _S.ENJOINED: Answer(Bound.NO, "paused"),
    _S.SUSPENDED: Answer(Bound.NO, "paused"),
    _S.LIFTED: Answer(Bound.NO, "ended"),
    _S.EXPIRED: Answer(Bound.NO, "ended"),
    _S.WITHDRAWN: Answer(Bound.NO, "ended"),
    _S.ADVISORY: Answer(Bound.NO, "advisory"),
    _S.UNKNOWN: Answer(Bound.UNKNOWN, "status-unknown"),
}


def _law_of(list_key: str) -> str:
    """Whose law a list of ours belongs to, by the beginning of its key; empty for a list of the house's own."""
    return {"US": "US", "EU": "EU", "UK": "GB", "UN": "UN", "AU": "AU", "CA": "CA"}.get(list_key.split("-")[0], "")


def _answer(bound: bool | None, sentence: str, *needs: str) -> Answer:
    if bound is None:
        return Answer(Bound.UNKNOWN, "facts-missing", needs)
    return Answer(Bound.YES, sentence) if bound else Answer(Bound.NO, f"{sentence}-not-us")
