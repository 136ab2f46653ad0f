"""The register as the table that imports read: a row per use, and one per model that nobody uses. Formulas are text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.accounts.actors import Actor
from apps.core.spreadsheets import Sheet, csv_bytes, xlsx_bytes
from apps.exports.gathering import Gathered, ModelEntry, UseEntry
from apps.exports.models import Export
from apps.facts.models import State
from apps.imports.records import FactRecord, ModelRecord
from apps.imports.register.columns import Column, columns

UNKNOWN = "unknown"
_WIDTH = 24


def write(gathered: Gathered, actor: Actor, table: str, language: str) -> bytes:
    """The table as CSV or XLSX. Models without a use are there for those who see the whole register."""
    found = list(columns().values())
    head = [column.path for column in found]
    labels = [column.label_in(language) for column in found]
    rows: Iterator[Sequence[Any]] = (_cells(found, entry) for entry in _entries(gathered, actor))
    if table == Export.Table.CSV:
        return csv_bytes([head, labels, *rows])
    sheet = Sheet(title="Register", rows=[head, labels, *rows], heads=2, widths=[_WIDTH] * len(found))
    return xlsx_bytes([sheet])


Said = Mapping[str, Any]


def _entries(gathered: Gathered, actor: Actor) -> Iterator[Said]:
    main = {entry.model_id: entry for entry in gathered.models if entry.main}
    releases = {entry.release_id: entry for entry in gathered.models}
    used = set()
    for use in gathered.uses:
        release = releases[use.release_id]
        used.add(release.model_id)
        yield _model(main[release.model_id], release) | _use(use)
    if actor.sees_all:
        for key, entry in main.items():
            if key not in used:
                yield _model(entry, entry)


def _model(main: ModelEntry, release: ModelEntry) -> dict[str, Any]:
    record = main.record
    return {
        "model.name": record.name,
        "model.identifier": "; ".join(f"{namespace}:{identifier}" for namespace, identifier in record.identifiers),
        "model.developer": record.developer,
        "model.family": record.family,
        "version.revision": release.record.revision,
        **_facts([fact for fact in record.facts if fact.subject == "model"]),
        **_facts(_of_release(release.record)),
    }


def _of_release(record: ModelRecord) -> list[FactRecord]:
    return [fact for fact in record.facts if fact.subject == "release"]


def _use(entry: UseEntry) -> dict[str, Any]:
    record = entry.record
    return {
        "use.name": record.use,
        "use.team": record.team,
        "use_case.name": record.use_case,
        "deployment.name": record.deployment,
        **_facts(record.facts),
    }


def _facts(facts: Sequence[FactRecord]) -> dict[str, Any]:
    """Cells of facts: an unknown one says so, one on which sources disagree says nothing."""
    prefix = {"release": "version"}
    return {
        f"{prefix.get(fact.subject, fact.subject)}.{fact.field}": UNKNOWN if fact.state == State.UNKNOWN else fact.value
        for fact in facts
        if fact.state != State.DISPUTED
    }


def _cells(found: Sequence[Column], said: Said) -> list[Any]:
    return [_cell(said.get(column.path)) for column in found]


def _cell(value: Any) -> Any:
    """A value as the importer reads it back."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value) if value else "none"
    if isinstance(value, dict):
        return "; ".join(f"{key}={item}" for key, item in sorted(value.items()))
    return "" if value is None else value
