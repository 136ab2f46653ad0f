"""Everything that a reader wants of a repository, fetched by its id and put together into one document.

The document is what is stored and read: the same answers make the same bytes, so that fetching twice changes nothing.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings

from apps.core.errors import InvalidInput, filled
from apps.imports.fetched import Fetched
from apps.imports.hub_card.taking_apart import FETCHED, IDENTIFIER
from apps.imports.outbound import CannotFetch, NetworkOff, NotThere, Outbound, Refused
from apps.imports.records import UnreadableFile
from apps.imports.strict import json_of, text_of
from apps.registry.references import split_reference

MOST_API = 8 * 1024 * 1024
MOST_CARD = 2 * 1024 * 1024
MOST_SMALL = 1024 * 1024
_REVISION = re.compile(r"[A-Za-z0-9][\w./-]{0,119}")
_LICENCE_FILE = re.compile(r"(model[-_])?(licen[cs]e|copying|terms)([-_][\w.-]+)?(\.(md|txt|rst))?", re.IGNORECASE)
_COUNTERS = frozenset(
    {
        *("downloads", "downloadsAllTime", "likes", "trendingScore", "spaces", "usedStorage", "inference"),
        "inferenceProviderMapping",
    }
)
"""What the hub counts from hour to hour: left out, or no two answers would be the same."""


def is_on() -> bool:
    """Whether this installation fetches from a hub at all."""
    return bool(settings.HUB_URL)


def fetch_card(identifier: str, revision: str = "", *, outbound: Outbound | None = None) -> tuple[bytes, str, str]:
    """The document of a repository, a name for it and the address of its page.

    Raises `NetworkOff` where the installation has no hub, `InvalidInput` for what is no identifier, and the errors of
    `apps.imports.outbound` for what the hub does not give out.
    """
    if not is_on() and outbound is None:
        raise NetworkOff("This installation fetches nothing: download the card and upload it.")
    identifier, revision = _checked(identifier, revision)
    outbound = outbound or Outbound(settings.HUB_URL)
    api = _api(outbound, identifier, revision)
    found, at = str(api["id"]), str(api.get("sha") or revision or "main")
    files = _files(outbound, found, at, api)
    url = f"{outbound.base}/{found}" + (f"/tree/{at}" if api.get("sha") else "")
    document = {"weighbridge": FETCHED, "version": 1, "requested": identifier, "url": url, "api": api, **files}
    content = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return content, f"{found}@{at[:12]}.json", url


def _checked(identifier: str, revision: str) -> tuple[str, str]:
    reference = split_reference(identifier)
    name, wanted = reference.identifier.strip("/"), (revision or reference.revision).strip()
    if not IDENTIFIER.fullmatch(name) or ".." in name:
        raise InvalidInput("must be an identifier such as Qwen/Qwen2.5-7B-Instruct", pointer="/identifier")
    if wanted and (not _REVISION.fullmatch(wanted) or ".." in wanted):
        raise InvalidInput("must be a commit, a tag or a branch", pointer="/revision")
    return name, wanted


def _api(outbound: Outbound, identifier: str, revision: str) -> dict[str, Any]:
    """What the hub says of the repository at a revision, with the checksums of its files."""
    path = f"/api/models/{identifier}" + (f"/revision/{quote(revision, safe='')}" if revision else "")
    try:
        answer = outbound.get(f"{outbound.base}{path}?blobs=true", most=MOST_API, accept="application/json")
    except NotThere as error:
        at = filled("There is no model “%(id)s” on the hub, or not at this revision.", id=identifier)
        raise NotThere(at, pointer="/identifier") from error
    except Refused as error:
        # The hub answers so for repositories that do not exist, too.
        raise Refused(error.message, pointer="/identifier") from error
    data = _json(answer)
    if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not IDENTIFIER.fullmatch(data["id"]):
        raise CannotFetch("The hub's answer is none about a model.")
    return {key: value for key, value in data.items() if key not in _COUNTERS}


def _json(answer: Fetched) -> Any:
    if answer.content_type not in ("application/json", "text/json", "text/plain"):
        raise CannotFetch(
            filled("The hub answers with %(type)s instead of JSON.", type=answer.content_type[:60] or "no content type")
        )
    try:
        return json_of(text_of(answer.body, most=MOST_API))
    except UnreadableFile as error:
        raise CannotFetch(filled("The hub's answer cannot be read: %(why)s", why=error.message)) from error


def _files(outbound: Outbound, identifier: str, at: str, api: Mapping[str, Any]) -> dict[str, Any]:
    """Card, configuration and text of the licence; what the hub does not give out is said under `missing`."""
    missing: dict[str, str] = {}

    def text(path: str, most: int) -> str | None:
        url = f"{outbound.base}/{identifier}/resolve/{quote(at, safe='')}/{quote(path)}"
        try:
            return text_of(outbound.get(url, most=most).body, most=most)
        except (CannotFetch, UnreadableFile) as error:
            missing[path] = error.message
            return None

    names = _names(api)
    licence = _licence_file(names, api)
    found: dict[str, Any] = {
        "readme": text("README.md", MOST_CARD) if "README.md" in names else None,
        "config": _config(text("config.json", MOST_SMALL), missing) if "config.json" in names else None,
        "licence": None,
    }
    if licence:
        found["licence"] = {"path": licence, "text": text(licence, MOST_SMALL) or ""}
    return {**found, "missing": missing}


def _config(text: str | None, missing: dict[str, str]) -> Any:
    try:
        return json_of(text) if text is not None else None
    except UnreadableFile as error:
        missing["config.json"] = error.message
        return None


def _names(api: Mapping[str, Any]) -> Sequence[str]:
    listed = api.get("siblings")
    files = listed if isinstance(listed, list) else []
    return [
        str(file["rfilename"]) for file in files if isinstance(file, dict) and isinstance(file.get("rfilename"), str)
    ]


def _licence_file(names: Sequence[str], api: Mapping[str, Any]) -> str:
    """The file that the card links as its licence, else the one that is named like one."""
    card = api.get("cardData")
    link = str(card.get("license_link") or "") if isinstance(card, dict) else ""
    linked = urlsplit(link).path.partition("/blob/")[2].partition("/")[2] or link.removeprefix("./")
    if linked in names:
        return linked
    return next((name for name in sorted(names, key=len) if _LICENCE_FILE.fullmatch(name)), "")
