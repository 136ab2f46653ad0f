"""Configurations of the LiteLLM proxy: which hosted models are in use, where, under which name.

Source: docs.litellm.ai/docs/proxy/configs. Nothing secret is read: what is not known to be harmless loses its value
before anything else looks at it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError, filled
from apps.facts.models import State
from apps.imports.hosted import providers
from apps.imports.hosted.secrets import NOT_KEPT, bare_address, host_of, looks_secret
from apps.imports.records import FactRecord, ModelRecord, Reading, Row, UnreadableFile, UseRecord

KIND = "litellm"
MOST_MODELS = 5_000
_SECTIONS = ("model_list", "litellm_settings", "general_settings", "router_settings", "environment_variables")
_REGIONS = ("region_name", "aws_region_name", "vertex_location", "vertex_ai_location", "region")
_PARAMS = frozenset(
    {
        *("model", "custom_llm_provider", "api_version", "rpm", "tpm", "max_tokens", "timeout", "stream_timeout"),
        *("temperature", "top_p", "max_retries", "weight", "order", "stream", "drop_params", *_REGIONS),
    }
)
_ADDRESSES = frozenset({"api_base", "base_url"})
_INFO = frozenset({"id", "mode", "base_model", "max_tokens", "max_input_tokens", "max_output_tokens", "description"})
_SETTINGS = frozenset(
    {
        *("routing_strategy", "num_retries", "request_timeout", "timeout", "drop_params", "set_verbose", "fallbacks"),
        *("default_fallbacks", "context_window_fallbacks", "model_group_alias", "cache", "store_model_in_db"),
    }
)


def is_configuration(data: Mapping[str, Any]) -> bool:
    """Whether a document is one."""
    return "model_list" in data or "litellm_params" in data


# What is kept


def redacted(data: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with the values of harmless keys only; the other keys stay, without their values."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        if key == "model_list" and isinstance(value, list):
            found[key] = [_entry(item) for item in value]
        elif key in _SECTIONS and isinstance(value, Mapping):
            found[key] = {name: _plain(item) if name in _SETTINGS else NOT_KEPT for name, item in value.items()}
        elif key in ("litellm_params", "model_info", "model_name"):
            found |= _entry({key: value})
        else:
            found[key] = None if value is None else NOT_KEPT
    return found


def _entry(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return None if item is None else NOT_KEPT
    found: dict[str, Any] = {}
    for key, value in item.items():
        if key == "model_name":
            found[key] = _plain(value)
        elif key == "litellm_params" and isinstance(value, Mapping):
            found[key] = {name: _param(name, one) for name, one in value.items()}
        elif key == "model_info" and isinstance(value, Mapping):
            harmless = {name for name in value if name in _INFO or name.startswith("supports_")}
            found[key] = {name: _plain(one) if name in harmless else NOT_KEPT for name, one in value.items()}
        else:
            found[key] = None if value is None else NOT_KEPT
    return found


def _param(name: str, value: Any) -> Any:
    if name in _ADDRESSES:
        reference = isinstance(value, str) and value.startswith("os.environ/")
        return value if reference else bare_address(str(value)) or NOT_KEPT
    return _plain(value) if name in _PARAMS else NOT_KEPT


def _plain(value: Any) -> Any:
    """A value of a harmless key, unless it looks like a secret after all."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return NOT_KEPT if isinstance(value, str) and looks_secret(value) else value


# What it says


def of_configuration(data: Mapping[str, Any], name: str) -> Reading:
    """Read a configuration that `redacted` has gone over. Raises `UnreadableFile` for one without a list of models."""
    listed = data.get("model_list", [data] if "litellm_params" in data else None)
    if not isinstance(listed, list) or len(listed) > MOST_MODELS:
        raise UnreadableFile(
            filled("must be a list of at most %(most)d entries", most=MOST_MODELS), pointer="/model_list"
        )
    names = Counter(
        item.get("model_name")
        for item in listed
        if isinstance(item, Mapping) and isinstance(item.get("model_name"), str)
    )
    seen: set[str] = set()
    rows = tuple(_row(item, f"/model_list/{at}", names, seen) for at, item in enumerate(listed))
    return Reading(
        kind=KIND,
        format="LiteLLM configuration",
        source=f"Configuration of LiteLLM {name}"[:500],
        rows=rows,
        document=data,
        accounted=_accounted(data, listed),
    )


def _row(item: Any, at: str, names: Counter[Any], seen: set[str]) -> Row:
    params = item.get("litellm_params") if isinstance(item, Mapping) else None
    if not isinstance(params, Mapping) or not isinstance(params.get("model"), str) or not params["model"].strip():
        return _refused(item, at, f"{at}/litellm_params/model", gettext_noop("names no model"))
    alias, model = item.get("model_name"), params["model"].strip()
    alias = alias.strip() if isinstance(alias, str) and alias.strip() else model
    if NOT_KEPT in (alias, model):
        return _refused(item, at, f"{at}/litellm_params/model", gettext_noop("looks like a secret, not like a model"))
    if "*" in model or "*" in alias:
        return _refused(
            item,
            at,
            f"{at}/litellm_params/model",
            gettext_noop("stands for many models: nothing says which are in use"),
        )
    notes: list[str] = []
    record = _use(alias, model, item, params, at, notes, several=names[item.get("model_name")] > 1)
    if record.use.casefold() in seen:
        return _refused(item, at, at, gettext_noop("the same model stands twice under this name"))
    seen.add(record.use.casefold())
    return Row(locator=at, record=record, notes=tuple(notes), raw=dict(item))


