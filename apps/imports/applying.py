"""From a reading to the register: entries in chunks, each chunk in one transaction with what it says was written."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.core.copying import copy_rows
from apps.core.errors import FieldError, InvalidInput, filled, told
from apps.core.models import BaseModel
from apps.facts.models import Assertion
from apps.facts.services import Statement, assert_facts
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.imports.folding import folded
from apps.imports.known import Known, model_of
from apps.imports.models import Import, ImportRow, SourceDocument
from apps.imports.planning import Context, Parent, Planned, Text, plan_row
from apps.imports.records import PartyRecord, Row
from apps.licences.models import TextSighting
from apps.parties.models import Domain, HubOrganisation, Party, PartyName, Stake
from apps.registry.models import Artefact, Deployment, LineageSuggestion, Model, ModelAlias, Release, Use, UseCase
from apps.registry.services import suggest_parents
from apps.registry.services.artefact_facts import state_artefact_facts_of
from apps.registry.services.facts import keep_word_of_columns, mirror_many
from apps.registry.services.lineage import claim_lineage_edge, resolve_open_edges
from apps.registry.services.texts import record_release_text

CHUNK = 250
"""Entries that are written in one transaction."""
LARGEST_RAW = 20_000
IN_ORDER: tuple[type[BaseModel], ...] = (
    *(Party, PartyName, Domain, HubOrganisation, Stake),
    *(Model, ModelAlias, Release, Artefact, Deployment, UseCase, Use),
    *(SourceDocument, TextSighting, LineageSuggestion),
)
"""The tables that an import writes, those that others refer to first."""
_LOOK = {kind._meta.label_lower: kind for kind in IN_ORDER}


def in_order(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Entries with their numbers, parents before what was made from them: always the same order for the same file."""
    places: dict[str, int] = {}
    for at, row in enumerate(rows):
        if row.record is not None and not isinstance(row.record, PartyRecord):
            record = model_of(row.record)
            for name in (record.name, *(identifier for _, identifier in record.identifiers)):
                places.setdefault(folded(name), at)
    ordered: dict[int, None] = {}
    for at in range(len(rows)):
        _with_parents(at, rows, places, ordered)
    return [(at + 1, rows[at]) for at in ordered]


def _with_parents(first: int, rows: Sequence[Row], places: Mapping[str, int], ordered: dict[int, None]) -> None:
    """Put an entry and all that it rests on into the order. Without recursion: chains may be long, and circles end."""

    def above(at: int) -> Iterator[int]:
        record = rows[at].record
        named = model_of(record).parents if record is not None and not isinstance(record, PartyRecord) else ()
        names = [folded(parent.name) for parent in named]
        return iter([places[name] for name in names if name in places])

    path, on_path = [(first, above(first))], {first}
    while path:
        at, parents = path[-1]
        following = next((one for one in parents if one not in ordered and one not in on_path), None)
        if following is None:
            ordered.setdefault(at, None)
            on_path.discard(at)
            path.pop()
        else:
            path.append((following, above(following)))
            on_path.add(following)


def described(rows: Sequence[Row]) -> dict[str, PartyRecord]:
    """The parties of which a file says more than their names, by folded name."""
    records = [row.record for row in rows if isinstance(row.record, PartyRecord)]
    return {folded(record.name): record for record in records}


def plan_chunk(entries: Sequence[tuple[int, Row]], known: Known, context: Context) -> list[Planned]:
    """What some entries come to. `known` learns of it, so that the next ones build on it."""
    known.recall(context.sha256, [row.locator for _, row in entries])
    known.load([row.record for _, row in entries if row.record is not None], context.described)
    return [plan_row(number, row, known, context) for number, row in entries]


def write_chunk(one: Import, planned: Sequence[Planned], raws: Mapping[int, Row], context: Context) -> list[ImportRow]:
    """Write what was planned, and the report on it. The caller has opened the transaction and the change."""
    made = [row for plan in planned for row in plan.rows]
    _supersede_documents(made)
    for kind in IN_ORDER:
        copy_rows([row for row in made if type(row) is kind])
    asserted = _assert(planned, context)
    new_deployments = {SubjectRef("deployment", row.id) for row in made if isinstance(row, Deployment)}
    new_releases = {SubjectRef("release", row.id) for row in made if isinstance(row, Release | Artefact)}
    # A card may change without any fact: whoever compares it with what was approved wants to know.
    new_releases |= {SubjectRef("release", row.release_id) for row in made if isinstance(row, SourceDocument)}
    # Names and owners decide about what a party is to be screened for.
    parties = {SubjectRef("party", row.party_id) for row in made if isinstance(row, PartyName)}
    parties |= {SubjectRef("party", row.owned_id) for row in made if isinstance(row, Stake)}
    if new_deployments or new_releases or parties:
        facts_changed.send(sender=Import, subjects=new_deployments | new_releases | parties)
    resolved = resolve_open_edges([row for row in made if isinstance(row, ModelAlias)])
    if resolved:
        facts_changed.send(sender=Import, subjects=resolved)
    of_files = _state_of_files(made)
    rows = [_reported(one, plan, raws[plan.number]) for plan in planned]
    for plan, row in zip(planned, rows, strict=True):
        row.assertions = [asserted[statement.subject, statement.field].id for statement in plan.statements]
        row.assertions += [key for release in _with_files(plan.rows) for key in of_files.pop(release, ())]
        row.objects_made = [[made._meta.label_lower, str(made.id)] for made in plan.rows]
        row.objects_made += [["licences.textsighting", key] for text in plan.texts for key in _keep(text, row, context)]
        row.claims = [key for parent in plan.parents if (key := _claim(parent, row, context))]
        row.objects_made += [[LineageSuggestion._meta.label_lower, key] for key in _suggest(plan, context)]
        if row.outcome == ImportRow.Outcome.CHANGED and not (row.assertions or row.objects_made or row.claims):
            row.outcome, row.changes = ImportRow.Outcome.UNCHANGED, []
    store_rows(rows)
    return rows


