"""Reports on imported entries in the words and the language of the page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.facts.catalogue import FIELDS
from apps.facts.words import in_words
from apps.imports.models import Import, ImportRow
from apps.registry.models import LineageEdge
from apps.web.pages import language
from apps.web.who import who

MOST_CHANGES = 8
_CELL = re.compile(r"row (?P<row>\d+)(?:, column (?P<column>[A-Z]+)(?: \((?P<name>[\w.]+)\))?)?", re.ASCII)
"""Places in tables, as they are stored."""
_NAMES: Mapping[str, Any] = {
    "name": _("Name"),
    "developer": _("Developer"),
    "identifier": _("Identifier"),
    "revision": _("Revision"),
    "document": _("Document of the source"),
    "licence_text": _("Text of the licence"),
    "domain": _("Domain"),
    "namespace": _("Namespace on a hub"),
    "stake": _("Stake"),
}
_ABOUT: Mapping[str, Any] = {
    "party": _("Party"),
    "model": _("Model"),
    "release": _("Release"),
    "deployment": _("Deployment"),
    "use_case": _("Use case"),
    "use": _("Use"),
}


@dataclass(frozen=True)
class ShownChange:
    """One thing that becomes different."""

    about: Any
    label: str
    old: str
    new: str
    state: str


def said(entry: Mapping[str, Any]) -> str:
    """A stored message in the language of the page."""
    pattern, message = entry.get("pattern", ""), entry["message"]
    if pattern:
        return str(gettext(pattern) % entry["values"])
    return gettext(message) if message else ""


def decorate(one: Import) -> Any:
    """What adds to the rows of a page what their template shows."""

    def add(rows: Sequence[ImportRow]) -> None:
        for row in rows:
            row.place = place_in_words(row.locator)  # type: ignore[attr-defined]
            row.url = _url(one, row)  # type: ignore[attr-defined]
            row.shown = [_shown(change) for change in row.changes[:MOST_CHANGES]]  # type: ignore[attr-defined]
            row.more = max(0, len(row.changes) - MOST_CHANGES)  # type: ignore[attr-defined]
            row.reasons = list(_said_with_place(row.errors, row.locator))  # type: ignore[attr-defined]
            row.hints = [said(_with_label(note)) for note in row.notes]  # type: ignore[attr-defined]

    return add


def _with_label(note: Mapping[str, Any]) -> Mapping[str, Any]:
    """A remark about a field with the name that people know it by, and whoever said it without a mail address."""
    values = dict(note.get("values") or {})
    if "field" in values:
        specs = (FIELDS[subject].get(values["field"]) for subject in _ABOUT if subject in FIELDS)
        spec = next(filter(None, specs), None)
        values["field"] = spec.label_in(language()) if spec else values["field"]
    if "who" in values:
        values["who"] = who(values["who"])
    return {**note, "values": values}


def _said_with_place(errors: Iterable[Mapping[str, Any]], locator: str) -> Iterable[tuple[str, str]]:
    for error in errors:
        place = error["pointer"]
        yield ("" if place == locator else place_in_words(place), said(error))


def place_in_words(place: str) -> str:
    """Where an entry stands: rows and columns of a table in words, a path of a document as it is."""
    found = _CELL.fullmatch(place)
    if found is None:
        return place
    row, column, name = found["row"], found["column"], found["name"]
    if column is None:
        return gettext("row %(row)s") % {"row": row}
    text = gettext("row %(row)s, column %(column)s") % {"row": row, "column": column}
    return f"{text} ({name})" if name else text


def _url(one: Import, row: ImportRow) -> str:
    """The page of what the entry is about, where there is one."""
    missing = row.outcome == ImportRow.Outcome.CREATED and not one.written
    if not row.subject_id or missing or one.state == Import.State.UNDONE:
        return ""
    return reverse(row.subject_type, args=[row.subject_id])


def _shown(change: Mapping[str, Any]) -> ShownChange:
    about, field = change["about"], change["field"]
    spec = FIELDS.get(about, {}).get(field)
    asserted = spec if spec is not None and spec.asserted else None
    relation = dict(LineageEdge.Relation.choices).get(field) if about == "model" else None
    label = asserted.label_in(language()) if asserted else str(_NAMES.get(field) or relation or field)
    return ShownChange(
        about=_ABOUT.get(about, about),
        label=label,
        old=_words(asserted, change["old"]),
        new=_words(asserted, change["new"]),
        state=change["state"],
    )


def _words(spec: Any, value: Any) -> str:
    if value is None:
        return ""
    text = in_words(spec, value, language()) if spec else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
