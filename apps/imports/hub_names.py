"""What package URLs and addresses of hubs say about which model is meant. Pure.

Source: the package URL specification (`pkg:huggingface/NAMESPACE/NAME@COMMIT`, `pkg:mlflow/NAME@VERSION`).
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from packageurl import PackageURL

MODEL_TYPES = frozenset({"huggingface", "mlflow", "ollama", "modelscope"})
"""Types of package URLs that name models; the name of the type is the namespace of the identifier."""
_HUB = re.compile(r"(?:www\.)?(?:huggingface\.co|hf\.co)", re.IGNORECASE)
_REPOSITORY = re.compile(r"/([\w.-]+/[\w.-]+?)(?:/(?:tree|resolve|blob|commit)/([^/]+)(?:/.*)?)?/?", re.ASCII)
_NO_MODELS = frozenset({"datasets", "spaces", "docs", "papers", "collections", "blog", "api", "organizations", "learn"})


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier in a namespace, and the revision it names, if any."""

    namespace: str
    identifier: str
    revision: str = ""


def purl_type(text: str) -> str:
    """The type of a package URL; empty where it is none."""
    try:
        return PackageURL.from_string(text.strip()).type
    except ValueError:
        return ""


def from_purl(text: str) -> Named | None:
    """The model that a package URL names; None where its type names no models.

    The version is taken as written: the package URL's library lowers its case, which is right for commits and wrong
    for tags.
    """
    text = text.strip()
    try:
        purl = PackageURL.from_string(text)
    except ValueError:
        return None
    if purl.type not in MODEL_TYPES:
        return None
    identifier = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
    bare = text.partition("#")[0].partition("?")[0]
    version = unquote(bare.rpartition("@")[2]) if "@" in bare.rpartition("/")[2] else ""
    path = unquote(bare.partition("/")[2].strip("/").rpartition("@")[0] if version else bare.partition("/")[2])
    return Named(
        purl.type, path.strip("/") if path.strip("/").casefold() == identifier.casefold() else identifier, version
    )


def from_address(url: str) -> Named | None:
    """The model repository of the hub at which an address points; None for every other address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not _HUB.fullmatch(parts.netloc):
        return None
    found = _REPOSITORY.fullmatch(unquote(parts.path))
    if not found or found.group(1).split("/")[0].casefold() in _NO_MODELS:
        return None
    return Named("huggingface", found.group(1), found.group(2) or "")
