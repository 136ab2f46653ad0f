"""What a card and the hub's answer say that the fact catalogue has a field for."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.facts.models import State
from apps.imports.file_formats import format_of, formats_of
from apps.imports.hub_card.ledger import Ledger, filled
from apps.imports.hub_card.modalities import TASKS
from apps.imports.hub_card.relations import Concluded
from apps.imports.hub_card.taking_apart import Card
from apps.imports.records import FactRecord, FileRecord

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})T")
_FIRST_DAY = "2022-03-02"
"""The hub gives this day to every repository that is older."""
_PACKED = frozenset({"I32", "I64", "I16", "I8", "U8", "U16", "U32", "U64", "F4", "BOOL"})
"""Types of quantised tensors, in which one element holds several parameters or parts of one."""
_KINDS = {"finetune": "fine_tune", "adapter": "adapter", "merge": "merge", "quantized": "quantisation"}
MOST_FILES = 10_000


def facts_of(card: Card, relation: Concluded | None, ledger: Ledger) -> Sequence[FactRecord]:
    """All facts, each with the place where it stands."""
    return (
        *_modalities(card, ledger),
        *_kind(card, relation, ledger),
        *_parameters(card, ledger),
        *_release_date(card, ledger),
        *_access(card, ledger),
        *_file_formats(card, ledger),
        *_remote_code(card, ledger),
    )


def _modalities(card: Card, ledger: Ledger) -> list[FactRecord]:
    task, at, state = card.text_field("pipeline_tag"), f"{card.data_at}/pipeline_tag", State.CLAIMED_BY_PROVIDER
    note = ""
    if not task and isinstance(card.api.get("pipeline_tag"), str):
        task, at, state = card.api["pipeline_tag"], f"{card.api_at}/pipeline_tag", State.INFERRED
        note = "The hub sets this task itself; the card does not name one."
    takes, makes = TASKS.get(task, ((), ()))
    found = []
    for field, values in (("modalities_in", takes), ("modalities_out", makes)):
        if values:
            ledger.to(at, f"model.{field}")
            found.append(
                FactRecord(subject="model", field=field, value=list(values), state=state, note=note, pointer=at)
            )
    return found


def _kind(card: Card, relation: Concluded | None, ledger: Ledger) -> list[FactRecord]:
    """How it came about, where something speaks for it; the hub's fallback to a fine-tune is no reason."""
    if relation is None or not relation.sure:
        return []
    stated = not relation.why
    at = f"{card.data_at}/{'base_model_relation' if stated else 'base_model'}"
    if stated:
        ledger.to(at, "model.kind")
    state = State.CLAIMED_BY_PROVIDER if stated else State.INFERRED
    return [
        FactRecord(
            subject="model", field="kind", value=_KINDS[relation.relation], state=state, note=relation.why, pointer=at
        )
    ]


def _parameters(card: Card, ledger: Ledger) -> list[FactRecord]:
    counted = card.api.get("safetensors")
    if isinstance(counted, dict) and _is_count(counted.get("total")):
        at = f"{card.api_at}/safetensors"
        types = counted.get("parameters")
        packed = sorted(_PACKED & set(types)) if isinstance(types, dict) else []
        if packed:
            ledger.keep(at)
            ledger.note(
                filled(
                    "The hub counts %(count)d elements, some packed (%(types)s): that is no number of parameters.",
                    count=counted["total"],
                    types=", ".join(packed),
                )
            )
            return []
        return [_count(ledger, at, counted["total"], "Counted by the hub in the headers of the safetensors files.")]
    gguf = card.api.get("gguf")
    if isinstance(gguf, dict) and _is_count(gguf.get("total")):
        return [
            _count(ledger, f"{card.api_at}/gguf", gguf["total"], "Counted by the hub in the header of a GGUF file.")
        ]
    return []


