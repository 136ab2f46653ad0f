"""Which kind of document a file is, so that the wrong one is named rather than misread. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.records import ModelRecord, Row, UnreadableFile
from apps.imports.strict import object_of

PROVENANCE_BOM = "aikaboom"
LABELS = {
    "cyclonedx": gettext_noop("a CycloneDX document"),
    "spdx": gettext_noop("an SPDX 3 document"),
    "spdx-2": gettext_noop("an SPDX 2 document, which has no AI profile and is not read; SPDX 3.0.1 is"),
    PROVENANCE_BOM: gettext_noop("a provenance BOM of AIkaBoOM, which is read with the kind spdx"),
    "": gettext_noop("JSON of a form that is not known here"),
}


def format_of(document: Mapping[str, Any]) -> str:
    """One of the keys of `LABELS`."""
    if document.get("bomFormat") == "CycloneDX":
        return "cyclonedx"
    if "spdxVersion" in document:
        return "spdx-2"
    if "spdx.org/rdf/3" in str(document.get("@context"))[:2000]:
        return "spdx"
    if "repo_id" in document and {"direct_fields", "rag_fields"} & set(document):
        return PROVENANCE_BOM
    return ""


def document_of(content: bytes, wanted: str, *also: str) -> dict[str, Any]:
    """The JSON document of the wanted format. Raises `UnreadableFile` with what the file is instead."""
    start = content[:500].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        raise UnreadableFile("The file is XML. Bills of materials are read as JSON: export this one as JSON.")
    document = object_of(content)
    found = format_of(document)
    if found in (wanted, *also):
        return document
    message = filled("This is not %(wanted)s but %(found)s.", wanted=LABELS[wanted], found=LABELS[found])
    raise UnreadableFile(message, pointer="")


MOST_COPIES = 64 * 1024 * 1024


def too_much_to_keep(content: bytes, rows: Sequence[Row]) -> bool:
    """Whether a document about many models is too large to be kept with each of them."""
    described = sum(isinstance(row.record, ModelRecord) and row.record.described for row in rows)
    return described * len(content) > MOST_COPIES


TOO_MUCH = "The document is too large to be kept with every model in it: what has no field here is not exported again."
