"""A published list for the tests of the pages: one version in use, what it changed, and one that guards refused."""

import json
from io import BytesIO
from typing import Any

from apps.core.ids import uuid7
from apps.imports.lists.refreshing import take
from apps.sanctions.lists import selectors
from apps.sanctions.models import ListSource, ListVersion
from tests.making import SETUP

LIST = "example-list"


def a_published_list(nasty: str) -> dict[str, Any]:
    """Arguments of addresses: the list, its source, an entry, a version that adds, changes and removes."""
    source = ListSource(key="example-source", title="Example source", format="generic-json", list_keys=[LIST])
    source.url = "https://authority.example/list.json"
    source.save()
    kept = [an_entry(number, f"Kept Works {number}") for number in range(20)]
    _taken(source, [*kept, an_entry(50, "Rewound Turbines"), an_entry(51, "Gone Turbines")])
    entries = [*kept, an_entry(50, "Rewound Turbines", aliases=["Unwound Turbines"]), an_entry(52, nasty, country="XK")]
    version = _taken(source, entries)
    _taken(source, kept[:3])
    entry = selectors.entries_in_use().get(reference="50")
    return {
        "list_key": LIST,
        "source_key": source.key,
        "listed_id": entry.id,
        "list_version_id": version.id,
    }


def an_entry(number: int, name: str, **more: Any) -> dict[str, Any]:
    """An entry as a generic file has it."""
    return {"reference": str(number), "name": name, "type": "organisation", **more}


def _taken(source: ListSource, entries: list[dict[str, Any]]) -> ListVersion:
    source.refresh_from_db()
    content = BytesIO(json.dumps(entries).encode())
    return take(actor=SETUP, source=source, content=content, name="list.json")


def many_published(version_id: Any) -> None:
    """Sixty more versions of the source, and sixty more entries of the list that came with one of them."""
    version = ListVersion.objects.get(id=version_id)
    for table, fields in ((version.begun, {"since": version}), (version.ended, {"until": version})):
        row = table.all()[0]
        for number in range(60):
            row.pk, row._state.adding = uuid7(), True
            row.reference, row.name = f"more-{next(iter(fields))}-{number}", f"More Turbines {number}"
            row.save()
    version.state = ListVersion.State.REPLACED
    for number in range(60):
        version.pk, version.number, version._state.adding = uuid7(), 100 + number, True
        version.save()