def _count(ledger: Ledger, at: str, value: int, note: str) -> FactRecord:
    ledger.to(at, "model.parameters")
    return FactRecord(
        subject="model", field="parameters", value=value, state=State.INFERRED, note=note, pointer=f"{at}/total"
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**15


def _release_date(card: Card, ledger: Ledger) -> list[FactRecord]:
    day = _DAY.match(str(card.api.get("createdAt") or ""))
    at = f"{card.api_at}/createdAt"
    if not day:
        return []
    if day[1] <= _FIRST_DAY:
        ledger.keep(at)
        ledger.note(gettext_noop("The hub does not know when the repository was made (before March 2022)."))
        return []
    ledger.to(at, "model.release_date")
    note = "The day on which the repository was made on the hub; the publication may have been later or elsewhere."
    return [
        FactRecord(subject="model", field="release_date", value=day[1], state=State.INFERRED, note=note, pointer=at)
    ]


def _access(card: Card, ledger: Ledger) -> list[FactRecord]:
    gated = card.api.get("gated")
    if gated:
        ledger.to(f"{card.api_at}/gated", "note")
        ledger.note(
            filled(
                "The files are gated (%(how)s): one must accept the publisher's conditions first.", how=str(gated)[:20]
            )
        )
    if card.api.get("disabled"):
        ledger.note(gettext_noop("The hub has disabled this repository."))
    weights = formats_of(card.file_names)
    if not weights or card.api.get("private") is not False:
        return []
    ledger.to(f"{card.api_at}/private", "model.access")
    note = "The repository is public and lists files of weights" + (", behind a form." if gated else ".")
    return [
        FactRecord(
            subject="model",
            field="access",
            value="open_weights",
            state=State.INFERRED,
            note=note,
            pointer=f"{card.api_at}/siblings",
        )
    ]


def _file_formats(card: Card, ledger: Ledger) -> list[FactRecord]:
    found = formats_of(card.file_names)
    if not found:
        return []
    ledger.to(f"{card.api_at}/siblings", "release.file_formats")
    return [
        FactRecord(
            subject="release",
            field="file_formats",
            value=found,
            state=State.INFERRED,
            note="By the names of the files; the files themselves were not read.",
            pointer=f"{card.api_at}/siblings",
        )
    ]


def _remote_code(card: Card, ledger: Ledger) -> list[FactRecord]:
    extract = card.api.get("config")
    for config, at in ((card.config, card.config_at), (extract, f"{card.api_at}/config")):
        if isinstance(config, dict) and config.get("auto_map"):
            return [_runs_code(ledger, f"{at}/auto_map", "The model's configuration maps classes to code (auto_map).")]
    for index, file in card.siblings:
        name = str(file["rfilename"]).rpartition("/")[2]
        if name.endswith(".py") and name.startswith(("modeling_", "configuration_", "tokenization_", "modelling_")):
            note = "The repository carries code for loading the model, by the names of its files."
            return [_runs_code(ledger, f"{card.api_at}/siblings/{index}/rfilename", note)]
    if "custom_code" in card.tags and card.api:
        return [_runs_code(ledger, f"{card.api_at}/tags", "The hub's tag custom_code says so.")]
    if card.config and card.siblings and not any(name.endswith(".py") for name in card.file_names):
        ledger.to(f"{card.config_at}", "release.needs_remote_code")
        note = "The configuration maps nothing to code, and the repository lists no program files."
        return [_code(False, f"{card.config_at}", note)]
    return []


def _runs_code(ledger: Ledger, at: str, note: str) -> FactRecord:
    ledger.to(at, "release.needs_remote_code")
    return _code(True, at, note)


def _code(value: bool, at: str, note: str) -> FactRecord:
    return FactRecord(
        subject="release", field="needs_remote_code", value=value, state=State.INFERRED, note=note, pointer=at
    )


def files_of(card: Card, ledger: Ledger) -> Sequence[FileRecord]:
    """The files of weights, and every other one whose checksum the hub gives."""
    found = []
    for index, file in card.siblings[:MOST_FILES]:
        at = f"{card.api_at}/siblings/{index}"
        sha256, path = _checksum(file), str(file["rfilename"])
        if sha256 or format_of(path):
            ledger.to(at, "artefacts")
            size = file.get("size")
            found.append(
                FileRecord(
                    path=path[:500],
                    sha256=sha256,
                    size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
                    format=format_of(path),
                    pointer=at,
                )
            )
    if len(card.siblings) > MOST_FILES:
        ledger.note(filled("Only the first %(most)d files were read.", most=MOST_FILES))
    return tuple(found)


def _checksum(file: Mapping[str, Any]) -> str:
    stored = file.get("lfs")
    value = (
        str(stored.get("sha256") or stored.get("oid") or "").removeprefix("sha256:") if isinstance(stored, dict) else ""
    )
    return value if _SHA256.fullmatch(value) else ""
