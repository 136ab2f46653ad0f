"""Where every field of a document went, as a table: one line per kind of field, with how often it occurs."""

import re
from collections import Counter
from collections.abc import Iterable

from apps.imports.records import Reading

_INDEX = re.compile(r"/\d+(?=/|$)")


def lines_of(reading: Reading) -> list[tuple[str, str, int]]:
    """Field (positions left out), where it went, and how many times it occurs."""
    found = Counter((_INDEX.sub("/*", pointer), where) for pointer, where in reading.accounted.items())
    return sorted((field, where, count) for (field, where), count in found.items())


def table(readings: Iterable[tuple[str, Reading | str]]) -> str:
    """Markdown for a note: per file its format, its rows, and its fields."""
    text = ["# AI-BOM files, field by field", ""]
    for name, reading in readings:
        text.append(f"## {name}")
        if isinstance(reading, str):
            text += ["", f"Refused: {reading}", ""]
            continue
        taken = sum(row.record is not None for row in reading.rows)
        text += ["", f"{reading.format}; {taken} taken, {len(reading.rows) - taken} in quarantine.", ""]
        text += [f"- {note}" for note in reading.notes]
        text += [f"- {row.locator}: {error.message}" for row in reading.rows for error in row.errors]
        text += ["", "| field | went to | times |", "|---|---|---|"]
        text += [f"| `{field}` | {where} | {count} |" for field, where, count in lines_of(reading)]
        text.append("")
    return "\n".join(text)
