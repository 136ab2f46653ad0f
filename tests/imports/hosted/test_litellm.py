"""Configurations of LiteLLM: which models are in use, and that no secret survives the reading."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apps.imports.hosted import read, without_secrets
from apps.imports.hosted.secrets import bare_address, looks_secret
from apps.imports.records import Reading, UnreadableFile, UseRecord

CONFIGURATION = """
model_list:
  - model_name: chat
    litellm_params:
      model: azure/team-gpt4
      api_base: https://user:hunter2@team.openai.azure.com:443/x?api-key=QUERYSECRET#f
      api_key: sk-AAAAAAAAAAAAAAAAAAAAAAAA
      api_version: "2024-10-21"
      rpm: 10
    model_info:
      base_model: azure/gpt-4o
      mode: chat
      owner_token: INFOSECRET
  - model_name: chat
    litellm_params:
      model: bedrock/eu-central-1/anthropic.claude-3-haiku-20240307-v1:0
      aws_access_key_id: AKIAABCDEFGHIJKLMNOP
      aws_secret_access_key: AWSSECRET
      aws_region_name: eu-central-1
  - model_name: claude
    litellm_params: {model: anthropic/claude-3-5-sonnet-20241022, api_key: os.environ/ANTHROPIC_API_KEY}
  - model_name: local
    litellm_params: {model: hosted_vllm/base/Model-7B, api_base: "http://gpu-1.internal:8000/v1"}
  - model_name: everything
    litellm_params: {model: "openai/*", api_key: PLAINSECRET}
  - model_name: gateway
    litellm_params:
      model: openai/house-model
      api_base: "https://gateway.example/v1"
      extra_headers: {Authorization: HEADERSECRET}
  - model_name: router
    litellm_params: {model: openrouter/deepseek/deepseek-r1}
  - litellm_params: {model: gpt-4o}
  - model_name: nothing
    litellm_params: {api_key: LONELYSECRET}
  - just text
litellm_settings:
  drop_params: true
  success_callback: [CALLBACKSECRET]
  callbacks: {langfuse_secret: X1SECRET}
