"""The terms that ship: all that was compiled is in them, they agree with the facts, and what is unknown is refused."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.facts.models import State
from apps.imports.knowledge.licences import read_licences
from apps.imports.knowledge.reading import FILES
from apps.licences.judging import excluded_countries
from apps.licences.terms import Terms, UnknownTerms, read_terms
from tests.licences.making import shipped

COMPILED = Path(__file__).resolve().parents[3] / "shared" / "data" / "knowledge" / "licences.yaml"
ENTRIES = {entry.key: entry for entry in read_licences()}
FLAT = {"with_conditions": "allowed"}
MODEL_DECIDES = {"llama-3.2-community", "llama-3.3-community"}
"""Whom their exclusion hits depends on the model, so that no fact of the licence can say it."""
OF_A_PROVIDER = {"mit": "deepseek-r1-mit"}
"""What was compiled under a common licence and is what one provider said: where it stands instead."""
NO_FIELD = {"baichuan2-community", "openai-tou-consumer-2024-12-11"}
"""Daily users have no field; the consumer terms grant something to individuals only."""


def fact(key: str, field: str) -> dict[str, Any]:
    return next((row for row in ENTRIES[key].facts if row["field"] == field), {})


def brief(quote: str) -> str:
    return " ".join(quote.split()[:15])


def compiled() -> dict[str, Any]:
    data = yaml.safe_load(COMPILED.read_text(encoding="utf-8"))
    return {row["key"]: row for row in data["licences"]}


def stated() -> dict[str, dict[str, Any]]:
    """The terms as they stand in the files, sources by their key."""
    found = {}
    for path in sorted((FILES / "licences").glob("*.yaml")):
        if path.name != "sources.yaml":
            found.update({row["key"]: row["terms"] for row in yaml.safe_load(path.read_text(encoding="utf-8"))})
    return found


def places(value: Any) -> set[tuple[str, str, str, str]]:
    """State, source, clause and quotation of everything below a value."""
    found: set[tuple[str, str, str, str]] = set()
    if isinstance(value, dict):
        if "state" in value or "status" in value:
            state = str(value.get("state") or value.get("status")).replace(" ", "_")
            source = str(value.get("s") or value.get("source") or "").rpartition("/")[2].casefold()
            found.add((state, source, str(value.get("clause", "")), brief(value.get("quote", ""))))
        for one in value.values():
            found |= places(one)
    elif isinstance(value, list):
        for one in value:
            found |= places(one)
    return found


@pytest.mark.skipif(not COMPILED.exists(), reason="the data that the files were compiled from is not here")
def test_every_compiled_value_of_every_licence_is_accounted_for() -> None:
    own, theirs = stated(), compiled()
    assert own.keys() - OF_A_PROVIDER.values() == theirs.keys()
    assert sum(len(places(row)) for row in theirs.values()) > 600
    for key, row in theirs.items():
        here = places(own[key]) | places(own.get(OF_A_PROVIDER.get(key, ""), {}))
        missing = {one for one in places(row) - here if one[0] != "not_verified"}
        assert not missing, key


@pytest.mark.skipif(not COMPILED.exists(), reason="the data that the files were compiled from is not here")
def test_figures_countries_and_words_are_those_that_were_compiled() -> None:
    for key, row in compiled().items():
        terms = shipped()[key]
        geographic = (row.get("geographic") or {}).get("value")
        excluded = geographic.get("excluded", []) if isinstance(geographic, dict) else []
        assert list(terms.territory.excluded) == [code for code in excluded if len(code) == 2], key
        figures = {
            figure
            for one in row.get("thresholds") or []
            for figure in (
                one["value"]["value"].values() if isinstance(one["value"]["value"], dict) else [one["value"]["value"]]
            )
            if isinstance(figure, int)
        }
        assert {one.over for one in terms.thresholds} >= {figure - (key == "baichuan2-community") for figure in figures}
        once = any("once" in one["value"].get("measured", "") for one in row.get("thresholds") or [])
        assert any(one.measured == "once" for one in terms.thresholds) == once, key
        distilled = (row.get("distillation_is_derivative") or {}).get("value")
        assert terms.distillation.value == {True: "derivative", False: "no_derivative"}.get(distilled, "not_stated"), (
            key
        )


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_the_facts_of_a_licence_agree_with_its_terms(key: str) -> None:
    terms = shipped()[key]
    commercial = terms.commercial_use.value
    if key not in NO_FIELD:
        assert fact(key, "commercial_use")["value"] == FLAT.get(commercial, commercial)
    territory = fact(key, "excluded_territories")
    if territory["state"] != State.UNKNOWN:
        assert set(territory["value"]) == excluded_countries(terms.territory)
    else:
        assert key in MODEL_DECIDES or not terms.territory.said.verified or not terms.territory.excluded
    _thresholds_agree(key, terms)


def _thresholds_agree(key: str, terms: Terms) -> None:
    effects = {one.effect for one in terms.thresholds}
    wanted = fact(key, "threshold_consequence")
    if key in NO_FIELD:
        return
    if wanted["state"] == State.UNKNOWN:
        assert not terms.thresholds_verified
    elif wanted["value"] == "none":
        assert not effects
    else:
        assert effects & (
            {"display_mark"} if wanted["value"] == "attribution" else {"no_rights", "separate_agreement", "approval"}
        )
    for field, metrics in (
        ("mau_threshold", {"monthly_active_users"}),
        ("monthly_revenue_threshold_usd", {"monthly_revenue"}),
        ("annual_revenue_threshold_usd", {"annual_revenue", "revenue_12_months"}),
    ):
        value = fact(key, field).get("value")
        assert value is None or value in {one.over for one in terms.thresholds if one.metric in metrics}


def test_quotations_are_brief() -> None:
    for terms in stated().values():
        assert all(len(quote.split()) <= 15 for *_, quote in places(terms))


def test_llama_is_measured_once_on_its_release_date() -> None:
    dates = {key: one.date for key, terms in shipped().items() for one in terms.thresholds if key.startswith("llama")}
    assert dates["llama-3.1-community"] == dt.date(2024, 7, 23)
    assert len(set(dates.values())) == 6


class TestReading:
    def test_what_is_not_known_is_refused_by_its_place(self) -> None:
        good = ENTRIES["mit"].columns["terms"]
        for change, place in (
            ({"commercial_use": {"is": "sometimes", "state": "text"}}, "commercial_use.is"),
            ({"commercial_use": {"is": "allowed", "state": "seen"}}, "commercial_use.state"),
            ({"naming": {"state": "text", "colour": "red"}}, "naming: colour"),
            ({"surprise": {}}, "surprise"),
            ({"naming": None}, "naming is missing"),
            ({"thresholds": [{"metric": "business", "state": "text", "measured": "running"}]}, "thresholds"),
            ({"thresholds": {}}, "must be a list"),
            ({"restrictions": {"state": "text", "prohibited": ["fun"]}}, "restrictions.prohibited"),
            ({"territory": {"state": "text", "excluded": ["EU"]}}, "territory.test"),
        ):
            with pytest.raises(UnknownTerms, match=place):
                read_terms({**good, **change})

    def test_one_licence_may_rest_on_the_text_of_another(self) -> None:
        own, mit = shipped()["glm-4.5-mit"], shipped()["mit"]
        assert own.attribution == mit.attribution
        assert own.commercial_use.said != mit.commercial_use.said

    def test_what_a_provider_says_of_its_model_is_no_term_of_a_common_licence(self) -> None:
        own, mit = shipped()["deepseek-r1-mit"].output_training, shipped()["mit"].output_training
        assert (own.value, own.said.source.partition(",")[0]) == ("allowed", "DeepSeek-R1")
        assert (mit.value, mit.said.state) == ("not_stated", "absent_in_full_text")
        common = ("mit", "apache-2.0", "cc-by-4.0", "cc-by-nc-4.0")
        for key in common:
            source = shipped()[key].output_training.said.source
            assert "README" not in source, key
