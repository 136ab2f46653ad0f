"""CycloneDX 1.5 to 1.7 machine-learning bills of materials (JSON), checked against the official schemas.

What the schema forbids because it does not know it is a vendor's own field: it is kept and said, not refused. Anything
else that breaks the schema refuses the document, with the place and the rule. Mapping: docs/ai-boms.md.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from apps.core.errors import filled
from apps.imports.cyclonedx.rows import rows_of
from apps.imports.cyclonedx.schema import VERSIONS, Knowledge, violations
from apps.imports.formats import TOO_MUCH, document_of, too_much_to_keep
from apps.imports.pointers import leaves, without
from apps.imports.records import Reading, UnreadableFile

KIND = "cyclonedx"
KEPT = "kept"


def read(content: bytes, *, name: str) -> Reading:
    """The models that a bill of materials names, each with what the document says of it.

    Raises `UnreadableFile` for what is no CycloneDX 1.5 to 1.7 in JSON and for what breaks the official schema.
    """
    document = document_of(content, KIND)
    version = str(document.get("specVersion"))
    if version not in VERSIONS:
        message = filled("CycloneDX %(version)s is not read; 1.5, 1.6 and 1.7 are.", version=version[:20])
        raise UnreadableFile(message, pointer="/specVersion")
    strangers = Knowledge(version).strangers(document)
    errors = violations(without(document, strangers), version)
    if errors:
        message = filled("The document breaks the schema of CycloneDX %(version)s.", version=version)
        raise UnreadableFile(message, errors=errors)
    rows, told = rows_of(document)
    told |= {"/bomFormat": "the format", "/specVersion": "the format", "/metadata/timestamp": "the as-of date"}
    return Reading(
        kind=KIND,
        format=f"CycloneDX {version}",
        source=f"AI-BOM {name} (CycloneDX {version}{_made_by(document)})"[:500],
        rows=rows,
        as_of=_day(document),
        document=None if too_much_to_keep(content, rows) else document,
        accounted={pointer: told.get(pointer, KEPT) for pointer, _ in leaves(document)},
        notes=[*_notes(strangers, rows), *([TOO_MUCH] if too_much_to_keep(content, rows) else [])],
    )


def _notes(strangers: list[str], rows: list[Any]) -> list[str]:
    notes = []
    if not rows:
        notes.append("The document names no component of the type machine-learning-model; it is kept as it is.")
    if strangers:
        shown = ", ".join(strangers[:10]) + (", …" if len(strangers) > 10 else "")
        notes.append(f"Fields that the schema does not know are kept and exported again: {shown}")
    return notes


def _made_by(document: Mapping[str, Any]) -> str:
    """The tools that made the document, for the label of the source."""
    tools = document.get("metadata", {}).get("tools", [])
    named = tools.get("components", []) if isinstance(tools, dict) else tools
    names = ", ".join(tool["name"] for tool in named if tool.get("name"))
    return f", made by {names[:200]}" if names else ""


def _day(document: Mapping[str, Any]) -> dt.date | None:
    stamp = document.get("metadata", {}).get("timestamp")
    return dt.date.fromisoformat(stamp[:10]) if stamp else None
