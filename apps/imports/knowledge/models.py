"""Models with identifiers, licences, facts, releases and lineage, from `models.yaml`."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.accounts.actors import Actor
from apps.facts.models import State
from apps.facts.services import Statement
from apps.facts.subjects import SourceRef, SubjectRef
from apps.imports.knowledge.reading import Entry, KnowledgeError, Sources, Sourcing, keyed
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import CHANNEL, Rows, by, subject
from apps.imports.knowledge.statements import fact_entries, settle, statement
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.registry.licensing import CONCLUDED, DECLARED
from apps.registry.models import LineageClaim, LineageEdge, Model, ModelAlias, Release
from apps.registry.services.facts import mirror
from apps.registry.services.licensing import mirror_licences
from apps.registry.services.lineage import end_claims, put_claim, resolve_open_edges

FILE = "models.yaml"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass
class ModelEntry:
    """One model as its file describes it; what refers to other models and parties does so by key."""

    key: str
    developer: str
    columns: dict[str, Any]
    aliases: list[dict[str, Any]] = field(default_factory=list)
    licence: dict[str, Any] = field(default_factory=dict)
    facts: list[dict[str, Any]] = field(default_factory=list)
    parents: list[dict[str, Any]] = field(default_factory=list)
    pinned: list[dict[str, Any]] = field(default_factory=list)


def read_models(sources: Sources) -> list[ModelEntry]:
    """The file's models. Raises `KnowledgeError`, also for a circle in the lineage."""
    found = [_model(entry, sources) for entry in keyed(FILE)]
    _refuse_circles({entry.key: [parent["model"] for parent in entry.parents if parent["model"]] for entry in found})
    return found


def _model(entry: Entry, sources: Sources) -> ModelEntry:
    with entry:
        columns = {
            "key": entry.key(max_length=150),
            "name": entry.text("name"),
            "family": entry.text("family", "", max_length=200),
            **entry.sourcing(sources).columns,
        }
        return ModelEntry(
            key=columns["key"],
            developer=entry.text("developer", ""),
            columns=columns,
            aliases=[_alias(row, sources) for row in entry.entries("ids")],
            licence=_licence(entry, sources),
            facts=fact_entries(entry, "facts", "model", sources),
            parents=[_parent(row, sources) for row in entry.entries("parents")],
            pinned=[_pinned(row, sources) for row in entry.entries("pinned")],
        )


def _alias(row: Entry, sources: Sources) -> dict[str, Any]:
    with row:
        identifier = row.text("id")
        if any(character.isspace() for character in identifier):
            raise row.error("id must not contain spaces")
        return {
            "namespace": row.key("in", max_length=40),
            "identifier": identifier,
            "identifier_folded": identifier.casefold(),
            **row.sourcing(sources).columns,
        }


def _licence(entry: Entry, sources: Sources) -> dict[str, Any]:
    if not entry.has("licence"):
        return {}
    with entry.entry("licence") as row:
        sourcing = row.sourcing(sources)
        found = {"key": row.text("key", ""), "expression": row.text("expression", "")}
        if sourcing.state == State.UNKNOWN and any(found.values()):
            raise row.error("an unknown licence has no name")
        return {**found, "state": sourcing.state, "sourcing": sourcing, "note": sourcing.note}


def _parent(row: Entry, sources: Sources) -> dict[str, Any]:
    with row:
        found = {
            "model": row.text("model", ""),
            "parent_name": row.text("name", ""),
            "relation": row.choice("relation", LineageEdge.Relation.values),
            **row.sourcing(sources).columns,
        }
        if bool(found["model"]) == bool(found["parent_name"]):
            raise row.error("name either a model of this file or a parent that is not in it")
    return found


def _pinned(row: Entry, sources: Sources) -> dict[str, Any]:
    with row:
        return {"revision": row.text("revision", max_length=120), **row.sourcing(sources).columns}


def _refuse_circles(parents: Mapping[str, Sequence[str]]) -> None:
    done: set[str] = set()

    def walk(key: str, path: tuple[str, ...]) -> None:
        if key in path:
            raise KnowledgeError(f"{FILE}: {key}: is made from itself: {' <- '.join([*path, key])}")
        if key in done:
            return
        if key not in parents:
            raise KnowledgeError(f"{FILE}: {path[-1]}: the parent {key} is no model of the file")
        for parent in parents[key]:
            walk(parent, (*path, key))
        done.add(key)

    for key in parents:
        walk(key, ())


