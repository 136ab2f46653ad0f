"""The fact catalogue: complete in both languages, strict about values."""

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.core.canonical import canonical_json
from apps.core.errors import InvalidInput
from apps.facts import catalogue
from apps.facts.catalogue import FIELDS, CatalogueError, FieldSpec, paths, validate_value

SPECS = [spec for fields in FIELDS.values() for spec in fields.values()]
UUID_TEXT = "019343a0-0000-7000-8000-000000000001"


def spec(path: str) -> FieldSpec:
    return paths()[path]


def test_every_subject_has_its_file() -> None:
    assert set(FIELDS) == {
        "org",
        "party",
        "model",
        "release",
        "licence",
        "deployment",
        "use_case",
        "screening",
        "exception",
        "portfolio",
        "facts",
    }


def test_a_party_appears_as_provider_and_as_operator_and_a_release_as_version() -> None:
    assert spec("provider.hq_country") is spec("operator.hq_country") is FIELDS["party"]["hq_country"]
    assert spec("version.scan_state") is FIELDS["release"]["scan_state"]
    assert not [path for path in paths() if path.startswith(("party.", "release."))]


@pytest.mark.parametrize("one", SPECS, ids=lambda one: f"{one.subject}.{one.name}")
def test_words_stand_in_both_languages(one: FieldSpec) -> None:
    for words in (one.label, one.meaning, *one.labels.values()):
        assert set(words) == {"en", "de"}
        assert all(text == text.strip() and text for text in words.values())
    assert all(text.endswith(".") for text in one.meaning.values())
    assert set(one.labels) == set(one.allowed)


def test_no_choice_offers_unknown_because_that_is_a_state() -> None:
    assert not [one for one in SPECS if "unknown" in one.allowed]


def test_labels_by_language() -> None:
    assert spec("deployment.hosting_mode").value_label("on_premises", "en") == "Own data centre"
    assert spec("deployment.hosting_mode").value_label("on_premises", "de") == "Eigenes Rechenzentrum"
    assert spec("deployment.hosting_mode").value_label("submarine", "de") == "submarine"
    assert spec("deployment.retention_days").label_in("de") == "Aufbewahrung"
    assert spec("deployment.retention_days").label_in("fr") == "Retention"
    assert spec("deployment.retention_days").meaning_in("fr").startswith("Longest time")


ACCEPTED = [
    ("deployment.retention_days", 30, 30),
    ("deployment.retention_days", 30.0, 30),
    ("deployment.retention_days", 0, 0),
    ("use_case.rto_hours", 1.5, 1.5),
    ("model.training_compute_flop", 3.8e25, 3.8e25),
    ("provider.ownership_resolved_pct", 100, 100),
    ("deployment.dpa_signed", False, False),
    ("use_case.next_review", "2027-02-28", "2027-02-28"),
    ("use_case.next_review", dt.date(2027, 2, 28), "2027-02-28"),
    ("use_case.next_review", dt.datetime(2027, 2, 28, 23, 59, tzinfo=dt.UTC), "2027-02-28"),
    ("deployment.trains_on_inputs", "never", "never"),
    ("model.gpai", "no", "no"),
    ("use_case.data_categories", ["personal", "health"], ["personal", "health"]),
    ("use_case.data_categories", [], []),
    ("version.file_formats", ("safetensors",), ["safetensors"]),
    ("use_case.us_person_counts", {"health": 900}, {"health": 900}),
    ("screening.list_versions", {"US-EL": "2026-07-09"}, {"US-EL": "2026-07-09"}),
    ("screening.owned_pct", {"OFAC": 49.9}, {"OFAC": 49.9}),
    ("org.country", "NO", "NO"),
    ("deployment.processing_countries", ["US", "DE", "US"], ["DE", "US"]),
    ("version.training_content_summary_url", "https://example.com/summary", "https://example.com/summary"),
    ("deployment.operator", UUID_TEXT.upper(), UUID_TEXT),
    ("use_case.purpose", "  Cafe\u0301 ", "Café"),
    ("use_case.purpose", "x" * 2000, "x" * 2000),
]


@pytest.mark.parametrize(("path", "value", "stored"), ACCEPTED)
def test_values_are_stored_in_one_form(path: str, value: Any, stored: Any) -> None:
    found = validate_value(spec(path), value)
    assert found == stored
    assert type(found) is type(stored)


