"""SPDX 3.0.1 with the AI profile (JSON-LD), checked against the official model; and the two files of AIkaBoOM.

What the model does not know is a vendor's own: kept and said, not refused. Anything else that breaks the model refuses
the document, with the place and the rule. AIkaBoOM writes the fields of the AI profile into a format of its own, with a
source for each value; such files are read as what they are. Mapping: docs/ai-boms.md.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.core.errors import FieldError, filled
from apps.imports.formats import PROVENANCE_BOM, TOO_MUCH, document_of, format_of, too_much_to_keep
from apps.imports.pointers import join, leaves, without
from apps.imports.records import Reading, Row, UnreadableFile
from apps.imports.spdx import aikaboom
from apps.imports.spdx.graph import Graph, listed
from apps.imports.spdx.rows import rows_of
from apps.imports.spdx.schema import elements, strangers, violations

KIND = "spdx"
KEPT = "kept"


def read(content: bytes, *, name: str) -> Reading:
    """The AI packages of a document, each with what the document says of it.

    Raises `UnreadableFile` for what is neither SPDX 3.0.1 in JSON-LD nor of AIkaBoOM, and for what breaks the model.
    """
    if aikaboom.is_table(content):
        return aikaboom.read_table(content, name=name)
    document = document_of(content, KIND, PROVENANCE_BOM)
    if format_of(document) == PROVENANCE_BOM:
        return aikaboom.read_bom(document, name=name)
    dialect = "@graph" not in document and isinstance(document.get("elements"), list)
    found = list(_dialect_elements(document)) if dialect else _checked(document)
    foreign = strangers(document)
    graph = Graph.of(iter(found))
    rows, told = rows_of(graph)
    information = _information(graph)
    for where, one in found:
        if one is information:
            told |= {f"{where}/created": "the as-of date", f"{where}/specVersion": "the format"}
    return Reading(
        kind=KIND,
        format="SPDX 3.0.1" if not dialect else "SPDX 3.0.1 in a vendor's dialect",
        source=f"AI-BOM {name} (SPDX 3.0.1{_made_by(graph)})"[:500],
        rows=rows,
        as_of=_day(graph),
        document=None if too_much_to_keep(content, rows) else document,
        accounted={pointer: told.get(pointer, KEPT) for pointer, _ in leaves(document)},
        notes=[*_notes(rows, foreign, dialect), *([TOO_MUCH] if too_much_to_keep(content, rows) else [])],
    )


def _checked(document: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The elements of a document that keeps the model; what it does not know is left out before the check."""
    graph = document.get("@graph", [])
    if not isinstance(graph, list) or not all(isinstance(one, dict) for one in graph):
        raise UnreadableFile("must be a list of objects", pointer="/@graph")
    foreign = strangers(document)
    whole = [pointer for pointer, _ in elements(document) if pointer in foreign]
    judged = without(document, [pointer for pointer in foreign if pointer not in whole])
    errors = violations(judged, left_out=whole) or _versions(document)
    if errors:
        raise UnreadableFile("The document breaks the model of SPDX 3.0.1.", errors=errors)
    return list(elements(document))


def _versions(document: Mapping[str, Any]) -> list[FieldError]:
    """The model lets any 3.x.y pass; what another version means by its fields is not known here."""
    return [
        FieldError(join(pointer, "specVersion"), filled("must be 3.0.1, is %(version)s", version=str(version)[:20]))
        for pointer, one in elements(document)
        if one.get("type") == "CreationInfo" and not str(version := one.get("specVersion", "")).startswith("3.0.")
    ]


def _dialect_elements(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Elements under `elements` instead of `@graph`, with types such as `ai-bom:AIPackage`."""
    yield "", document
    for index, one in enumerate(document["elements"]):
        if not isinstance(one, dict):
            raise UnreadableFile("must be an object", pointer=join("/elements", index))
        yield join("/elements", index), one


def _notes(rows: Sequence[Row], foreign: Sequence[str], dialect: bool) -> list[str]:
    notes = []
    if dialect:
        notes.append(
            "This is not SPDX 3.0.1: the elements stand under “elements” instead of “@graph”, with a vendor's types. "
            "Only what has the same meaning in the standard is read."
        )
    if not rows:
        notes.append("The document describes no AI package; datasets and everything else are kept as they are.")
    if foreign:
        shown = ", ".join(pointer or "/" for pointer in foreign[:10]) + (", …" if len(foreign) > 10 else "")
        notes.append(f"What SPDX 3.0.1 does not know is kept and exported again: {shown}")
    return notes


def _information(graph: Graph) -> Mapping[str, Any]:
    """Of the document itself, else of whatever comes first."""
    for _, _, one in graph.of_type("SpdxDocument"):
        found = graph.find(one.get("creationInfo"))
        if found:
            return found[1]
    for _, (_, one) in graph.elements.items():
        if one.get("type") == "CreationInfo":
            return one
    return {}


def _made_by(graph: Graph) -> str:
    names = [graph.name(tool) for tool in listed(_information(graph).get("createdUsing"))]
    named = ", ".join(name for name in names if name)
    return f", made by {named[:200]}" if named else ""


def _day(graph: Graph) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(_information(graph).get("created"))[:10])
    except ValueError:
        return None
