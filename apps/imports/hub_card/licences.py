"""The licence that a card declares, as it is written; and what looks like one and is none."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.facts.models import State
from apps.imports.hub_card.ledger import Ledger, filled, pointed
from apps.imports.hub_card.taking_apart import Card
from apps.imports.hub_card.words import is_place, says_nothing
from apps.imports.records import LicenceRecord

DECLARED = "release.licence_declared"
MISSPELT = ("licence", "licences", "licenses", "licence_name", "licence_link", "license-name", "license-link", "licens")
_LONG = 2_000
"""A prompt of at least this many characters that speaks of a licence carries its text rather than a question."""
_MOST_DECLARED = 300


def licences_of(card: Card, ledger: Ledger) -> Sequence[LicenceRecord]:
    """What the card declares, and what the hub's tag declares where it says something else."""
    for key in MISSPELT:
        if key in card.data:
            ledger.keep(f"{card.data_at}/{pointed(key)}")
            ledger.note(
                filled(
                    "The key “%(key)s” is none of the hub's (it is “license”); its value was not read as a licence.",
                    key=key,
                )
            )
    found = [record for at, value in _values(card.data, card.data_at) for record in _declared(card, ledger, at, value)]
    if not found and card.text_field("license_name") and not is_place(card.text_field("license_name")):
        found = [_named(card, ledger, f"{card.data_at}/license_name")]
    found += _of_tags(card, ledger, {record.declared.casefold() for record in found})
    if len(found) > 1:
        ledger.note(
            gettext_noop("More than one licence is declared; the card does not say whether one may choose among them.")
        )
    if not found:
        ledger.note(gettext_noop("No licence is declared."))
    _account_rest(card, ledger)
    return _with_text(card, ledger, found)


def _values(data: Mapping[str, Any], at: str) -> list[tuple[str, Any]]:
    value = data.get("license")
    if isinstance(value, list):
        return [(f"{at}/license/{index}", item) for index, item in enumerate(value)]
    return [] if value is None else [(f"{at}/license", value)]


def _declared(card: Card, ledger: Ledger, at: str, value: Any) -> list[LicenceRecord]:
    if isinstance(value, dict | list | bool) or value is None:
        ledger.keep(at)
        ledger.note(gettext_noop("The value of “license” is no text; it was not read as a licence."))
        return []
    text = str(value).strip()
    if is_place(text):
        ledger.keep(at)
        ledger.note(
            filled("“%(text)s” is the unfilled place of a template; it was not read as a licence.", text=text[:80])
        )
        return []
    if says_nothing(text):
        ledger.keep(at)
        ledger.note(filled("The card says of the licence only “%(text)s”.", text=text))
        return []
    if text.casefold() == "other":
        return [_other(card, ledger, at)]
    ledger.to(at, DECLARED)
    if card.text_field("license_name"):
        ledger.note(
            gettext_noop("The card names a licence of its own beside one of the hub's; only the latter was read.")
        )
    return [LicenceRecord(declared=text[:_MOST_DECLARED], link=_link(card), pointer=at)]


def _other(card: Card, ledger: Ledger, at: str) -> LicenceRecord:
    name = card.text_field("license_name")
    ledger.to(at, DECLARED)
    if not name or is_place(name):
        ledger.note(gettext_noop("The licence is “other” without a name: the text of the licence has to be read."))
        return LicenceRecord(declared="other", link=_link(card), pointer=at)
    ledger.to(f"{card.data_at}/license_name", DECLARED)
    return LicenceRecord(declared=f"other/{name}"[:_MOST_DECLARED], link=_link(card), pointer=at)


def _named(card: Card, ledger: Ledger, at: str) -> LicenceRecord:
    ledger.to(at, DECLARED)
    ledger.note(gettext_noop("The card names a licence without “license: other”, so that the hub shows none."))
    return LicenceRecord(
        declared=f"other/{card.text_field('license_name')}"[:_MOST_DECLARED], link=_link(card), pointer=at
    )


def _link(card: Card) -> str:
    """Where the licence can be read; a file of the repository as its address."""
    link = card.text_field("license_link")
    if link.startswith(("https://", "http://")):
        return link[:1000] if " " not in link else ""
    if link and card.identifier and not is_place(link) and " " not in link:
        revision = card.api.get("sha") or "main"
        return f"https://huggingface.co/{card.identifier}/blob/{revision}/{link.lstrip('./')}"[:1000]
    return ""


def _of_tags(card: Card, ledger: Ledger, declared: set[str]) -> list[LicenceRecord]:
    found = []
    for index, tag in card.hub_tags:
        if not tag.startswith("license:"):
            continue
        name, at = tag.removeprefix("license:").strip(), f"{card.api_at}/tags/{index}"
        same = name.casefold() in declared or (name == "other" and any(d.startswith("other") for d in declared))
        if same or says_nothing(name) or is_place(name):
            continue
        ledger.to(at, DECLARED)
        if declared:
            ledger.note(filled("The hub's tag says “%(tag)s”, which the card does not.", tag=tag))
        found.append(
            LicenceRecord(
                declared=name[:_MOST_DECLARED],
                pointer=at,
                state=State.INFERRED if declared else State.CLAIMED_BY_PROVIDER,
            )
        )
    return found


def _account_rest(card: Card, ledger: Ledger) -> None:
    if "license_link" in card.data:
        at = f"{card.data_at}/license_link"
        if _link(card):
            ledger.to(at, f"{DECLARED} (link)")
        else:
            ledger.keep(at)
            ledger.note(
                filled(
                    "The licence stands in the file “%(file)s” of the repository.",
                    file=card.text_field("license_link")[:200],
                )
            )


def _with_text(card: Card, ledger: Ledger, found: list[LicenceRecord]) -> Sequence[LicenceRecord]:
    """The text goes to the only licence; where several are declared nothing says which of them it is."""
    prompt = card.text_field("extra_gated_prompt")
    text, at = card.licence_text, "/licence"
    if not text and len(prompt) >= _LONG and _speaks_of_licence(prompt):
        text, at = prompt, f"{card.data_at}/extra_gated_prompt"
    if not text or len(found) > 1:
        return tuple(found)
    ledger.to(at, "licence text")
    first = found[0] if found else LicenceRecord(declared="", pointer=at)
    return [
        LicenceRecord(
            declared=first.declared, link=first.link, text=text, pointer=first.pointer or at, state=first.state
        )
    ]


def _speaks_of_licence(text: str) -> bool:
    start = text[:300].casefold()
    return any(word in start for word in ("license", "licence", "agreement", "terms of use"))