REFUSED = [
    ("deployment.retention_days", -1),
    ("deployment.retention_days", 1.5),
    ("deployment.retention_days", "30"),
    ("deployment.retention_days", True),
    ("deployment.retention_days", math.nan),
    ("deployment.retention_days", math.inf),
    ("deployment.retention_days", 10**400),
    ("deployment.retention_days", None),
    ("provider.ownership_resolved_pct", 100.1),
    ("deployment.dpa_signed", 1),
    ("deployment.dpa_signed", "yes"),
    ("use_case.next_review", "28.02.2027"),
    ("use_case.next_review", "2027-02-30"),
    ("use_case.next_review", 20270228),
    ("deployment.trains_on_inputs", "unknown"),
    ("deployment.trains_on_inputs", ["never"]),
    ("use_case.data_categories", ["personal", "personal"]),
    ("use_case.data_categories", ["gossip"]),
    ("use_case.data_categories", "personal"),
    ("version.file_formats", [str(number) for number in range(501)]),
    ("version.file_formats", [{"name": "gguf"}]),
    ("version.file_formats", [""]),
    ("use_case.us_person_counts", {"health": -1}),
    ("use_case.us_person_counts", {"health": "many"}),
    ("use_case.us_person_counts", {"health": True}),
    ("use_case.us_person_counts", {"caf\u00e9": 1, "cafe\u0301": 2}),
    ("use_case.us_person_counts", {1: 1}),
    ("screening.owned_pct", {"OFAC": 101}),
    ("screening.list_versions", {"US-EL": True}),
    ("org.country", "Norway"),
    ("org.country", "no"),
    ("org.country", "EU"),
    ("org.country", False),
    ("deployment.processing_countries", "DE"),
    ("deployment.processing_countries", ["XX"]),
    ("deployment.processing_countries", [["DE"]]),
    ("version.training_content_summary_url", "javascript:alert(1)"),
    ("version.training_content_summary_url", "https://"),
    ("version.training_content_summary_url", "https://[half"),
    ("version.training_content_summary_url", "https://example.com/a b"),
    ("deployment.operator", "Example Ltd"),
    ("deployment.operator", None),
    ("use_case.purpose", "x" * 2001),
    ("use_case.purpose", "   "),
    ("use_case.purpose", "a\x00b"),
    ("use_case.purpose", "a\u202eb"),
    ("use_case.purpose", "\ud800"),
    ("use_case.purpose", 7),
]


@pytest.mark.parametrize(("path", "value"), REFUSED)
def test_wrong_values_are_refused_with_a_pointer(path: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate_value(spec(path), value)
    assert [error.pointer for error in refused.value.errors] == ["/value"]
    assert refused.value.message


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=40)
    | st.dates()
    | st.uuids().map(str)
    | st.sampled_from(["DE", "US-TX", "public", "2026-11-24", "https://example.com/"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9) | st.integers(), inner, max_size=4),
    max_leaves=8,
)


@given(one=st.sampled_from(SPECS), value=JSON)
@example(one=FIELDS["deployment"]["endpoint_domain"], value="\udfff")
@example(one=FIELDS["use_case"]["us_person_counts"], value={"a": 1e400})
def test_whatever_comes_is_refused_politely_or_stored_in_a_form_that_stays(one: FieldSpec, value: Any) -> None:
    try:
        stored = validate_value(one, value)
    except InvalidInput:
        return
    assert validate_value(one, stored) == stored
    assert canonical_json(stored)


GOOD = """
subject: kettle
fields:
  colour:
    type: choice
    allowed: [red]
    labels: {red: {en: Red, de: Rot}}
    label: {en: Colour, de: Farbe}
    meaning: {en: Its colour., de: Seine Farbe.}
    may_assert: [owner]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("subject: kettle", "subjekt: kettle"),
        ("subject: kettle", "subject: kettle\nowner: me"),
        ("type: choice", "type: colour"),
        ("type: choice", "type: choice\n    type: text"),
        ("type: choice", "type: choice\n    colour: red"),
        ("allowed: [red]", "allowed: []"),
        ("allowed: [red]", "allowed: [red, blue]"),
        ("{en: Red, de: Rot}", "{en: Red}"),
        ("label: {en: Colour, de: Farbe}", "label: {en: Colour, de: ''}"),
        ("    meaning: {en: Its colour., de: Seine Farbe.}\n", ""),
        ("may_assert: [owner]", "may_assert: [king]"),
        ("may_assert: [owner]", "may_assert: []"),
        ("may_assert: [owner]", "asserted: false\n    may_assert: [owner]"),
        ("fields:", "fields: ["),
    ],
)
def test_a_malformed_catalogue_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "kettle.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert catalogue._read(path)[2]["colour"].value_label("red", "de") == "Rot"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"kettle\.yaml"):
        catalogue._read(path)
