"""Parents that nobody declares and that something speaks for: suggestions for a person, never facts. Pure.

Three kinds of signs: names of repositories in the card's text, what the configuration says of its architecture and
tokenizer, and data sets that are said to be made by another model.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import InvalidInput, filled
from apps.core.text import clean_text
from apps.imports.hub_card.taking_apart import IDENTIFIER, Card
from apps.imports.hub_card.words import is_path, is_place
from apps.imports.records import ParentRecord, SuspectRecord

MOST = 20
_MOST_TEXT = 400_000
_WINDOW = 200
"""Characters of a line before a name that are looked at: more makes long lines slow and says nothing."""
_FEW = 4
_ID = r"[A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96}"
_LINK = re.compile(rf"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/({_ID})(?=[/)\]\s\"'>#?,.;:]|$)", re.ASCII)
_QUOTED = re.compile(rf"[\"'`]({_ID})[\"'`]", re.ASCII)
_LOADED = re.compile(
    rf"(?:from_pretrained|pipeline|SentenceTransformer|snapshot_download)\([^)\n]{{0,80}}?[\"']({_ID})[\"']", re.ASCII
)
_NO_MODELS = frozenset(
    {
        *("datasets", "spaces", "docs", "papers", "collections", "blog", "models", "organizations", "tasks"),
        *("learn", "settings", "api", "join", "pricing", "chat", "posts"),
    }
)
_MADE_FROM = re.compile(
    r"(fine[- ]?tun\w*|quanti[sz]\w*|distill\w*|merge\w*|pruned|abliterat\w*|converted|adapter|lora|initiali[sz]ed|"
    r"based on|built on|derived from|trained (?:on top of|from)|backbone|base model|original model|"
    r"continued pre-?training)",
    re.IGNORECASE,
)
_GENERATED = re.compile(
    r"(?:(?:generated|synthesi[sz]ed|annotated|distilled|labell?ed|created)\s+(?:\w+\s+){0,3}?(?:by|with|using|from|via)|"
    r"(?:outputs?|responses?|completions?|traces)\s+(?:of|from)|teacher(?:\s+model)?(?:\s+is|:)?)\s+(?:the\s+)?"
    r"((?:GPT|ChatGPT|Claude|Gemini|DeepSeek|Qwen|QwQ|Llama|Mistral|Mixtral|Grok|Kimi|GLM|o[134])[-\w. ]{0,30}?)"
    r"(?=[\s,.;:)\]]|$)",
    re.IGNORECASE,
)
_IN_DATASET = re.compile(
    r"(gpt-?[345](?:[.o]\w*)?|chatgpt|claude(?:-?\d(?:\.\d)?)?(?:-?(?:opus|sonnet|haiku))?|gemini(?:-?\d(?:\.\d)?)?|deepseek-?(?:r1|v3)|"
    r"(?<![a-z0-9])r1(?![a-z0-9])|qwq|qwen\d?(?:\.\d)?|llama-?\d(?:\.\d)?|mixtral|o1|o3)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Family:
    """A line of models, by what a configuration says of it. `owners` are the accounts that publish it themselves."""

    name: str
    architectures: frozenset[str]
    vocabularies: frozenset[int]
    owners: frozenset[str]


def _family(name: str, architectures: str, vocabularies: Sequence[int], owners: str) -> Family:
    return Family(name, frozenset(architectures.split()), frozenset(vocabularies), frozenset(owners.split()))


FAMILIES = (
    _family("Llama 3", "llama", (128256,), "meta-llama"),
    _family("Llama 2", "llama", (32000,), "meta-llama"),
    _family("Llama 4", "llama4 llama4_text", (202048,), "meta-llama"),
    _family("Yi", "llama", (64000,), "01-ai"),
    _family("Mistral", "mistral", (32000, 32768, 131072), "mistralai"),
    _family("Mixtral", "mixtral", (32000, 32768), "mistralai"),
    _family("Qwen2", "qwen2 qwen2_vl qwen2_5_vl qwen2_moe", (151646, 151936, 152064), "qwen"),
    _family("Qwen3", "qwen3 qwen3_moe qwen3_vl qwen3_next", (151936, 151669), "qwen"),
    _family("Gemma", "gemma", (256000,), "google"),
    _family("Gemma 2", "gemma2", (256000,), "google"),
    _family("Gemma 3", "gemma3 gemma3_text gemma3n", (262144, 262208, 262145), "google"),
    _family("Phi-3", "phi3", (32064, 32011), "microsoft"),
    _family("Phi-4", "phi3 phi4mm", (100352, 200064), "microsoft"),
    _family("DeepSeek V3", "deepseek_v3 deepseek_v32", (129280,), "deepseek-ai"),
    _family("DeepSeek V2", "deepseek_v2", (102400,), "deepseek-ai"),
    _family("GLM-4", "glm4 glm4_moe chatglm", (151552,), "zai-org thudm"),
    _family("gpt-oss", "gpt_oss gpt-oss", (201088,), "openai"),
    _family("Command R", "cohere cohere2 command-r", (256000,), "coherelabs cohereforai"),
    _family("Falcon", "falcon", (65024,), "tiiuae"),
    _family("InternLM2", "internlm2", (92544,), "internlm"),
    _family("MiniCPM", "minicpm minicpm3", (122753, 73448), "openbmb"),
    _family("OLMo 2", "olmo2", (100352,), "allenai"),
    _family("Granite", "granite granitemoe", (49152, 49155), "ibm-granite"),
)
"""Architecture (`model_type`, or GGUF's `general.architecture`) and size of the vocabulary, of public models."""


def suspects(card: Card, parents: Sequence[ParentRecord]) -> Sequence[SuspectRecord]:
    """What speaks for parents that are not declared, the strongest first."""
    declared = {parent.name.casefold() for parent in parents} | {card.identifier.casefold(), card.requested.casefold()}
    signs = [*_configured(card), *_in_text(card), *_datasets(card), *_generated(card)]
    extract = card.api.get("config")
    if not parents:
        config: Mapping[str, Any] = card.config or (extract if isinstance(extract, dict) else {})
        at = card.config_at if card.config else f"{card.api_at}/config"
        signs += by_architecture(
            str(config.get("model_type") or ""),
            config.get("vocab_size"),
            owner=card.identifier.partition("/")[0],
            at=at,
        )
    return strongest(signs, declared)


def strongest(signs: Iterable[SuspectRecord], known: Iterable[str]) -> Sequence[SuspectRecord]:
    """Each name once with its strongest sign, without those that are known, at most `MOST`."""
    rank = {"strong": 0, "medium": 1, "weak": 2}
    seen = set(known)
    found = []
    for sign in sorted(signs, key=lambda sign: rank[sign.strength]):
        if sign.name.casefold() not in seen and _can_be_kept(sign):
            seen.add(sign.name.casefold())
            found.append(sign)
    return tuple(found[:MOST])


def _can_be_kept(sign: SuspectRecord) -> bool:
    """Whether its words are such as the register stores: texts of strangers may hold characters that make names lie."""
    try:
        clean_text(sign.name, pointer="")
        clean_text(sign.reason, pointer="", max_length=2000)
    except InvalidInput:
        return False
    return True


def by_architecture(architecture: str, vocabulary: Any, *, owner: str = "", at: str = "") -> list[SuspectRecord]:
    """The lines of models whose architecture it is: likelier where the vocabulary has the same size, too.

    Many models of other makers use an architecture from scratch; the size of a vocabulary is rarely a coincidence.
    """
    same = [family for family in FAMILIES if architecture.casefold() in family.architectures]
    if not same or any(owner.casefold() in family.owners for family in same):
        return []
    fitting = [family for family in same if isinstance(vocabulary, int) and vocabulary in family.vocabularies]
    return [
        SuspectRecord(
            name=family.name,
            reason=filled(
                "The architecture (%(architecture)s) and the size of the vocabulary (%(size)d) are those of %(name)s.",
                architecture=architecture,
                size=vocabulary,
                name=family.name,
            ),
            strength="medium",
            pointer=at,
        )
        for family in fitting
    ] or [
        SuspectRecord(
            name=same[0].name,
            reason=filled(
                "The architecture (%(architecture)s) is that of %(name)s; models made from scratch use it, too.",
                architecture=architecture,
                name=same[0].name,
            ),
            strength="weak",
            pointer=at,
        )
    ]


def _configured(card: Card) -> Iterator[SuspectRecord]:
    """Where the configuration says from where it was loaded."""
    for key in ("_name_or_path", "base_model_name_or_path", "tokenizer_name", "tokenizer_name_or_path"):
        value = card.config.get(key)
        if not isinstance(value, str) or not IDENTIFIER.fullmatch(value) or "/" not in value or is_path(value):
            continue
        tokenizer = key.startswith("tokenizer")
        reason = (
            gettext_noop("The configuration names this repository as the tokenizer's.")
            if tokenizer
            else (gettext_noop("The configuration names this repository as the one it was loaded from."))
        )
        yield SuspectRecord(
            name=value,
            namespace="huggingface",
            reason=reason,
            strength="medium" if tokenizer else "strong",
            pointer=f"{card.config_at}/{key}",
        )


def _in_text(card: Card) -> list[SuspectRecord]:
    """Repositories that the text names. Where it names many without saying more, it is a list of relatives."""
    text = card.text[:_MOST_TEXT]
    said, only_named = [], {}
    for pattern in (_LINK, _LOADED, _QUOTED):
        for match in pattern.finditer(text):
            name = match[1].rstrip(".")
            if not _may_be_a_model(name) or (pattern is _QUOTED and not _looks_like_a_model(name)):
                continue
            line = text[max(text.rfind("\n", 0, match.start()) + 1, match.start() - _WINDOW) : match.end()]
            word = _MADE_FROM.search(line)
            if word:
                reason: str = filled("The card's text names it together with “%(word)s”.", word=word[1])
                said.append(_mention(card, name, reason, "medium"))
            else:
                only_named[name.casefold()] = _mention(card, name, gettext_noop("The card's text names it."), "weak")
    return said + (list(only_named.values()) if len(only_named) <= _FEW else [])


def _mention(card: Card, name: str, reason: str, strength: str) -> SuspectRecord:
    return SuspectRecord(name=name, namespace="huggingface", reason=reason, strength=strength, pointer=card.text_at)


def _may_be_a_model(name: str) -> bool:
    owner = name.partition("/")[0].casefold()
    return owner not in _NO_MODELS and bool(IDENTIFIER.fullmatch(name)) and not is_place(name)


def _looks_like_a_model(name: str) -> bool:
    """In quotation marks stand paths and media types as well; models have a size or a version in the name."""
    owner, _, rest = name.partition("/")
    return (
        bool(re.search(r"\d", rest))
        and "." not in owner
        and not re.search(r"\.(py|json|md|txt|sh|ya?ml|png|gguf)$", rest)
    )


def _datasets(card: Card) -> Iterator[SuspectRecord]:
    listed = card.data.get("datasets")
    for index, dataset in enumerate(listed if isinstance(listed, list) else [listed]):
        match = _IN_DATASET.search(dataset) if isinstance(dataset, str) else None
        if match:
            yield SuspectRecord(
                name=match[1],
                reason=filled(
                    "The name of the data set “%(dataset)s” speaks of this model: it may have made the data.",
                    dataset=dataset[:200],
                ),
                strength="weak",
                pointer=f"{card.data_at}/datasets/{index}" if isinstance(listed, list) else f"{card.data_at}/datasets",
            )


def _generated(card: Card) -> Iterator[SuspectRecord]:
    for match in _GENERATED.finditer(card.text[:_MOST_TEXT]):
        name = " ".join(match[1].split()).strip(" .-")
        yield SuspectRecord(
            name=name,
            reason=filled(
                "The card's text says of training data or a teacher: “%(words)s”.",
                words=" ".join(match[0].split())[:200],
            ),
            strength="medium",
            pointer=card.text_at,
        )
