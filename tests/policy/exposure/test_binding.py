"""Whether a list or a measure binds us: yes, no, or unknown while a fact about us is missing."""

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from apps.policy.exposure import Answer, Bound, Us
from apps.policy.exposure.words import SENTENCES, sentence
from apps.sanctions.models import EffectClass, RestrictionEvent

EU = frozenset({"DE", "FR"})
DAY = dt.date(2026, 11, 25)


def us(**facts: Any) -> Us:
    return Us(name="We", facts=facts, eu=EU)


LISTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("US-SDN", "blocking", {"is_us_person": True}, "yes"),
    ("US-SDN", "blocking", {"is_us_person": False}, "no"),
    ("US-SDN", "blocking", {}, "unknown"),
    ("US-SSI", "partial-finance", {"is_us_person": True}, "yes"),
    ("EU-CONSOLIDATED", "blocking", {"country": "DE"}, "yes"),
    ("EU-CONSOLIDATED", "blocking", {"country": "US", "establishments_eu": True}, "yes"),
    ("EU-CONSOLIDATED", "blocking", {"country": "US", "establishments_eu": False}, "no"),
    ("EU-CONSOLIDATED", "blocking", {"country": "US"}, "unknown"),
    ("UK-SANCTIONS-LIST", "blocking", {"country": "GB"}, "yes"),
    ("UK-SANCTIONS-LIST", "blocking", {"country": "DE", "operating_countries": ["GB"]}, "yes"),
    ("UK-SANCTIONS-LIST", "blocking", {"country": "DE", "operating_countries": ["FR"]}, "no"),
    ("UK-SANCTIONS-LIST", "blocking", {"country": "DE"}, "unknown"),
    ("UN", "blocking", {"country": "BR"}, "yes"),
    ("UN", "blocking", {}, "unknown"),
    ("US-ENTITY-LIST", "export-restriction", {}, "yes"),
    ("US-ENTITY-LIST", "export-restriction", {"is_us_person": False, "country": "DE"}, "yes"),
    ("US-1260H", "procurement", {"us_federal_contractor": "dod"}, "yes"),
    ("US-1260H", "procurement", {"us_federal_contractor": "civilian"}, "no"),
    ("US-1260H", "procurement", {"us_federal_contractor": "none"}, "no"),
    ("US-1260H", "procurement", {}, "unknown"),
    ("US-889", "procurement", {"us_federal_contractor": "civilian"}, "yes"),
    ("STATE-PROHIBITED-TECH", "procurement", {"public_body_of": ["US-TX"]}, "yes"),
    ("STATE-PROHIBITED-TECH", "procurement", {"public_body_of": []}, "no"),
    ("STATE-PROHIBITED-TECH", "procurement", {}, "unknown"),
    ("US-DSP-COVERED-PERSON", "data", {"is_us_person": True}, "yes"),
    ("US-DSP-COVERED-PERSON", "data", {"is_us_person": False}, "no"),
    ("US-UFLPA", "import-restriction", {"country": "US"}, "yes"),
    ("US-UFLPA", "import-restriction", {"country": "DE", "operating_countries": []}, "no"),
    ("PENDING", "advisory", {}, "no"),
    ("OUR-OWN", "blocking", {"country": "DE", "is_us_person": True}, "unknown"),
]


@pytest.mark.parametrize(("key", "effect", "facts", "bound"), LISTS)
def test_lists(key: str, effect: str, facts: dict[str, Any], bound: str) -> None:
    assert us(**facts).of_list(key, effect).bound == bound


def event(**more: Any) -> RestrictionEvent:
    plain = {"authority": "A", "jurisdiction": "IT", "effect": "ban", "effect_class": "data", "status": "in_force"}
    return RestrictionEvent(**{**plain, "scope": ["app"], **more})


