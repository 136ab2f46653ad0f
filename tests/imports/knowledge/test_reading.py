"""What the files may not say, and how the mistake is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.imports.knowledge.models import read_models
from apps.imports.knowledge.offers import read_offers
from apps.imports.knowledge.parties import read_parties
from apps.imports.knowledge.reading import Entry, KnowledgeError, Sources
from apps.imports.knowledge.sanctions import read_events, read_lists
from tests.imports.knowledge import small

READ: dict[str, Callable[[Sources], Any]] = {
    "parties.yaml": read_parties,
    "lists.yaml": read_lists,
    "events.yaml": read_events,
    "models.yaml": read_models,
    "offers.yaml": read_offers,
}

# file, what is replaced, by what, and the words of the message.
MISTAKES = [
    ("sources.yaml", "quality: weak", "quality: bad", "sources.yaml: rumour: quality must be one of"),
    ("sources.yaml", "date: 2026-05-01", "date: May 2026", "sources.yaml: page: date must be a date"),
    ("sources.yaml", "date: 2026-05-01", "date: 2026-02-30", "2026-02-30 is no date"),
    ("sources.yaml", "date: 2026-05-01", "date: 2026-05-01 10:00:00", "2026-05-01 10:00:00 is no date"),
    ("sources.yaml", "https://maker", "javascript://maker", "sources.yaml: page: url must be an address"),
    ("sources.yaml", "key: press", "key: page", "sources.yaml: page: stands twice"),
    ("sources.yaml", "own: true", "own: yes", "put quotation marks around yes"),
    ("parties.yaml", 'value: "DE"', "value: NO", "put quotation marks around NO"),
    ("parties.yaml", 'value: "DE"', 'value: "XX"', "maker: facts: hq_country: value must be a country code"),
    ("parties.yaml", 'value: "DE", s', 'value: "DE", colour: red, s', "hq_country: unknown keys colour"),
    ("parties.yaml", "hq_country:", "head_office:", "facts: head_office: is no fact that can be stated about a party"),
    ("parties.yaml", "s: press}\n  facts", "s: pres}\n  facts", "hubs[0]: the source pres is not in sources.yaml"),
    ("parties.yaml", "name: Maker\n", "name: Maker\n  name: Breaker\n", "line 1: name stands twice"),
    ("parties.yaml", "  name: Maker\n", "", "parties.yaml: maker: name is missing"),
    ("parties.yaml", "name: Maker\n", f"name: {'M' * 301}\n", "parties.yaml: maker: name must have at most 300"),
    ("parties.yaml", "equity_pct: 12.5", "equity_pct: 112.5", "stakes[0]: equity_pct must lie between 0 and 100"),
    ("parties.yaml", "owner: owner-inc, ", "", "maker-ltd: stakes[0]: name the owner"),
    ("parties.yaml", "principal: maker-ltd", "principal: nobody", "the principal nobody is no party of the file"),
    ("parties.yaml", "key: owner-inc", "key: maker-ltd", "maker-ltd: stands twice"),
    ("parties.yaml", "domain: maker.example", "domain: https://maker.example", "domain must be a host name"),
    ("parties.yaml", "full, s: press", "full, s: rumour", "gpai_cop_status: value, conflict and the state unknown"),
    ("parties.yaml", "full, s: press", "full, state: inferred, s: rumour", "a weak source supports no claim"),
    ("parties.yaml", "full, s: press", "full, state: verified, s: press", "nothing in these files is verified by us"),
    ("parties.yaml", "full, s: press", "full", "gpai_cop_status: s is missing"),
    ("parties.yaml", "kind: brand", "kind: nickname", "names[0]: kind must be one of"),
    ("lists.yaml", "en: No dealings., ", "", "XX-LIST: meaning: en is missing"),
    ("lists.yaml", ", de: Keine Geschäfte.", "", "XX-LIST: meaning: de is missing"),
    ("lists.yaml", "effect: blocking", "effect: sanctioned", "XX-LIST: effect must be one of"),
    ("lists.yaml", "[maker-ltd]", "[maker-ltd, maker-ltd]", "not_found[0]: parties names something twice"),
    ("events.yaml", '"US-TX"', '"ZZ"', "example-ban: jurisdiction must be a country"),
    ("events.yaml", "from: 2026-02-03", "from: 2026-02-03\n  to: 2026-02-02", "example-ban: to lies before from"),
    ("events.yaml", "from: 2026-02-03", "from: 2026-02", "example-ban: from must be a date"),
    ("events.yaml", "effect: device_ban", "effect: frown", "example-ban: effect must be one of"),
    ("events.yaml", "status: in_force", "status: probably", "example-ban: status must be one of"),
    ("models.yaml", "model: base-7b", "model: tuned-7b", "tuned-7b: is made from itself: tuned-7b <- tuned-7b"),
    ("models.yaml", "model: base-7b", "model: other-7b", "tuned-7b: the parent other-7b is no model of the file"),
    ("models.yaml", "name: Somebody/Else", "name: Else, model: base-7b", "parents[1]: name either a model"),
    ("models.yaml", "relation: merge", "relation: cousin", "parents[1]: relation must be one of"),
    ("models.yaml", "id: maker-hub/Base-7B", "id: maker hub", "ids[0]: id must not contain spaces"),
    ("models.yaml", "value: base", "value: basic", "base-7b: facts: kind: value must be one of"),
    ("models.yaml", "expression: other, s: press", "expression: other, s: rumour", "an unknown licence has no name"),
    ("offers.yaml", "mode: first_party_api", "mode: magic", "maker-api: mode must be one of"),
    ("offers.yaml", "de: Maker-API", "de: ''", "maker-api: title: de must not be empty"),
    ("offers.yaml", "value: 30", "value: -30", "retention_days: value must not be negative"),
    ("offers.yaml", "value: 30", "value: thirty", "retention_days: value must be a number"),
    ("offers.yaml", "state: disputed", "state: inferred", "trains_on_inputs: value, conflict and the state inferred"),
    ("offers.yaml", "models: [base-7b", "models: [12", "models must be text"),
    ("offers.yaml", "- key", "key", "offers.yaml:"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_is_refused_by_file_and_entry(folder: Path, file: str, old: str, new: str, message: str) -> None:
    small.replace(folder, file, old, new)
    with pytest.raises(KnowledgeError) as refused:
        READ[file](Sources.load()) if file != "sources.yaml" else Sources.load()
    assert message in str(refused.value)
    assert str(refused.value).startswith(f"{file}: ")


@pytest.mark.parametrize("file", READ)
def test_the_small_files_are_understood(folder: Path, file: str) -> None:
    assert READ[file](Sources.load())


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "events.yaml").unlink()
    with pytest.raises(KnowledgeError, match=r"events\.yaml: "):
        read_events(Sources.load())


@pytest.mark.parametrize(
    ("key", "state"), [("page", "claimed_by_provider"), ("press", "inferred"), ("rumour", "unknown")]
)
def test_how_far_a_source_carries(folder: Path, key: str, state: str) -> None:
    with Entry("entry", {"s": key}) as entry:
        assert entry.sourcing(Sources.load()).state == state


def test_several_sources_are_named_and_the_first_counts(folder: Path) -> None:
    with Entry("entry", {"s": ["press", "page"]}) as entry:
        found = entry.sourcing(Sources.load())
    assert found.source.label == "Example Press: report; Example Maker: page"
    assert (found.state, found.as_of, found.source.url) == ("inferred", found.source.date, "")


def test_sources_that_nothing_rests_on_are_known(folder: Path) -> None:
    sources = Sources.load()
    read_events(sources)
    assert sources.unused == {"page", "rumour"}