def _refused(item: Any, at: str, pointer: str, message: str) -> Row:
    return Row(locator=at, errors=(FieldError(pointer, message),), raw=dict(item) if isinstance(item, Mapping) else {})


def _use(
    alias: str,
    model: str,
    item: Mapping[str, Any],
    params: Mapping[str, Any],
    at: str,
    notes: list[str],
    *,
    several: bool,
) -> UseRecord:
    stated = params.get("custom_llm_provider")
    provider, rest = providers.provider_of(model, stated if isinstance(stated, str) else "")
    address = next((str(params[key]) for key in ("api_base", "base_url") if params.get(key)), "")
    host, region = host_of(address), _region(params, provider, rest)
    record = _model(provider, rest, item, address, notes)
    facts = _facts(provider, host, region, address, at)
    if provider:
        notes.append(
            filled("The configuration names the service (%(name)s), not the legal entity that runs it.", name=provider)
        )
    label = f"{alias} ({', '.join(part for part in (rest, region or host) if part)})" if several else alias
    return UseRecord(
        model=record,
        use=f"{label} (LiteLLM)"[:300],
        deployment=f"{label} (LiteLLM)"[:300],
        use_case=f"{label} (LiteLLM)"[:300],
        facts=facts,
    )


def _model(provider: str, rest: str, item: Mapping[str, Any], address: str, notes: list[str]) -> ModelRecord:
    """The model behind an entry. At Azure and on own servers the name is somebody's own; `base_model` may say more."""
    info = item.get("model_info")
    base = info.get("base_model") if isinstance(info, Mapping) else None
    if isinstance(base, str) and base.strip() and base != NOT_KEPT:
        return ModelRecord(name=providers.provider_of(base.strip())[1][:300], described=False)
    if provider.startswith("azure") and provider != "azure_ai":
        notes.append(
            gettext_noop(
                "At Azure this is the name of a deployment, not of a model; model_info.base_model would say which."
            )
        )
        return ModelRecord(name=f"azure/{rest}"[:300], described=False)
    if address and provider in providers.FIRST_PARTY | providers.OWN_SERVERS:
        notes.append(gettext_noop("The entry has an address of its own: the name may be that server's own."))
        return ModelRecord(name=rest[:300], described=False)
    found = providers.identifiers(provider, rest)
    return ModelRecord(name=(found[0][1] if found else rest)[:300], identifiers=tuple(found), described=False)


def _region(params: Mapping[str, Any], provider: str, rest: str) -> str:
    stated = next((params[key] for key in _REGIONS if isinstance(params.get(key), str) and params[key].strip()), "")
    stated = "" if stated == NOT_KEPT or stated.startswith("os.environ/") else stated.strip()
    return (stated or providers.region_of(provider, rest))[:100]


def _facts(provider: str, host: str, region: str, address: str, at: str) -> Sequence[FactRecord]:
    """What the entry itself states. A service of its maker at another address is somebody else's server."""
    mode = providers.hosting_mode(provider)
    if address and provider in providers.FIRST_PARTY:
        mode = ""
    stated = (
        ("hosting_mode", mode, f"{at}/litellm_params/model"),
        ("endpoint_domain", host, f"{at}/litellm_params/api_base"),
        ("region", region, f"{at}/litellm_params"),
    )
    found = [
        FactRecord(subject="deployment", field=field, value=value, state=State.CLAIMED_BY_OWNER, pointer=pointer)
        for field, value, pointer in stated
        if value
    ]
    return (*found, observed(at))


def observed(at: str) -> FactRecord:
    """A configuration shows that something is in use, not that anybody answers for it."""
    return FactRecord(
        subject="deployment",
        field="observed_only",
        value=True,
        state=State.INFERRED,
        note="Seen in a configuration; no owner has registered it.",
        pointer=at,
    )


def _accounted(data: Mapping[str, Any], listed: Sequence[Any]) -> Mapping[str, str]:
    places = {
        "model": "model.name, model.identifiers, deployment.hosting_mode",
        **dict.fromkeys(("api_base", "base_url"), "deployment.endpoint_domain"),
        **dict.fromkeys(_REGIONS, "deployment.region"),
    }
    found: dict[str, str] = {f"/{key}": "kept" for key in data if key != "model_list"}
    for at, item in enumerate(listed):
        for key, value in item.items() if isinstance(item, Mapping) else ():
            here = f"/model_list/{at}/{key}"
            if key == "model_name":
                found[here] = "use.name, deployment.name"
            elif isinstance(value, Mapping):
                for name in value:
                    place = (
                        places.get(name, "") if key == "litellm_params" else {"base_model": "model.name"}.get(name, "")
                    )
                    found[f"{here}/{name}"] = place or ("not kept" if value[name] == NOT_KEPT else "kept")
            else:
                found[here] = "not kept" if value == NOT_KEPT else "kept"
    return found