EVENTS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, str]]] = {
    "an app where we work": ({}, {"country": "DE", "operating_countries": ["IT"]}, ("yes", "service")),
    "an app where we do not": ({}, {"country": "DE", "operating_countries": []}, ("no", "service-not-us")),
    "an app, and nobody says where we work": ({}, {"country": "DE"}, ("unknown", "facts-missing")),
    "pending": ({"status": "pending"}, {"country": "IT"}, ("no", "not-yet")),
    "in force from tomorrow": ({"valid_from": DAY + dt.timedelta(days=1)}, {"country": "IT"}, ("no", "not-yet")),
    "over": ({"valid_to": DAY - dt.timedelta(days=1)}, {"country": "IT"}, ("no", "ended")),
    "lifted": ({"status": "lifted"}, {"country": "IT"}, ("no", "ended")),
    "enjoined": ({"status": "enjoined"}, {"country": "IT"}, ("no", "paused")),
    "of unknown status": ({"status": "unknown"}, {"country": "IT"}, ("unknown", "status-unknown")),
    "on devices of public bodies": ({"scope": ["app", "devices"]}, {"public_body_of": ["IT"]}, ("yes", "procurement")),
    "on devices of others": ({"scope": ["devices"]}, {"public_body_of": []}, ("no", "procurement-not-us")),
    "on devices, and nobody says whose": ({"scope": ["devices"]}, {}, ("unknown", "facts-missing")),
    "federal procurement and a contractor": (
        {"jurisdiction": "US", "effect_class": "procurement"},
        {"us_federal_contractor": "dod"},
        ("yes", "procurement"),
    ),
    "federal procurement and no contractor": (
        {"jurisdiction": "US", "effect_class": "procurement"},
        {"us_federal_contractor": "none", "public_body_of": []},
        ("no", "procurement-not-us"),
    ),
    "federal procurement and nobody says": (
        {"jurisdiction": "US", "effect_class": "procurement"},
        {"public_body_of": []},
        ("unknown", "facts-missing"),
    ),
    "export": ({"effect_class": "export-restriction", "jurisdiction": "US"}, {}, ("yes", "sending")),
    "blocking": ({"effect_class": "blocking", "jurisdiction": "US"}, {"is_us_person": True}, ("yes", "blocking")),
    "a warning": ({"effect_class": "advisory"}, {"country": "IT"}, ("no", "advisory")),
    "without a jurisdiction": ({"jurisdiction": ""}, {"country": "IT"}, ("unknown", "whose-law")),
}


@pytest.mark.parametrize("what", EVENTS)
def test_measures(what: str) -> None:
    said, facts, expected = EVENTS[what]
    found = us(**facts).of_event(event(**said), DAY)
    assert (found.bound, found.sentence) == expected


def test_the_rule_on_affiliates_binds_while_it_is_in_force() -> None:
    assert us().of_regime("BIS-AFFILIATES") == Answer(Bound.YES, "sending")
    assert Us(affiliates_active=False).of_regime("BIS-AFFILIATES") == Answer(Bound.NO, "paused")


def test_what_is_missing_is_named() -> None:
    found = us(country="DE").of_list("UK-SANCTIONS-LIST", "blocking")
    assert found.needs == ("operating_countries",)
    with translation.override("en"):
        assert "“Countries of operation”" in sentence(found)


def test_an_export_restriction_says_that_published_weights_may_be_used() -> None:
    with translation.override("en"):
        text = sentence(us().of_list("US-ENTITY-LIST", "export-restriction"))
    assert "does not forbid using weights that the party has published" in text


@pytest.mark.parametrize("effect", EffectClass.values)
@pytest.mark.parametrize("known", [True, False])
def test_every_answer_has_a_sentence(effect: str, known: bool) -> None:
    facts = {
        "is_us_person": known,
        "country": "US" if known else "DE",
        "operating_countries": [],
        "establishments_eu": known,
        "us_federal_contractor": "dod" if known else "none",
        "public_body_of": ["US"] if known else [],
    }
    for law in ("US", "EU", "UK", "UN", "AU", "X"):
        assert us(**facts).of_list(f"{law}-LIST", effect).sentence in SENTENCES
        for status in RestrictionEvent.Status.values:
            found = us(**facts).of_event(event(jurisdiction=law, effect_class=effect, status=status), DAY)
            assert found.sentence in SENTENCES