def load_models(
    actor: Actor, report: LoadReport, parties: Mapping[str, Party], entries: list[ModelEntry]
) -> dict[str, Model]:
    """Bring models and all that hangs on them in step with the file; the models by their key."""
    rows = Rows(report, "models", Model, by(Model.objects.filter(key__isnull=False), "key"), subject("model"))
    models: dict[str, Model] = {}
    for entry in entries:
        if entry.developer and entry.developer not in parties:
            raise KnowledgeError(f"{FILE}: {entry.key}: {entry.developer} is no party of parties.yaml")
        developer = parties[entry.developer].id if entry.developer else None
        models[entry.key] = rows.put(entry.key, entry.key, {**entry.columns, "developer_id": developer})
    rows.close()
    _load_aliases(report, models, entries)
    _load_releases(report, models, entries)
    _load_lineage(report, models, entries)
    _state(actor, report, models, entries)
    return models


def _load_aliases(report: LoadReport, models: Mapping[str, Model], entries: list[ModelEntry]) -> None:
    existing = by(ModelAlias.objects.all(), "namespace", "identifier_folded")
    rows = Rows(report, "identifiers", ModelAlias, existing, subject("model", "model_id"))
    for entry in entries:
        for alias in entry.aliases:
            identity = (alias["namespace"], alias["identifier_folded"])
            name = f"{alias['namespace']}:{alias['identifier']}"
            rows.put(identity, name, {"model_id": models[entry.key].id, **alias})
    rows.close()


def _load_releases(report: LoadReport, models: Mapping[str, Model], entries: list[ModelEntry]) -> None:
    licences = {licence.key: licence for licence in Licence.objects.all()}
    existing = by(Release.objects.filter(model__in=models.values()), "model_id", "revision")
    gone = Release.objects.filter(channel="knowledge").exclude(model__in=models.values())
    rows = Rows(
        report, "releases", Release, {**existing, **by(gone, "model_id", "revision")}, subject("model", "model_id")
    )
    for entry in entries:
        model = models[entry.key]
        _refuse_unheard_of(entry, licences)
        floating = _provenance(entry.columns)
        note = entry.licence.get("note") or floating["note"]
        columns = {"model_id": model.id, "revision": "", "pinned": False, "purl": "", **floating, "note": note}
        rows.put((model.id, ""), entry.key, columns)
        for release in entry.pinned:
            purl = _purl(entry, release["revision"])
            columns = {"model_id": model.id, "pinned": True, "purl": purl, **release}
            rows.put((model.id, release["revision"]), f"{entry.key}@{release['revision'][:12]}", columns)
    rows.close()


def _provenance(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: columns[name] for name in ("state", "source_label", "source_url", "as_of", "note", "channel")}


def _refuse_unheard_of(entry: ModelEntry, licences: Container[str]) -> None:
    key = entry.licence.get("key")
    if key and key not in licences:
        raise KnowledgeError(f"{FILE}: {entry.key}: {key} is no licence of licences.yaml")


def _licence_statements(entry: ModelEntry, release: SubjectRef) -> Iterator[Statement]:
    """What the file says of a licence: a key is a conclusion, words without a text of ours are what is declared."""
    said = entry.licence
    if not said:
        return
    sourcing: Sourcing = said["sourcing"]
    source, words = sourcing.source, said["expression"] or None
    disputed = said["state"] == State.DISPUTED
    stated = {CONCLUDED: said["key"] or None, DECLARED: words}
    for field_name, value in stated.items():
        if value is None and (field_name == CONCLUDED or said["key"]):
            continue
        yield Statement(
            subject=release,
            field=field_name,
            value=None if disputed else value,
            state=said["state"],
            source=SourceRef(source.label, source.url, source.quality, source.date),
            as_of=sourcing.as_of,
            note=said["note"],
            conflict=[{"value": value, "source": source.label}] if disputed and value else None,
        )


def _purl(entry: ModelEntry, revision: str) -> str:
    if not _COMMIT.fullmatch(revision):
        return ""
    hub = [alias["identifier"] for alias in entry.aliases if alias["namespace"] == "huggingface"]
    return f"pkg:huggingface/{hub[0]}@{revision}" if hub else ""


