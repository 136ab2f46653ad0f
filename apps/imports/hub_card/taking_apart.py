"""A card as README with front matter, as an answer of the hub's API, or as what was fetched by id: one form of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core.errors import filled
from apps.imports.file_names import repository_of
from apps.imports.records import UnreadableFile
from apps.imports.strict import json_of, text_of, yaml_of

HUB = "https://huggingface.co"
FETCHED = "hub-repository"
"""The mark of a document that holds everything fetched of a repository, see `fetching`."""
MOST_CARD = 4 * 1024 * 1024
MOST_ENTRIES = 5_000
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9._-]{1,96})?")
"""`owner/name`, or the bare name that the hub's oldest repositories have."""
_START = re.compile(r"\s*---[ \t]*\n")
_END = re.compile(r"^(---|\.\.\.)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is known of one repository. `…_at` are JSON pointers to where it stands in `document`."""

    document: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)
    data_at: str = ""
    text: str = ""
    text_at: str = ""
    has_front_matter: bool = True
    api: Mapping[str, Any] = field(default_factory=dict)
    api_at: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    """The whole `config.json`; the API's extract of it stands under `api`."""
    config_at: str = ""
    licence_path: str = ""
    licence_text: str = ""
    identifier: str = ""
    requested: str = ""
    """The identifier that was asked for, where the hub answered with another one."""
    url: str = ""

    @property
    def tags(self) -> Sequence[str]:
        """The tags of the hub where its answer is there, else those of the card."""
        found = self.api.get("tags") or self.data.get("tags")
        return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []

    @property
    def hub_tags(self) -> Sequence[tuple[int, str]]:
        """The tags of the hub's answer, with their places in the list."""
        found = self.api.get("tags")
        return [(at, tag) for at, tag in enumerate(found) if isinstance(tag, str)] if isinstance(found, list) else []

    @property
    def siblings(self) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """The files that the hub lists, with their places in the list."""
        found = self.api.get("siblings")
        files = enumerate(found) if isinstance(found, list) else ()
        return [(at, file) for at, file in files if isinstance(file, dict) and isinstance(file.get("rfilename"), str)]

    @property
    def file_names(self) -> Sequence[str]:
        """The names of the listed files."""
        return [str(file["rfilename"]) for _, file in self.siblings]

    def text_field(self, key: str) -> str:
        """A value of the front matter as text; empty where it is absent or no single value."""
        value = self.data.get(key)
        return "" if value is None or isinstance(value, dict | list | bool) else str(value).strip()


def take_apart(content: bytes, *, name: str) -> Sequence[Card]:
    """The cards of a file; `name` may tell the repository, see `file_names`. Raises `UnreadableFile`."""
    text = text_of(content, most=MOST_CARD)
    known = repository_of(name)
    if text.lstrip()[:1] not in ("{", "["):
        return [readme(text, identifier=known)]
    data = json_of(text)
    if isinstance(data, list):
        return [_answer(entry, f"/{at}") for at, entry in enumerate(_entries(data))]
    return [fetched(data)] if data.get("weighbridge") == FETCHED else [_answer(data, "")]


def _entries(data: list[Any]) -> list[Any]:
    if not data or len(data) > MOST_ENTRIES:
        raise UnreadableFile(filled("The list must have between 1 and %(most)d entries.", most=MOST_ENTRIES))
    return data


def split(text: str) -> tuple[str | None, str]:
    """Front matter (None where there is none) and the rest. Raises `UnreadableFile` for one that does not end."""
    start = _START.match(text)
    if not start:
        return None, text
    end = _END.search(text, start.end())
    if not end:
        raise UnreadableFile("The front matter that begins with --- does not end: a second line --- is missing.")
    # Blank lines keep the line numbers of messages those of the file.
    return "\n" * text.count("\n", 0, start.end()) + text[start.end() : end.start()], text[end.end() :].lstrip("\n")


def readme(text: str, *, identifier: str = "") -> Card:
    """A README.md."""
    front, body = split(text)
    data = yaml_of(front) if front is not None else None
    if data is not None and not isinstance(data, dict):
        raise UnreadableFile("The front matter must be keys with values.")
    return Card(
        document={"front_matter": data or {}, "text": body},
        data=data or {},
        data_at="/front_matter",
        text=body,
        text_at="/text",
        has_front_matter=front is not None,
        identifier=identifier,
        url=f"{HUB}/{identifier}" if identifier else "",
    )


def _answer(data: Any, at: str) -> Card:
    """An object of `/api/models` or `/api/models/<id>`."""
    if not isinstance(data, dict) or not _identifier(data):
        raise UnreadableFile(
            "This is no answer of the hub about a model: it has no id.", pointer=f"{at}/id" if at else "/id"
        )
    card = data.get("cardData")
    return Card(
        document=data,
        data=card if isinstance(card, dict) else {},
        data_at=f"{at}/cardData",
        has_front_matter=isinstance(card, dict),
        api=data,
        api_at=at,
        identifier=_identifier(data),
        url=f"{HUB}/{_identifier(data)}",
    )


def _identifier(data: Mapping[str, Any]) -> str:
    found = data.get("id") or data.get("modelId")
    return found if isinstance(found, str) and IDENTIFIER.fullmatch(found) else ""


def fetched(data: Mapping[str, Any]) -> Card:
    """Everything of a repository as `fetching` puts it together."""
    api = data.get("api")
    answer = _answer(api, "/api")
    card = readme(str(data["readme"])) if data.get("readme") else None
    licence = data.get("licence")
    config = data.get("config")
    requested = str(data.get("requested") or "")
    document = {**data, **({"readme": card.document} if card else {})}
    return Card(
        document=document,
        data=card.data if card else answer.data,
        data_at="/readme/front_matter" if card else "/api/cardData",
        text=card.text if card else "",
        text_at="/readme/text" if card else "",
        has_front_matter=card.has_front_matter if card else answer.has_front_matter,
        api=answer.api,
        api_at="/api",
        config=config if isinstance(config, dict) else {},
        config_at="/config",
        licence_path=str(licence.get("path", "")) if isinstance(licence, dict) else "",
        licence_text=str(licence.get("text", "")) if isinstance(licence, dict) else "",
        identifier=answer.identifier,
        requested="" if requested.casefold() == answer.identifier.casefold() else requested,
        url=str(data.get("url") or answer.url),
    )
