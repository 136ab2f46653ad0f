"""What the licence columns of releases say becomes statements, which have a history and may disagree."""

from typing import Any

from django.db import migrations

from apps.accounts.actors import Actor
from apps.core.changes import change


def state_licences(apps: Any, schema_editor: Any) -> None:
    """One statement per release and field, of the channel that the release came from and as old as the release."""
    releases, assertions = apps.get_model("registry", "Release"), apps.get_model("facts", "Assertion")
    rows = [
        assertions(subject_type="release", subject_id=release.id, row_version=1, **said)
        for release in releases.objects.select_related("licence").exclude(licence_source="")
        for said in _statements(release)
    ]
    if rows:
        with change(Actor.command("migrate"), "release.state_facts", reason="Licence columns become statements"):
            assertions.objects.bulk_create(rows, batch_size=500)


def _statements(release: Any) -> list[dict[str, Any]]:
    key = release.licence.key if release.licence else ""
    values = {"licence_concluded": key, "licence_declared": release.licence_expression}
    stated = [field for field, value in values.items() if value] or ["licence_declared"]
    return [_statement(release, field, values[field]) for field in stated]


def _statement(release: Any, field: str, value: str) -> dict[str, Any]:
    known = release.licence_state not in ("unknown", "disputed") and bool(value)
    disputed = release.licence_state == "disputed" and bool(value)
    return {
        "field": field,
        "value": value if known else None,
        "state": release.licence_state if known or disputed else "unknown",
        "source_label": release.licence_source,
        "source_url": release.licence_source_url,
        "as_of": release.licence_as_of or release.created_at.date(),
        "asserted_by": "knowledge" if release.channel == "knowledge" else release.licence_source[:300],
        "channel": release.channel,
        "note": release.note if release.channel == "knowledge" else "",
        "recorded_at": release.created_at,
        "conflict": [{"value": value, "source": release.licence_source}] if disputed else None,
    }


class Migration(migrations.Migration):
    """Columns to statements; the columns stay as their mirror."""

    dependencies = [("registry", "0001_initial"), ("facts", "0001_initial"), ("licences", "0001_initial")]
    operations = [migrations.RunPython(state_licences, migrations.RunPython.noop)]
