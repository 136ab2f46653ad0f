"""LiteLLM's names of providers: where their identifiers belong, and which way of hosting the name itself states.

Source: LiteLLM's list of providers (docs.litellm.ai/docs/providers). A provider that offers models of several makers is
another cloud; who made a model, and which legal entity runs the service, is never read off these names.
"""

import re
from collections.abc import Mapping

FIRST_PARTY = frozenset(
    {
        *(
            "openai",
            "text-completion-openai",
            "anthropic",
            "anthropic_text",
            "gemini",
            "mistral",
            "codestral",
            "deepseek",
        ),
        *("xai", "cohere", "cohere_chat", "moonshot", "minimax", "zai", "ai21", "ai21_chat", "voyage", "meta_llama"),
        *("amazon_nova", "black_forest_labs", "stability", "elevenlabs", "inception"),
    }
)
"""Services that offer the models of their own maker."""
CLOUDS = frozenset(
    {
        *(
            "azure",
            "azure_ai",
            "azure_text",
            "bedrock",
            "bedrock_converse",
            "bedrock_mantle",
            "sagemaker",
            "sagemaker_chat",
        ),
        *("vertex_ai", "vertex_ai_beta", "watsonx", "watsonx_text", "oci", "databricks", "snowflake", "cloudflare"),
        *(
            "together_ai",
            "groq",
            "fireworks_ai",
            "deepinfra",
            "cerebras",
            "sambanova",
            "nebius",
            "novita",
            "hyperbolic",
        ),
        *("lambda_ai", "nscale", "scaleway", "ovhcloud", "baseten", "anyscale", "replicate", "friendliai", "wandb"),
        *("featherless_ai", "gmi", "crusoe", "gradient_ai", "heroku", "volcengine"),
    }
)
AGGREGATORS = frozenset({"openrouter", "vercel_ai_gateway", "huggingface", "github", "aiml", "poe"})
OWN_SERVERS = frozenset(
    {
        *("ollama", "ollama_chat", "vllm", "hosted_vllm", "lm_studio", "llamafile", "xinference", "lemonade", "triton"),
        *("custom_openai", "openai_like", "custom", "docker_model_runner", "llama_cpp"),
    }
)
"""Programs that somebody runs; the name does not say where."""
_NAMESPACES: Mapping[str, str] = {
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "openrouter": "openrouter",
    "huggingface": "huggingface",
    "ollama": "ollama",
    "ollama_chat": "ollama",
    "vertex_ai": "vertex",
    "vertex_ai_beta": "vertex",
}
_AWS_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_TERM = re.compile(r"\d+-(month|week)-commitment")


def provider_of(model: str, stated: str = "") -> tuple[str, str]:
    """Provider and rest of `provider/model`; `stated` is what the entry itself names as the provider."""
    head, slash, rest = model.partition("/")
    known = FIRST_PARTY | CLOUDS | AGGREGATORS | OWN_SERVERS
    if stated:
        return stated.partition("-")[0] if stated.startswith("vertex_ai") else stated, rest if head == stated else model
    return (head, rest) if slash and head in known else ("", model)


def hosting_mode(provider: str) -> str:
    """The way of hosting that the provider's name states; empty where it leaves it open."""
    if provider in FIRST_PARTY:
        return "first_party_api"
    if provider in CLOUDS:
        return "third_party_cloud"
    return "aggregator" if provider in AGGREGATORS else ""


def identifiers(provider: str, model: str) -> list[tuple[str, str]]:
    """Where the identifier belongs; none where it is looked for as it stands.

    A bare name belongs to whoever uses it. One with an owner, such as `owner/model`, may be a repository's: then the
    register finds the one model that has exactly this identifier, or none. On somebody's own server any name will do.
    """
    name = bare(provider, model)
    namespace = "api" if provider in FIRST_PARTY else _NAMESPACES.get(provider, "")
    if (
        not namespace
        and provider
        and "/" not in name
        and provider not in OWN_SERVERS
        and not provider.startswith("azure")
    ):
        namespace = provider.replace("_", "-")
    return [(namespace, name)] if namespace and name and " " not in name else []


def bare(provider: str, model: str) -> str:
    """The model's identifier without the regions and terms of contract that stand before it at Bedrock."""
    parts = model.split("/")
    if provider in ("bedrock", "bedrock_converse"):
        parts = [part for part in parts if not _AWS_REGION.fullmatch(part) and not _TERM.fullmatch(part)]
        parts = [part for part in parts if part not in ("converse", "invoke", "converse_like")]
    return "/".join(parts)


def region_of(provider: str, model: str) -> str:
    """The region that an identifier of Bedrock begins with; empty where it names none."""
    if provider not in ("bedrock", "bedrock_converse"):
        return ""
    return next((part for part in model.split("/") if _AWS_REGION.fullmatch(part)), "")