def _load_lineage(report: LoadReport, models: Mapping[str, Model], entries: list[ModelEntry]) -> None:
    claims = LineageClaim.objects.select_related("edge").filter(channel=CHANNEL, withdrawn_at=None)
    left = {(claim.edge.child_id, claim.edge.relation, _made_from(claim.edge)): claim for claim in claims}
    above = _parents_by_people()
    for entry in entries:
        above[models[entry.key].id] |= {models[parent["model"]].id for parent in entry.parents if parent["model"]}
    for entry in entries:
        child = models[entry.key]
        for parent in entry.parents:
            made_from = models[parent["model"]] if parent["model"] else None
            if made_from and child.id in _ancestors(made_from.id, above):
                report.note("lineage", "clash", f"{entry.key}: somebody entered {made_from.name} as made from it")
                continue
            _claim(report, entry.key, child, parent, made_from, left)
    for claim in left.values():
        name, child_id = str(claim.edge), claim.edge.child_id
        end_claims([claim], by=CHANNEL, reason="The knowledge no longer says so")
        report.note("lineage", "withdrawn", name)
        report.touched.add(SubjectRef("model", child_id))
    report.touched |= resolve_open_edges()


def _made_from(edge: LineageEdge) -> UUID | str:
    return edge.parent_id or edge.parent_folded


def _claim(
    report: LoadReport,
    key: str,
    child: Model,
    parent: Mapping[str, Any],
    made_from: Model | None,
    left: dict[tuple[UUID, str, UUID | str], LineageClaim],
) -> None:
    written = made_from.name if made_from else parent["parent_name"]
    said = {name: parent[name] for name in ("relation", "state", "source_url", "as_of", "note")}
    edge, outcome = put_claim(
        child=child, parent=made_from, parent_name=written, source=parent["source_label"], channel=CHANNEL, **said
    )
    before = left.pop((child.id, edge.relation, _made_from(edge)), None)
    if outcome == "claimed" and before:
        outcome = "changed"
        if before.source_label != parent["source_label"]:
            end_claims([before], by=CHANNEL, reason="Another source says so")
    elif outcome == "claimed":
        outcome = "created"
    report.note("lineage", outcome, f"{key} {edge.relation} {written}")
    if outcome != "unchanged":
        report.touched.add(SubjectRef("model", child.id))


def _parents_by_people() -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    claims = LineageClaim.objects.filter(withdrawn_at=None, edge__parent__isnull=False).exclude(channel=CHANNEL)
    for child, parent in claims.values_list("edge__child_id", "edge__parent_id"):
        found[child].add(parent)
    return found


def _ancestors(model: UUID, above: Mapping[UUID, set[UUID]]) -> set[UUID]:
    found: set[UUID] = set()
    queue = [model]
    while queue:
        for parent in above.get(queue.pop(), set()) - found:
            found.add(parent)
            queue.append(parent)
    return found


def _state(actor: Actor, report: LoadReport, models: Mapping[str, Model], entries: list[ModelEntry]) -> None:
    statements = [
        statement(SubjectRef("model", models[entry.key].id), fact) for entry in entries for fact in entry.facts
    ]
    _state_licences(actor, report, models, entries)
    by_id = {model.id: model for model in models.values()}
    changed = settle(
        actor=actor,
        report=report,
        subject_type="model",
        statements=statements,
        name=lambda found: str(by_id[found].key) if found in by_id else str(found),
    )
    for model_id in sorted({model_id for model_id, name in changed if name in ("kind", "access")} & by_id.keys()):
        mirror(SubjectRef("model", model_id), by_id[model_id], {"kind", "access"})


def _state_licences(actor: Actor, report: LoadReport, models: Mapping[str, Model], entries: list[ModelEntry]) -> None:
    floating = by(Release.objects.filter(model__in=models.values(), revision=""), "model_id")
    releases = {entry.key: floating[models[entry.key].id] for entry in entries}
    names = {release.id: key for key, release in releases.items()}
    statements = [
        one for entry in entries for one in _licence_statements(entry, SubjectRef("release", releases[entry.key].id))
    ]
    settle(
        actor=actor,
        report=report,
        subject_type="release",
        statements=statements,
        name=lambda found: names.get(found, str(found)),
    )
    # Also those whose declared words a new licence or tag of the files now gives a meaning.
    mirror_licences(Release.objects.filter(Q(id__in=names) | ~Q(licence_expression="")))
