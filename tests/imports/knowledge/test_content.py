"""What the product's own files say, and that the data they were compiled from says so too."""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from apps.accounts.actors import Actor
from apps.facts.models import Assertion
from apps.imports.knowledge.list_sources import read_list_sources
from apps.imports.knowledge.models import ModelEntry, read_models
from apps.imports.knowledge.offers import OfferEntry, read_offers
from apps.imports.knowledge.parties import PartyEntry, read_parties
from apps.imports.knowledge.reading import FILES, Sources
from apps.imports.knowledge.sanctions import EventEntry, ListEntry, read_events, read_lists
from apps.imports.knowledge.services import load_knowledge
from apps.parties.models import Domain, HubOrganisation, PartyName, Stake
from apps.registry.models import HostingOffer, LineageEdge, Model, Release
from apps.sanctions.models import Listing, RestrictedPartyList, RestrictionEvent

COMPILED = dt.date(2026, 11, 24)
DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the data that the files were compiled from is not here")


class Content:
    """Every file, read once."""

    def __init__(self) -> None:
        self.sources = Sources.load()
        self.parties: list[PartyEntry] = read_parties(self.sources)
        self.lists: list[ListEntry] = read_lists(self.sources)
        self.events: list[EventEntry] = read_events(self.sources)
        self.models: list[ModelEntry] = read_models(self.sources)
        self.offers: list[OfferEntry] = read_offers(self.sources)


@pytest.fixture(scope="module")
def content() -> Content:
    return Content()


def texts() -> Iterator[tuple[str, str]]:
    for path in sorted(FILES.rglob("*.yaml")):
        yield path.name, path.read_text(encoding="utf-8")


def test_every_source_is_used(content: Content) -> None:
    assert content.sources.unused == set()


def test_every_source_of_lists_carries_lists_that_are_explained(content: Content) -> None:
    known, carried = {entry.key for entry in content.lists}, [source["list_keys"] for source in read_list_sources()]
    assert all(carried)
    assert {key for keys in carried for key in keys} <= known


def test_no_text_speaks_of_a_machine_or_of_anything_but_the_product() -> None:
    traces = re.compile(r"\bindex:\d|\bfile:|shared/data|\bTODO\b")
    assert [name for name, text in texts() if traces.search(text)] == []


def test_nothing_is_called_sanctioned() -> None:
    assert [name for name, text in texts() if re.search(r"\bsanctioned\b", text, re.IGNORECASE)] == []


@pytest.mark.django_db
def test_everything_loads_and_carries_source_and_date(content: Content) -> None:
    load_knowledge(actor=Actor.command("load_knowledge"))
    statements = list(Assertion.objects.all())
    assert len(statements) > 1000
    for statement in statements:
        assert statement.source_label, statement
        assert statement.as_of <= COMPILED, statement
        assert statement.state != "verified", statement
        if statement.source_quality in ("weak", "unofficial"):
            assert statement.state in ("unknown", "disputed"), statement
    rows: list[Any] = []
    for kind in (
        PartyName,
        Domain,
        HubOrganisation,
        Stake,
        Listing,
        RestrictionEvent,
        LineageEdge,
        Model,
        Release,
        HostingOffer,
    ):
        rows += kind._default_manager.all()  # type: ignore[attr-defined]
    assert len(rows) > 1000
    for row in rows:
        assert row.source_label, row
        assert row.as_of, row
        assert row.as_of <= COMPILED, row
        assert row.channel == "knowledge", row
    for listing in Listing.objects.all():
        assert RestrictedPartyList.objects.filter(key=listing.list_key).exists(), listing


def test_every_key_fits_an_address(content: Content) -> None:
    fitting = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
    keys = [entry.key for entry in (*content.parties, *content.models, *content.offers, *content.events)]
    assert [key for key in keys if not fitting.fullmatch(key)] == []


def test_every_model_has_a_developer_of_the_files(content: Content) -> None:
    parties = {party.key for party in content.parties}
    assert [model.key for model in content.models if model.developer not in parties] == []


def test_every_group_has_a_country_or_says_why_not(content: Content) -> None:
    silent = [
        party.key
        for party in content.parties
        if party.entities and not any(fact["field"] == "hq_country" for fact in party.facts)
    ]
    assert silent == []


def test_both_languages_speak(content: Content) -> None:
    for entry in content.lists:
        assert entry.columns["meaning_en"] != entry.columns["meaning_de"], entry.key
        assert entry.columns["authority_de"], entry.key
    for offer in content.offers:
        assert offer.columns["title_en"], offer.key
        assert offer.columns["title_de"], offer.key


def test_only_what_is_clearly_in_force_is_called_so(content: Content) -> None:
    doubt = re.compile(r"later state|unverified|not checked|not known|still listed|stay refused", re.IGNORECASE)
    in_force = [event for event in content.events if event.columns["status"] == "in_force"]
    assert len(in_force) > 8
    assert [event.key for event in in_force if doubt.search(event.columns["status_note"])] == []
    for event in in_force:
        if event.columns["effect"] in ("device_ban", "procurement_ban"):
            assert {"devices", "procurement"} & set(event.columns["scope"]), event.key


