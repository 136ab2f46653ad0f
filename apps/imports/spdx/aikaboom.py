"""The two files of AIkaBoOM: a provenance BOM of one model, and its table of AI-profile fields of many. Pure.

Neither is SPDX. Both use the names of the fields of SPDX's AI profile, and give a source for each value; the BOM also
says where two sources disagree. What has a field of ours is taken with that source and that disagreement.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from typing import Any

from apps.core.errors import FieldError, filled
from apps.facts.models import State
from apps.imports.hub_names import from_address
from apps.imports.pointers import join, leaves
from apps.imports.records import FactRecord, ModelRecord, Provenance, Reading, Row, UnreadableFile
from apps.imports.revisions import revision_of
from apps.imports.strict import text_of

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 10_000
_COLUMNS = ("repo_id", "autonomyType", "autonomyType_sources")


def is_table(content: bytes) -> bool:
    """Whether a file begins like the table."""
    first = content[:4000].removeprefix(b"\xef\xbb\xbf").split(b"\n")[0]
    return first.startswith(b"repo_id,") and all(name.encode() in first for name in _COLUMNS)


def read_table(content: bytes, *, name: str) -> Reading:
    """A row per model. The texts of the AI profile have no field of ours and are kept. Raises `UnreadableFile`."""
    text = text_of(content, most=MAX_BYTES)
    try:
        lines = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise UnreadableFile(filled("The table cannot be read: %(what)s", what=str(error))) from None
    if len(lines) > MAX_ROWS:
        raise UnreadableFile(filled("The table has more than %(most)d rows.", most=MAX_ROWS))
    document = {"rows": [{key: value for key, value in line.items() if key} for line in lines]}
    told = {join("/rows", index, "repo_id"): "model.name" for index in range(len(lines))}
    return Reading(
        kind="spdx",
        format="AIkaBoOM table of SPDX AI-profile fields",
        source=f"AIkaBoOM table {name}"[:500],
        rows=[_line(index, line) for index, line in enumerate(document["rows"])],
        document=document,
        accounted={pointer: told.get(pointer, "kept") for pointer, _ in leaves(document)},
        notes=["This is a table of AIkaBoOM, not an SPDX document: texts about models, each with its sources."],
    )


def _line(index: int, line: Mapping[str, Any]) -> Row:
    locator = join("/rows", index)
    name = (line.get("repo_id") or "").strip()
    if not name:
        return Row(locator=locator, errors=[FieldError(join(locator, "repo_id"), "must not be empty")], raw=line)
    return Row(locator=locator, record=_model(name), raw=line)


def _model(repository: str, **more: Any) -> ModelRecord:
    """A repository of the hub: AIkaBoOM reads nothing else under this name."""
    return ModelRecord(name=repository.rpartition("/")[2], identifiers=(("huggingface", repository),), **more)


def read_bom(document: Mapping[str, Any], *, name: str) -> Reading:
    """One model: licence with both sides of a disagreement, day of release, version. Raises `UnreadableFile`."""
    repository = document.get("repo_id")
    if not isinstance(repository, str) or not repository.strip():
        raise UnreadableFile("must name a repository of the hub", pointer="/repo_id")
    found = document.get("direct_fields", {})
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise UnreadableFile("must hold an object for each field", pointer="/direct_fields")
    told = {"/repo_id": "model.name"}
    record = _model(repository.strip(), revision=_version(found, told), facts=list(_facts(found, told)))
    address = from_address(str(found.get("downloadLocation", {}).get("value", "")))
    if address and ("huggingface", address.identifier) in record.identifiers:
        told["/direct_fields/downloadLocation/value"] = "model.identifiers"
    return Reading(
        kind="spdx",
        format="AIkaBoOM provenance BOM",
        source=f"AIkaBoOM provenance BOM {name}"[:500],
        rows=[Row(locator="", record=record, raw=document)],
        document=document,
        accounted={pointer: told.get(pointer, "kept") for pointer, _ in leaves(document)},
        notes=[
            "This is a provenance BOM of AIkaBoOM, not an SPDX document: fields of the AI profile with their sources."
        ],
    )


def _version(found: Mapping[str, Any], told: dict[str, str]) -> str:
    """The version, unless it comes from somewhere else than the repository of the weights."""
    one = found.get("packageVersion", {})
    if not isinstance(one.get("value"), str) or one.get("source") != "huggingface":
        return ""
    told["/direct_fields/packageVersion/value"] = "release.revision"
    return revision_of(one["value"])


def _facts(found: Mapping[str, Any], told: dict[str, str]) -> Iterator[FactRecord]:
    licence = found.get("license", {})
    if isinstance(licence.get("value"), str) and licence["value"].strip():
        yield _fact("release", "licence_declared", licence["value"].strip(), "license", licence, told)
    released = found.get("releaseTime", {})
    try:
        day = dt.date.fromisoformat(str(released.get("value", ""))[:10]).isoformat()
    except ValueError:
        return
    yield _fact("model", "release_date", day, "releaseTime", released, told)


def _fact(subject: str, field: str, value: str, key: str, one: Mapping[str, Any], told: dict[str, str]) -> FactRecord:
    """A statement with AIkaBoOM's source for it; disputed with both sides where it names a disagreement."""
    pointer = join("/direct_fields", key)
    other = one.get("conflict")
    sides: tuple[Mapping[str, Any], ...] = ()
    if isinstance(other, dict) and isinstance(other.get("value"), str):
        sides = (
            {"value": value, "source": str(one.get("source", ""))},
            {"value": other["value"], "source": str(other.get("source", ""))},
        )
    for leaf, _ in leaves(one, pointer):
        told[leaf] = f"{subject}.{field}"
    return FactRecord(
        subject=subject,
        field=field,
        value=None if sides else value,
        state=State.DISPUTED if sides else State.CLAIMED_BY_PROVIDER,
        conflict=sides,
        pointer=join(pointer, "value"),
        provenance=Provenance(source=f"{one['source']}, as read by AIkaBoOM"[:500])
        if one.get("source")
        else Provenance(),
    )
