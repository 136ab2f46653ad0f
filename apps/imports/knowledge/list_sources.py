"""Where published lists come from, from `list_sources.yaml`: what an installation set for itself stays as it is."""

from typing import Any

from apps.imports.knowledge.reading import Entry, keyed
from apps.imports.knowledge.report import LoadReport
from apps.imports.lists.readers import FORMATS
from apps.sanctions.models import ListSource

FILE = "list_sources.yaml"
_FOLLOWED = ("title", "format", "list_keys")
"""What the file decides also later; the rest is an installation's own after the first load."""


def read_list_sources() -> list[dict[str, Any]]:
    """The file's sources as columns. Raises `KnowledgeError`."""
    return [_source(entry) for entry in keyed(FILE)]


def _source(entry: Entry) -> dict[str, Any]:
    with entry:
        return {
            "key": entry.key(max_length=60),
            "title": entry.text("title"),
            "format": entry.choice("format", tuple(FORMATS)),
            "url": entry.url("url"),
            "list_keys": entry.texts("lists", max_length=60),
            "enabled": entry.flag("fetch"),
            "oldest_hours": _hours(entry),
        }


def _hours(entry: Entry) -> int:
    hours = entry.take("oldest_hours", 48)
    if not isinstance(hours, int) or not 0 < hours <= 32000:
        raise entry.error("oldest_hours must be a number of hours")
    return hours


def load_list_sources(report: LoadReport, sources: list[dict[str, Any]]) -> None:
    """Make what is not there yet; of what is, follow title, format and lists."""
    existing = {source.key: source for source in ListSource.objects.all()}
    for columns in sources:
        row = existing.get(columns["key"])
        if row is None:
            ListSource(**columns).save()
            report.note("list sources", "created", columns["key"])
            continue
        differing = [name for name in _FOLLOWED if getattr(row, name) != columns[name]]
        for name in differing:
            setattr(row, name, columns[name])
        if differing:
            row.save()
        report.note("list sources", "changed" if differing else "unchanged", row.key)