def _with_files(made: Iterable[BaseModel]) -> list[UUID]:
    return list(dict.fromkeys(row.release_id for row in made if isinstance(row, Artefact)))


def _state_of_files(made: Iterable[BaseModel]) -> dict[UUID, list[UUID]]:
    """State what follows from the files that were recorded: the statements by release, which an undo takes back."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for assertion in state_artefact_facts_of(_with_files(made)):
        found[assertion.subject_id].append(assertion.id)
    return found


def _suggest(plan: Planned, context: Context) -> list[str]:
    """Pass on what an entry suspects; the identifiers of the suggestions that are new."""
    return [
        str(made.id)
        for one in plan.suspected
        for made in suggest_parents(actor=context.actor, child=one.child, suggestions=one.records, channel=context.kind)
    ]


def _keep(text: Text, row: ImportRow, context: Context) -> list[str]:
    """Keep the text of a licence with where it was seen; the identifier of that sighting. What is no text is said."""
    reading, url = context.reading, text.url if text.url.startswith(("https://", "http://")) else ""
    try:
        kept = record_release_text(
            actor=context.actor,
            release=text.release,
            content=text.content,
            source=reading.source,
            url=url,
            as_of=reading.as_of,
        )
    except InvalidInput as error:
        row.notes.append(told(filled("The text of the licence was not kept: %(why)s", why=error.message)))
        return []
    seen = kept.sightings.filter(release_id=text.release.id, source_label=reading.source.strip())
    return [str(key) for key in seen.values_list("id", flat=True)]


def _claim(parent: Parent, row: ImportRow, context: Context) -> UUID | None:
    """Record what a source says about a parent; a circle is left out and said."""
    record = parent.record
    source = record.provenance.source or context.reading.source
    try:
        edge, outcome = claim_lineage_edge(
            actor=context.actor,
            child=parent.child,
            relation=record.relation,
            parent=parent.parent,
            parent_name=record.name,
            parent_namespace=record.namespace,
            state=record.state,
            source=source,
            source_url=record.provenance.source_url or context.reading.url,
            as_of=record.provenance.as_of or context.reading.as_of,
            note=record.note,
            channel=context.kind,
        )
    except InvalidInput as error:
        message = gettext_noop("The parent “%(name)s” was left out: %(why)s")
        row.notes.append(told(filled(message, name=record.name, why=error.message)))
        return None
    if outcome == "unchanged":
        return None
    return edge.claims.get(channel=context.kind, source_label=source.strip(), withdrawn_at=None).id


def store_rows(rows: Sequence[ImportRow]) -> None:
    """Store the report on some entries."""
    copy_rows(rows)


def _supersede_documents(made: Iterable[BaseModel]) -> None:
    new = {(row.release_id, row.kind): row for row in made if isinstance(row, SourceDocument)}
    if not new:
        return
    current = SourceDocument.objects.select_for_update().filter(
        release_id__in={release for release, _ in new}, superseded_at__isnull=True
    )
    for old in current:
        if (old.release_id, old.kind) in new:
            old.superseded_at = new[old.release_id, old.kind].recorded_at
            old.save(update_fields=["superseded_at"])


def _assert(planned: Sequence[Planned], context: Context) -> dict[tuple[SubjectRef, str], Assertion]:
    statements: list[Statement] = [statement for plan in planned for statement in plan.statements]
    fields: dict[SubjectRef, set[str]] = defaultdict(set)
    for statement in statements:
        fields[statement.subject].add(statement.field)
    keep_word_of_columns(fields, channel=context.kind)
    rows = assert_facts(actor=context.actor, statements=statements, channel=context.kind, action="import.apply")
    mirror_many(fields)
    return {(one.subject, one.field): row for one, row in zip(statements, rows, strict=True)}


def told_errors(errors: Iterable[FieldError]) -> list[dict[str, Any]]:
    """Errors as they are stored."""
    return [{"pointer": error.pointer, **told(error.message)} for error in errors]


def _reported(one: Import, plan: Planned, row: Row) -> ImportRow:
    return ImportRow(
        of=one,
        number=plan.number,
        locator=plan.locator[:300],
        outcome=plan.outcome,
        title=plan.title[:300],
        subject_type=plan.subject.type if plan.subject else "",
        subject_id=plan.subject.id if plan.subject else None,
        changes=plan.changes[:500],
        errors=told_errors(plan.errors),
        notes=[told(note) for note in plan.notes[:100]],
        raw=_small(row.raw),
        row_version=1,
    )


def report(one: Import, planned: Sequence[Planned], raws: Mapping[int, Row]) -> list[ImportRow]:
    """The report on entries of which nothing is written."""
    return [_reported(one, plan, raws[plan.number]) for plan in planned]


def _small(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The entry as it stands in the file, where that is not too much to show."""
    text = json.dumps(raw, ensure_ascii=False, default=str)
    if len(text) <= LARGEST_RAW:
        found: dict[str, Any] = json.loads(text.replace("\\u0000", ""))
        return found
    return {str(key)[:100]: str(value)[:200] for key, value in list(raw.items())[:50]}


def table_of(label: str) -> type[BaseModel]:
    """The table that a label such as `registry.model` means."""
    return _LOOK[label]
