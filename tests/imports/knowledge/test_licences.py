"""The licences that ship: complete, in step with what was compiled, and loaded so that the rules can read them."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.facts.models import State
from apps.imports.knowledge.licences import read_licences
from apps.policy.engine.judge import compile_policy, judge
from apps.policy.engine.packs import load_packs

COMPILED = Path(__file__).resolve().parents[4] / "shared" / "data" / "knowledge" / "licences.yaml"
EU = [
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
]
ENTRIES = {entry.key: entry for entry in read_licences()}
SHOWN = {"use_case.customer_facing": True}
SMALL = {"org.monthly_active_users": 1_000}
AT_HOME = {"use_case.countries": ["US"]}
LAST_READ = dt.date(2026, 11, 23)
BY_MODEL = {"llama-3.2-community", "llama-3.3-community"}
"""Their exclusion binds multimodal models only; for the licence as a whole nothing can be said."""
NOT_FOR_A_FIELD = {("baichuan2-community", 1_000_000)}
"""A limit of daily users, for which there is no fact."""
OF_A_PROVIDER = {"deepseek-r1-mit"}
"""What was compiled under a common licence and is what one provider said of its own model."""
SECOND_CONSEQUENCE = {"qwen3.8-max", "kimi-k3"}
"""The display of a name has thresholds of its own there; the facts hold those of the stricter consequence."""


def fact(key: str, field: str) -> Any:
    """What the files say, None for unknown; raises where they say nothing."""
    return next(row["value"] for row in ENTRIES[key].facts if row["field"] == field)


def says(key: str, field: str) -> bool:
    """Whether the files speak about the field at all."""
    return any(row["field"] == field for row in ENTRIES[key].facts)


def test_every_licence_has_its_main_facts_and_duties() -> None:
    assert len(ENTRIES) == 69
    for key, entry in ENTRIES.items():
        assert {row["field"] for row in entry.facts} >= {
            "commercial_use",
            "excluded_territories",
            "threshold_consequence",
        }, key
        assert entry.duties, key


def test_every_statement_has_state_source_and_date() -> None:
    for entry in ENTRIES.values():
        for row in entry.facts:
            assert row["state"] in (State.INFERRED, State.UNKNOWN), entry.key
            assert row["source"], entry.key
            assert dt.date.fromisoformat(row["as_of"]) <= LAST_READ, entry.key
        for duty in entry.duties.values():
            assert duty["state"] in (State.INFERRED, State.UNKNOWN), entry.key
            assert duty["source_label"], entry.key
            assert duty["as_of"] <= LAST_READ, entry.key
            assert duty["source_quality"] in ("primary", "secondary"), entry.key


def test_every_duty_speaks_english_and_german() -> None:
    for entry in ENTRIES.values():
        for term, duty in entry.duties.items():
            english, german = duty["text_en"], duty["text_de"]
            assert english.endswith("."), (entry.key, term)
            assert german.endswith("."), (entry.key, term)
            assert term == "scope" or english != german, (entry.key, term)


def test_no_duty_copies_a_text() -> None:
    # Between quotation marks stand the marks and names that a licence asks for, never its sentences.
    for entry in ENTRIES.values():
        for duty in entry.duties.values():
            for quoted in re.findall("“([^”]*)”|„([^“]*)“", duty["text_en"] + duty["text_de"]):
                assert len("".join(quoted).split()) <= 5, entry.key


def test_checksums_belong_to_texts_that_were_read() -> None:
    without = {key for key, entry in ENTRIES.items() if not entry.columns["text_sha256"]}
    # Of these only parts, a page about them, or what others say of them was seen.
    assert without == {
        *("baichuan2-community", "glm-4-9b", "google-gemini-api-2025", "grok-2-community"),
        *("minimax-m3-community", "mistral-mnpl-0.1", "mistral-modified-mit", "mistral-mrl-0.1"),
    }
    for key in ENTRIES.keys() - without:
        columns = ENTRIES[key].columns
        assert re.fullmatch("[0-9a-f]{64}", columns["text_sha256"])
        assert columns["text_source"]
        assert columns["text_date"]


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("apache-2.0", "commercial_use", "allowed"),
        ("apache-2.0", "threshold_consequence", "none"),
        ("apache-2.0", "excluded_territories", []),
        ("mit", "threshold_consequence", "none"),
        ("cc-by-nc-4.0", "commercial_use", "prohibited"),
        ("llama-3.1-community", "mau_threshold", 700_000_000),
        ("llama-3.1-community", "threshold_consequence", "separate_licence"),
        ("llama-3.1-community", "attribution_text", "Built with Llama"),
        ("llama-3.1-community", "excluded_territories", []),
        ("llama-4-community", "excluded_territories", EU),
        ("llama-3.2-community", "excluded_territories", None),
        ("qwen-2024", "mau_threshold", 100_000_000),
        ("qwen-2024", "threshold_consequence", "separate_licence"),
        ("tongyi-qianwen-2023", "mau_threshold", 100_000_000),
        ("kimi-k2-modified-mit", "mau_threshold", 100_000_000),
        ("kimi-k2-modified-mit", "monthly_revenue_threshold_usd", 20_000_000),
        ("kimi-k2-modified-mit", "threshold_consequence", "attribution"),
        ("kimi-k2-modified-mit", "attribution_text", "Kimi K2"),
        ("mistral-modified-mit", "monthly_revenue_threshold_usd", 20_000_000),
        ("mistral-modified-mit", "threshold_consequence", "separate_licence"),
        ("tencent-hunyuan-community-a13b", "excluded_territories", sorted([*EU, "GB", "KR"])),
        ("tencent-hunyuan-3d-2.1-community", "mau_threshold", 1_000_000),
        ("minimax-m2-modified-mit", "annual_revenue_threshold_usd", 30_000_000),
        ("minimax-m2.7-noncommercial", "commercial_use", "needs_authorisation"),
        ("minimax-model-license-m2.5", "threshold_consequence", "none"),
        ("stability-community-2024", "annual_revenue_threshold_usd", 1_000_000),
        ("glm-4-9b", "excluded_territories", None),
        ("openai-tou-consumer-2024-12-11", "commercial_use", None),
    ],
)
def test_key_facts(key: str, field: str, value: Any) -> None:
    assert fact(key, field) == value


@pytest.mark.parametrize(
    ("key", "term", "word"),
    [
        ("llama-3.1-community", "derivative_naming", "Llama"),
        ("gemma-terms", "use_restrictions", "prohibited uses"),
        ("gemma-terms", "flow_down", "passed on"),
        ("llama-4-community", "territory", "European Union"),
        ("exaone-1.1-nc", "output_ownership", "licensor"),
        ("kimi-k2-modified-mit", "thresholds", "USD 20 million"),
    ],
)
def test_key_duties(key: str, term: str, word: str) -> None:
    assert word in ENTRIES[key].duties[term]["text_en"]


def test_what_was_not_seen_in_a_text_is_unknown() -> None:
    assert ENTRIES["mistral-modified-mit"].duties["patent"]["state"] == State.UNKNOWN
    assert ENTRIES["mit"].duties["patent"]["state"] == State.INFERRED


@pytest.mark.parametrize(
    ("key", "more", "rule", "outcome"),
    [
        ("llama-3.1-community", {"org.monthly_active_users": 700_000_001}, "WB-LIC-004", "finding"),
        ("llama-3.1-community", {"org.monthly_active_users": 1_000}, "WB-LIC-004", "pass"),
        ("llama-3.1-community", {}, "WB-LIC-004", "unknown"),
        ("llama-3.1-community", {"use_case.customer_facing": True}, "WB-LIC-005", "finding"),
        ("stability-community-2024", {"org.annual_revenue_usd": 2_000_000}, "WB-LIC-004", "finding"),
        ("mistral-modified-mit", {"org.monthly_revenue_usd": 25_000_000}, "WB-LIC-004", "finding"),
        ("kimi-k2-modified-mit", {"org.monthly_revenue_usd": 25_000_000, **SHOWN}, "WB-LIC-005", "finding"),
        ("kimi-k2-modified-mit", {"org.monthly_revenue_usd": 1, **SMALL, **SHOWN}, "WB-LIC-005", "pass"),
        ("kimi-k2-modified-mit", {"org.monthly_revenue_usd": 25_000_000, **SMALL}, "WB-LIC-004", "pass"),
        ("minimax-m2-modified-mit", {"org.annual_revenue_usd": 40_000_000, **SHOWN}, "WB-LIC-005", "finding"),
        ("tencent-hunyuan-community-a13b", {"org.country": "DE"}, "WB-LIC-003", "finding"),
        ("tencent-hunyuan-community-a13b", {"org.country": "US", **AT_HOME}, "WB-LIC-003", "pass"),
        ("llama-4-community", {"org.country": "DE"}, "WB-LIC-003", "finding"),
        ("llama-3.2-community", {"org.country": "DE", **AT_HOME}, "WB-LIC-003", "unknown"),
        ("glm-4-9b", {"org.country": "DE", **AT_HOME}, "WB-LIC-003", "unknown"),
        ("apache-2.0", {"org.country": "DE", **AT_HOME}, "WB-LIC-003", "pass"),
        ("apache-2.0", {}, "WB-LIC-004", "pass"),
        ("apache-2.0", {"use_case.commercial": True}, "WB-LIC-002", "pass"),
        ("cc-by-nc-4.0", {"use_case.commercial": True}, "WB-LIC-002", "finding"),
        ("minimax-m2.7-noncommercial", {"use_case.commercial": True}, "WB-LIC-002", "finding"),
        ("openai-tou-consumer-2024-12-11", {"use_case.commercial": True}, "WB-LIC-002", "unknown"),
    ],
)
def test_the_rules_find_what_the_licence_says(key: str, more: dict[str, Any], rule: str, outcome: str) -> None:
    facts = {f"licence.{row['field']}": row["value"] for row in ENTRIES[key].facts}
    sheet: dict[str, dict[str, Any]] = {}
    for path, value in {"model.access": "open_weights", **facts, **more}.items():
        subject, _, field = path.partition(".")
        sheet.setdefault(subject, {})[field] = value
    verdicts = judge(sheet, compile_policy(load_packs()), dt.date(2026, 11, 24)).verdicts
    assert [verdict.outcome for verdict in verdicts if verdict.rule_code == rule] == [outcome]


@pytest.fixture(scope="module")
def compiled() -> dict[str, dict[str, Any]]:
    """The compiled licences that the files were made from, by key; they do not ship."""
    if not COMPILED.exists():
        pytest.skip("the compiled licences are not on this machine")
    data = yaml.safe_load(COMPILED.read_text(encoding="utf-8"))
    checksums = {name: source["sha256"] for name, source in data["sources"].items()}
    return {row["key"]: {**row, "checksums": checksums} for row in data["licences"]}


def test_every_compiled_licence_ships(compiled: dict[str, dict[str, Any]]) -> None:
    assert ENTRIES.keys() - OF_A_PROVIDER == compiled.keys()
    for key, row in compiled.items():
        assert ENTRIES[key].columns["category"] == row["category"], key
        assert ENTRIES[key].columns["ref"] == (row.get("licenseref") or row["spdx_id"]).split(" (")[0], key


def test_checksums_agree_with_the_compiled_ones(compiled: dict[str, dict[str, Any]]) -> None:
    by_another_text = {"glm-4.5-mit": "mit.LICENSE", "internlm3-apache": "apache-2.0.LICENSE"}
    for key, row in compiled.items():
        stored = ENTRIES[key].columns["text_sha256"]
        read = by_another_text.get(key, row["commercial_use"]["source"])
        assert not stored or stored == row["checksums"][read], key


def test_commercial_use_agrees_with_the_compiled_one(compiled: dict[str, dict[str, Any]]) -> None:
    for key, row in compiled.items():
        said, ours = row["commercial_use"]["value"], fact(key, "commercial_use")
        if "without_authorisation" in said or "registration" in said or "application" in said:
            assert ours == "needs_authorisation", key
        elif said.startswith("prohibited"):
            assert ours == "prohibited", key
        else:
            assert ours == ("allowed" if said.startswith("allowed") else None), key


def test_thresholds_agree_with_the_compiled_ones(compiled: dict[str, dict[str, Any]]) -> None:
    fields = ("mau_threshold", "monthly_revenue_threshold_usd", "annual_revenue_threshold_usd")
    for key, row in compiled.items():
        wanted: set[int] = set()
        for threshold in row["thresholds"]:
            value = threshold["value"]["value"]
            wanted |= set(value.values()) if isinstance(value, dict) else {value} if isinstance(value, int) else set()
        ours = {fact(key, field) for field in fields if says(key, field)}
        missing = {number for number in wanted - ours if (key, number) not in NOT_FOR_A_FIELD}
        assert ours <= wanted, key
        assert not missing or key in SECOND_CONSEQUENCE, key


def test_none_is_said_of_thresholds_only_where_the_whole_text_was_read(compiled: dict[str, dict[str, Any]]) -> None:
    for key, row in compiled.items():
        if fact(key, "threshold_consequence") == "none":
            assert not row["thresholds"], key
            assert row["commercial_use"]["status"] in ("text", "copy"), key


def test_territories_agree_with_the_compiled_ones(compiled: dict[str, dict[str, Any]]) -> None:
    for key, row in compiled.items():
        said, ours = row.get("geographic"), fact(key, "excluded_territories")
        if said is None:
            assert key in ("glm-4.5-mit", "internlm3-apache")
            assert ours == []
        elif said["status"] == "absent_in_full_text":
            assert ours == [], key
        elif isinstance(said["value"], dict) and "EU" in said["value"].get("excluded", []) and key not in BY_MODEL:
            others = [code for code in said["value"]["excluded"] if code != "EU"]
            assert ours == sorted([*EU, *others]), key
        else:
            assert ours is None, key


def test_ambiguous_tags_of_the_hub_mean_no_licence() -> None:
    tags = {tag for entry in ENTRIES.values() for tag in entry.columns["hub_tags"]}
    assert {"apache-2.0", "llama3", "llama3.1", "other/tongyi-qianwen"} <= tags
    traps = (
        "other",
        "unknown",
        "gemma",
        "openrail",
        "bsl-1.0",
        "other/modified-mit",
        "other/tencent-hunyuan-community",
    )
    more = ("flux-1-dev-non-commercial-license", "minimax-model-license", "exaone", "nvidia-open-model-license")
    assert not tags & {*traps, *(f"other/{name}" for name in more)}
    assert all(tag == tag.casefold() for tag in tags)