general_settings: {master_key: MASTERSECRET, database_url: "postgresql://u:DBSECRET@h/d"}
environment_variables: {OPENAI_API_KEY: ENVSECRET}
custom_section: {anything: CUSTOMSECRET}
"""
SECRETS = (
    *("sk-AAAA", "hunter2", "QUERYSECRET", "INFOSECRET", "AKIAABCDEFGHIJKLMNOP", "AWSSECRET", "PLAINSECRET"),
    *(
        "HEADERSECRET",
        "LONELYSECRET",
        "CALLBACKSECRET",
        "X1SECRET",
        "MASTERSECRET",
        "DBSECRET",
        "ENVSECRET",
        "CUSTOMSECRET",
    ),
)


def reading(text: str = CONFIGURATION, name: str = "config.yaml") -> Reading:
    return read(text.encode(), name=name)


def use(params: dict[str, Any], **more: Any) -> UseRecord:
    entry = {"model_name": "alias", "litellm_params": params, **more}
    record = reading(json.dumps({"model_list": [entry]})).rows[0].record
    assert isinstance(record, UseRecord)
    return record


def facts(record: UseRecord) -> dict[str, Any]:
    return {fact.field: fact.value for fact in record.facts}


def test_each_entry_is_a_use_of_a_model() -> None:
    rows = reading().rows
    assert [row.locator for row in rows] == [f"/model_list/{at}" for at in range(10)]
    found = [
        (row.record.use, row.record.model.name) if isinstance(row.record, UseRecord) else row.errors[0].message
        for row in rows
    ]
    assert found == [
        ("chat (team-gpt4, team.openai.azure.com) (LiteLLM)", "gpt-4o"),
        (
            "chat (eu-central-1/anthropic.claude-3-haiku-20240307-v1:0, eu-central-1) (LiteLLM)",
            "anthropic.claude-3-haiku-20240307-v1:0",
        ),
        ("claude (LiteLLM)", "claude-3-5-sonnet-20241022"),
        ("local (LiteLLM)", "base/Model-7B"),
        "stands for many models: nothing says which are in use",
        ("gateway (LiteLLM)", "house-model"),
        ("router (LiteLLM)", "deepseek/deepseek-r1"),
        ("gpt-4o (LiteLLM)", "gpt-4o"),
        "names no model",
        "names no model",
    ]


# parameters, identifiers, facts beside observed_only
ENTRIES: list[tuple[dict[str, Any], list[tuple[str, str]], dict[str, Any]]] = [
    ({"model": "anthropic/claude-x"}, [("api", "claude-x")], {"hosting_mode": "first_party_api"}),
    ({"model": "openai/gpt-x"}, [("api", "gpt-x")], {"hosting_mode": "first_party_api"}),
    ({"model": "openai/gpt-x", "api_base": "https://x.example/v1"}, [], {"endpoint_domain": "x.example"}),
    ({"model": "bedrock/us.meta.x-v1:0"}, [("bedrock", "us.meta.x-v1:0")], {"hosting_mode": "third_party_cloud"}),
    (
        {"model": "bedrock/eu-west-1/meta.x-v1:0"},
        [("bedrock", "meta.x-v1:0")],
        {"hosting_mode": "third_party_cloud", "region": "eu-west-1"},
    ),
    (
        {"model": "vertex_ai/gemini-x", "vertex_location": "europe-west4"},
        [("vertex", "gemini-x")],
        {"hosting_mode": "third_party_cloud", "region": "europe-west4"},
    ),
    ({"model": "together_ai/base/Model-7B"}, [], {"hosting_mode": "third_party_cloud"}),
    ({"model": "huggingface/base/Model-7B"}, [("huggingface", "base/Model-7B")], {"hosting_mode": "aggregator"}),
    ({"model": "openrouter/base/model"}, [("openrouter", "base/model")], {"hosting_mode": "aggregator"}),
    ({"model": "ollama/model:7b"}, [("ollama", "model:7b")], {}),
    ({"model": "ollama/model:7b", "api_base": "http://10.0.0.7:11434"}, [], {"endpoint_domain": "10.0.0.7"}),
    ({"model": "azure/ours", "api_base": "os.environ/AZURE_BASE"}, [], {"hosting_mode": "third_party_cloud"}),
    ({"model": "some-model"}, [], {}),
    ({"model": "unheard-of/some-model"}, [], {}),
    ({"model": "x", "custom_llm_provider": "groq"}, [("groq", "x")], {"hosting_mode": "third_party_cloud"}),
    (
        {"model": "bedrock/x", "aws_region_name": "os.environ/REGION"},
        [("bedrock", "x")],
        {"hosting_mode": "third_party_cloud"},
    ),
]


@pytest.mark.parametrize(("params", "identifiers", "expected"), ENTRIES, ids=range(len(ENTRIES)))
def test_only_what_an_entry_states_becomes_a_fact(
    params: dict[str, Any], identifiers: list[tuple[str, str]], expected: dict[str, Any]
) -> None:
    record = use(params)
    assert list(record.model.identifiers) == identifiers
    assert facts(record) == expected | {"observed_only": True}
    assert (record.model.developer, record.model.described) == ("", False)
    assert not any(fact.field == "operator" for fact in record.facts)


def test_at_azure_only_the_base_model_names_a_model() -> None:
    assert use({"model": "azure/ours"}).model.name == "azure/ours"
    assert use({"model": "azure/ours"}, model_info={"base_model": "azure/gpt-4o"}).model.name == "gpt-4o"


def test_no_secret_is_in_anything_that_comes_out_of_the_reading() -> None:
    everything = repr(reading()) + without_secrets(CONFIGURATION.encode()).decode()
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "https://team.openai.azure.com:443/x" in everything
    assert "2024-10-21" in everything


def test_what_is_kept_reads_like_the_original() -> None:
    kept = without_secrets(CONFIGURATION.encode())
    assert read(kept, name="config.yaml") == reading()
    assert without_secrets(kept) == kept


def test_no_secret_is_in_a_message_about_a_broken_file() -> None:
    for text in (
        "model_list:\n - litellm_params: {api_key: sk-SECRETSECRET\n",
        '{"model_list": [{"api_key": "sk-SECRETSECRET"',
        "model_list: sk-SECRETSECRET",
    ):
        with pytest.raises(UnreadableFile) as caught:
            reading(text)
        assert "SECRET" not in str(caught.value)


_KEYS = st.sampled_from(
    ["api_key", "model", "api_base", "x", "model_name", "litellm_params", "model_info", "id", "organization"]
)


@given(
    st.recursive(
        st.just("https://a:SECRETVALUE@h/?k=SECRETVALUE") | st.just("Bearer SECRETVALUE") | st.none(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(_KEYS.filter(lambda key: key not in ("model", "model_name", "id")), inner, max_size=4)
        ),
        max_leaves=8,
    ),
    _KEYS,
)
def test_no_made_up_configuration_leaks(value: Any, key: str) -> None:
    """Secrets under any key but the names of models are gone, wherever they stand."""
    key = "api_key" if key in ("model", "model_name", "id") else key
    document = {
        "model_list": [{"model_name": "a", "litellm_params": {"model": "openai/b", key: value}, key: value}],
        key: value,
    }
    content = json.dumps(document).encode()
    try:
        assert "SECRETVALUE" not in repr(read(content, name="x.json")) + without_secrets(content).decode()
    except UnreadableFile as error:
        assert "SECRETVALUE" not in error.message  # noqa: PT017 - both ways are fine


def test_every_key_is_accounted_for() -> None:
    accounted = reading().accounted
    assert accounted["/model_list/0/litellm_params/api_key"] == "not kept"
    assert accounted["/model_list/0/litellm_params/model"].startswith("model.name")
    assert accounted["/model_list/1/litellm_params/aws_region_name"] == "deployment.region"
    assert accounted["/general_settings"] == "kept"
    for at, entry in enumerate(yaml.safe_load(CONFIGURATION)["model_list"][:-1]):
        for key, value in entry.items():
            for name in value if isinstance(value, dict) else ():
                assert f"/model_list/{at}/{key}/{name}" in accounted


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        *(("sk-abcdefgh12345", True), ("hf_abcdefghijklmnopqrst", True), ("0123456789abcdef0123456789abcdef", True)),
        *(
            ("eyJhbGciOiJIUzI1NiIsInR5cCI6", True),
            ("-----BEGIN PRIVATE KEY-----", True),
            ("AKIAABCDEFGHIJKLMNOP", True),
        ),
        *(("accounts/fireworks/models/llama4-maverick-instruct-basic", False), ("gpt-4o-2024-08-06", False)),
        *(
            ("nvidia/Nemotron-3-Nano-Omni-30B-A3B-Reasoning-BF16", False),
            ("2024-10-21", False),
            ("eu-central-1", False),
        ),
    ],
)
def test_which_values_look_like_secrets(text: str, secret: bool) -> None:
    assert looks_secret(text) == secret


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("https://u:p@h.example:8443/v1?key=x#y", "https://h.example:8443/v1"),
        ("http://h", "http://h"),
        ("ftp://h", ""),
        ("not an address", ""),
        ("https://h:port/", ""),
        ("https://[::1", ""),
    ],
)
def test_addresses_lose_what_may_be_secret(address: str, bare: str) -> None:
    assert bare_address(address) == bare


REFUSED = ["model_list: 5", "a: b", "[]", "{}", "5", "", "\x00", "model_list:\n- &a {}\n- *a", '{"x": {"y": 1}}']


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_configuration_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFile):
        reading(text)


# The list of prices

DATA = Path(__file__).resolve().parents[3] / "../shared/data/catalogue"


def test_the_list_of_prices_is_a_catalogue() -> None:
    prices = {
        "sample_spec": {"litellm_provider": "one of …"},
        "last_updated": "2026-07-24",
        "claude-x": {"litellm_provider": "anthropic", "mode": "chat", "supported_modalities": ["text", "image"]},
        "bedrock/us-east-1/meta.x-v1:0": {"litellm_provider": "bedrock", "mode": "chat"},
        "azure/eu/gpt-x": {"litellm_provider": "azure", "mode": "chat"},
        "1024-x-1024/image-x": {"litellm_provider": "openai", "mode": "image_generation"},
        "vertex_ai/model-x": {"litellm_provider": "vertex_ai-llama_models", "mode": "chat"},
        "tavily/search": {"litellm_provider": "tavily", "mode": "search"},
        "ft:gpt-x": {"litellm_provider": "openai", "mode": "chat"},
    }
    found = reading(json.dumps(prices))
    assert found.format == "LiteLLM list of prices"
    named = [
        (row.record.name, list(row.record.identifiers)) if row.record else row.errors[0].message for row in found.rows
    ]  # type: ignore[union-attr]
    assert named == [
        ("claude-x", [("api", "claude-x")]),
        ("meta.x-v1:0", [("bedrock", "meta.x-v1:0")]),
        ("gpt-x", []),
        ("image-x", [("api", "image-x")]),
        ("model-x", [("vertex", "model-x")]),
        "is a tool, not a model",
        "stands for many models, or for none",
    ]
    assert found.accounted["/*/supported_modalities"] == "model.modalities_in"


@pytest.mark.skipif(not DATA.exists(), reason="the reference data is not installed here")
def test_the_real_list_of_prices_reads() -> None:
    content = (DATA / "litellm_model_prices_and_context_window.json").read_bytes()
    found = read(content, name="prices.json")
    assert len(found.rows) == 2983
    refused = [row for row in found.rows if row.errors]
    assert 0 < len(refused) < 60
    assert without_secrets(content) == content
