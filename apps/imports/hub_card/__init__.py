"""Hugging Face model cards: README.md with front matter, answers of the hub's API, and both as fetched by id. Pure."""

import datetime as dt
import re
from collections.abc import Sequence

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError
from apps.imports.hub_card.facts import facts_of, files_of
from apps.imports.hub_card.ledger import Ledger, filled
from apps.imports.hub_card.licences import licences_of
from apps.imports.hub_card.parents import parents_of
from apps.imports.hub_card.suspects import suspects
from apps.imports.hub_card.taking_apart import Card, take_apart
from apps.imports.hub_card.words import is_place, says_nothing
from apps.imports.records import ModelRecord, Reading, Row

KIND = "hf-card"
_HEADING = re.compile(r"^#[ \t]+(?P<text>[^\n]{1,250})$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINKED = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]*>|\*\*|`")
_GENERAL = frozenset(
    {"model id", "model card", "model", "readme", "table of contents", "contents", "overview", "introduction", "news"}
)
_PREFIX = re.compile(r"^model card (for|of)\s*:?\s*", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def read(content: bytes, *, name: str) -> Reading:
    """Read a card. `name` may tell the repository, see `file_names`. Raises `UnreadableFile`."""
    cards = take_apart(content, name=name)
    ledger = Ledger()
    rows = [_row(card, ledger) for card in cards]
    first = cards[0]
    named = next((row.record.name for row in rows if isinstance(row.record, ModelRecord)), name)
    return Reading(
        kind=KIND,
        format=_format(cards),
        source=f"Model card of {first.identifier or named}" if len(cards) == 1 else f"Answer of the hub ({name})",
        rows=rows,
        as_of=_day(first.api.get("lastModified")) if len(cards) == 1 else None,
        url=first.url if len(cards) == 1 else "",
        document=first.document if len(cards) == 1 else {"models": [card.document for card in cards]},
        accounted=ledger.accounted,
    )


def _format(cards: Sequence[Card]) -> str:
    first = cards[0]
    if not first.api:
        return "Hugging Face model card"
    return "Hugging Face API" if first.api_at != "/api" else "Hugging Face model card and API"


def _row(card: Card, all_cards: Ledger) -> Row:
    ledger = Ledger()
    model, note = _name(card, ledger)
    if not card.has_front_matter:
        ledger.note(gettext_noop("The card has no front matter: nothing in it is stated in a form that programs read."))
    if note:
        ledger.note(note)
    licences = licences_of(card, ledger) if card.has_front_matter or card.api else ()
    parents, relation = parents_of(card, ledger)
    facts, files = facts_of(card, relation, ledger), files_of(card, ledger)
    suspected, revision = suspects(card, parents), _revision(card, ledger)
    _account(card, ledger)
    for pointer, place in ledger.accounted.items():
        all_cards.to(pointer, place)
    locator = card.api_at if len(card.api_at) > 1 and card.api_at != "/api" else "/"
    if not model:
        message = gettext_noop(
            "The card names no model: import it by its identifier, or name the file owner--model--README.md."
        )
        return Row(locator=locator, errors=(FieldError("/model_name", message),), raw=dict(card.data))
    return Row(
        locator=locator,
        record=ModelRecord(
            name=model,
            identifiers=(("huggingface", card.identifier),) if card.identifier else (),
            revision=revision,
            licences=licences,
            parents=parents,
            files=files,
            facts=facts,
            suspects=suspected,
        ),
        notes=tuple(ledger.notes),
        raw=dict(card.data),
    )


def _revision(card: Card, ledger: Ledger) -> str:
    sha = card.api.get("sha")
    if isinstance(sha, str) and _COMMIT.fullmatch(sha):
        ledger.to(f"{card.api_at}/sha", "release.revision")
        return sha
    return ""


def _name(card: Card, ledger: Ledger) -> tuple[str, str]:
    """The model's name, and a remark where it is only what the card calls itself."""
    if card.identifier:
        if card.api:
            ledger.to(f"{card.api_at}/id", "model.name, model.identifiers")
        if card.requested:
            ledger.note(
                filled(
                    "“%(asked)s” was asked for; the hub answers with “%(id)s”.",
                    asked=card.requested,
                    id=card.identifier,
                )
            )
        return card.identifier.rpartition("/")[2], ""
    for key, value in (("model_name", card.text_field("model_name")), ("model-index", _index_name(card))):
        if value and not is_place(value) and not says_nothing(value):
            ledger.to(f"{card.data_at}/{key}", "model.name")
            return value[:300], gettext_noop(
                "The card names no repository of the hub, only a name: the model can be taken for another."
            )
    title = _title(card.text) if card.has_front_matter else ""
    if not title:
        return "", ""
    ledger.to(card.text_at, "model.name (heading)")
    return title, gettext_noop("The card names no repository of the hub; the name is that of its first heading.")


def _title(text: str) -> str:
    """The first heading if it may be a name; comments in program code begin like headings, so code is left out."""
    heading = _HEADING.search(_FENCE.sub("", text))
    title = (
        _PREFIX.sub("", " ".join(_LINKED.sub(lambda link: link[1] or "", heading["text"]).split())) if heading else ""
    )
    return "" if is_place(title) or says_nothing(title) or title.casefold() in _GENERAL else title


def _index_name(card: Card) -> str:
    index = card.data.get("model-index")
    first = index[0] if isinstance(index, list) and index else None
    name = first.get("name") if isinstance(first, dict) else None
    return name.strip() if isinstance(name, str) else ""


def _account(card: Card, ledger: Ledger) -> None:
    """What nobody took is kept with the document; some of it a person should see."""
    successor = card.text_field("new_version")
    if successor and not is_place(successor):
        ledger.note(filled("The card names a newer model: “%(name)s”.", name=successor[:200]))
    if card.data.get("extra_gated_prompt") and not card.api.get("gated"):
        ledger.note(gettext_noop("The card asks for conditions to be accepted before the files can be had."))
    if _day(card.api.get("lastModified")):
        ledger.to(f"{card.api_at}/lastModified", "day of the statements")
    ledger.keep_rest(card.data_at, card.data)
    if card.api:
        ledger.keep_rest(
            card.api_at, {key: value for key, value in card.api.items() if key != "cardData" or not card.data}
        )
        if card.data_at != f"{card.api_at}/cardData" and "cardData" in card.api:
            ledger.keep(f"{card.api_at}/cardData")
    ledger.keep_rest(card.config_at or "/config", card.config)
    if card.text:
        ledger.keep(card.text_at)


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