def test_a_listing_on_one_day_is_never_both_found_and_not_found(content: Content) -> None:
    for entry in content.lists:
        found = {row["party"] for row in entry.listings if row["status"] in ("listed", "litigated")}
        assert not found & {row["party"] for row in entry.listings if row["status"] == "not_found"}, entry.key


@pytest.mark.parametrize(
    ("key", "licence"),
    [
        ("qwen2-5-7b-instruct", "apache-2.0"),
        ("qwen2-5-3b-instruct", "qwen-research-2024"),
        ("qwen2-5-72b-instruct", "qwen-2024"),
        ("kimi-k2", "kimi-k2-modified-mit"),
        ("kimi-k2-7-code", ""),
        ("minimax-m2-7", "minimax-m2.7-noncommercial"),
        ("llama-4-scout-17b-16e-instruct", "llama-4-community"),
    ],
)
def test_licences_hang_on_sizes_and_versions(content: Content, key: str, licence: str) -> None:
    entry = next(model for model in content.models if model.key == key)
    assert entry.licence["key"] == licence


def test_the_scopes_of_one_cloud_are_kept_apart(content: Content) -> None:
    said = {
        offer.key: {fact["field"]: fact for fact in offer.columns["facts"]}
        for offer in content.offers
        if offer.key.startswith("alibaba-model-studio")
    }
    assert said["alibaba-model-studio-virginia-us"]["processing_countries"]["value"] == ["US"]
    assert "CN" in said["alibaba-model-studio-frankfurt-global"]["processing_countries"]["value"]
    assert said["alibaba-model-studio-singapore"]["processing_countries"]["state"] == "unknown"


def test_sources_that_disagree_make_a_dispute(content: Content) -> None:
    facts = {(offer.key, fact["field"]): fact for offer in content.offers for fact in offer.columns["facts"]}
    retention = facts["anthropic-api", "retention_days"]
    assert (retention["state"], [side["value"] for side in retention["conflict"]]) == ("disputed", [30, 0])


@pytest.fixture(scope="module")
def compiled() -> Any:
    return yaml.safe_load((DATA / "knowledge" / "providers.yaml").read_text(encoding="utf-8"))


@needs_data
def test_every_provider_of_the_compiled_data_is_here(content: Content, compiled: Any) -> None:
    renamed = {
        "zeroone": "01-ai",
        "aleph_alpha": "aleph-alpha",
        "bfl": "black-forest-labs-group",
        "huggingface": "hugging-face",
    }
    ours = {party.key: party for party in content.parties}
    for provider in compiled["providers"]:
        party = ours[renamed.get(provider["id"], provider["id"])]
        assert len(party.entities) >= len(provider["legal_entities"]), party.key
        assert len(party.hubs) == len(provider.get("hub_orgs", [])), party.key
        assert {row["domain"] for row in party.domains if row["lookalike"]} == set(
            provider.get("lookalike_domains", [])
        )
        native = {row["name"] for row in provider.get("aliases", []) if row["lang"] == "zh"}
        names = {row["name"] for member in (party, *party.entities) for row in member.names}
        assert native <= names, party.key


@needs_data
def test_every_listing_of_the_compiled_data_is_here(content: Content, compiled: Any) -> None:
    theirs = sorted(
        (row["list"], row["status"])
        for provider in compiled["providers"]
        for row in provider.get("lists", [])
        if row["status"] in ("listed", "litigated", "pending_reported")
    )
    ours = sorted(
        (entry.key, row["status"])
        for entry in content.lists
        for row in entry.listings
        if row["status"] != "not_found" and entry.key != "US-SSI"  # there a remark of another entry
    )
    assert ours == theirs


@needs_data
def test_measures_that_are_in_force_here_are_so_in_the_compiled_data(content: Content, compiled: Any) -> None:
    shared = compiled["measures_common"]
    measures = [
        row for provider in compiled["providers"] for row in provider.get("measures", []) if isinstance(row, dict)
    ]
    theirs = sum(row["status"] == "in_force" for row in (*shared.values(), *measures))
    assert sum(event.columns["status"] == "in_force" for event in content.events) == theirs


@needs_data
def test_commits_are_those_of_the_hubs_metadata(content: Content) -> None:
    with (DATA / "lineage" / "open_llm_leaderboard_lineage.csv").open(encoding="utf-8") as file:
        known = {row["model_id"]: row["sha"] for row in csv.DictReader(file)}
    pinned = [
        (alias["identifier"], release["revision"])
        for model in content.models
        for alias in model.aliases[:1]
        for release in model.pinned
        if alias["namespace"] == "huggingface"
    ]
    assert len(pinned) > 50
    assert [name for name, revision in pinned if known[name] != revision] == []
