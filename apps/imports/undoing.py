"""Taking back a whole import: its statements, its claims, and the rows that nothing else rests on. All or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import PROTECT, ForeignObjectRel, Q

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now
from apps.core.errors import Conflict
from apps.core.ids import uuid7
from apps.core.models import BaseModel
from apps.facts.models import Assertion
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.imports.applying import IN_ORDER, table_of
from apps.imports.models import Import, ImportRow, SourceDocument
from apps.imports.telling import Telling
from apps.licences.models import TextSighting
from apps.parties.models import Party, Stake
from apps.registry.models import Artefact, Deployment, LineageClaim, Model, ModelAlias, Release, Use, UseCase
from apps.registry.services import retire_use
from apps.registry.services.artefact_facts import state_artefact_facts_of
from apps.registry.services.facts import mirror_many
from apps.registry.services.lineage import claim_lineage_edge, forget_ended_edges, withdraw_lineage_claims
from apps.registry.services.texts import conclude_from_texts

_SUBJECT_TYPES: dict[type[BaseModel], str] = {
    Party: "party",
    Model: "model",
    Release: "release",
    Deployment: "deployment",
    UseCase: "use_case",
}
_BATCH = 1000
_ABOUT = ("id", "subject_type", "subject_id", "field")


def undo(actor: Actor, one: Import) -> None:
    """Take back what an import wrote, and say what had to stay and why.

    Statements end and what they had superseded is stated again; both stay in the history. How far it is, is noted
    from outside of the transaction, whose writes nobody sees before its end.
    """
    with change(actor, "import.begin"):
        if not (one := _locked(one)).pending or one.step != Import.Step.UNDO:
            return
        one.state = Import.State.RUNNING
        one.save(update_fields=["state"])
    rows = list(ImportRow.objects.filter(of=one).only("assertions", "claims", "objects_made"))
    # Every row is looked at twice: whether others rest on it, and when it goes.
    total = sum(len(row.assertions) + len(row.claims) + 2 * len(row.objects_made) for row in rows)
    with Telling(one.id, total) as telling:
        _undo(actor, one, telling)


def _locked(one: Import) -> Import:
    return Import.objects.select_for_update(of=("self",)).get(id=one.id)


def _undo(actor: Actor, one: Import, telling: Telling) -> None:
    with change(actor, "import.undo", reason=one.reason):
        one_at_a_time("imports")
        # Not locked before the end, since the progress is written into it meanwhile.
        if not Import.objects.filter(id=one.id, state=Import.State.RUNNING, step=Import.Step.UNDO).exists():
            return
        rows = list(ImportRow.objects.filter(of=one).only("assertions", "claims", "objects_made"))
        touched = _take_back_statements([key for row in rows for key in row.assertions], telling)
        claims = [key for row in rows for key in row.claims]
        _take_back_claims(actor, one, claims)
        telling.done(len(claims))
        made = _made(rows)
        had_files = set(
            Artefact.objects.filter(id__in=made[Artefact]).order_by().values_list("release_id", flat=True).distinct()
        )
        _take_back_documents(one, made)
        _take_back_texts(made)
        kept = _remove(actor, one, made, telling)
        state_artefact_facts_of(Release.objects.filter(id__in=had_files).values_list("id", flat=True))
        if touched:
            mirror_many(touched)
            facts_changed.send(sender=Import, subjects=set(touched))
        one = _locked(one)
        if one.state != Import.State.RUNNING:
            raise Conflict("Somebody ended this undo while it was at work; nothing was taken back.")
        one.state, one.progress, one.kept, one.finished_at = Import.State.UNDONE, 1.0, kept, now()
        one.save()


# Statements ---------------------------------------------------------------------------------------------------------


def _take_back_statements(ids: Sequence[UUID], telling: Telling) -> dict[SubjectRef, set[str]]:
    touched: dict[SubjectRef, set[str]] = defaultdict(set)
    moment = now()
    for batch in _batches(ids):
        mine = Assertion.objects.select_for_update().filter(id__in=batch, superseded_at__isnull=True).order_by("id")
        found = {key: (SubjectRef(kind, of), field) for key, kind, of, field in mine.values_list(*_ABOUT)}
        for subject, field in found.values():
            touched[subject].add(field)
        again = _reinstated(found, set(ids))
        copies = {newer: _copy(old, moment) for newer, old in again.items()}
        Assertion.objects.bulk_create(copies.values(), batch_size=500)
        _hand_over({old.id: copies[newer].id for newer, old in again.items()})
        Assertion.objects.filter(id__in=found.keys() - copies.keys()).update(superseded_at=moment)
        replaced = list(Assertion.objects.filter(id__in=copies))
        for assertion in replaced:
            assertion.superseded_at, assertion.superseded_by = moment, copies[assertion.id]
        Assertion.objects.bulk_update(replaced, ["superseded_at", "superseded_by"], batch_size=500)
        telling.done(len(batch))
    return touched


def _hand_over(copies: dict[UUID, UUID]) -> None:
    """What is stated again belongs to the import that stated it first, and goes when that one is undone."""
    for row in ImportRow.objects.filter(assertions__overlap=list(copies)):
        row.assertions = [*row.assertions, *(copies[key] for key in row.assertions if key in copies)]
        row.save(update_fields=["assertions"])


def _copy(old: Assertion, moment: Any) -> Assertion:
    """The same statement, recorded anew: when it did not count must stay to be seen."""
    values = {field.attname: getattr(old, field.attname) for field in Assertion._meta.concrete_fields}
    return Assertion(
        **{
            **values,
            "id": uuid7(),
            "recorded_at": moment,
            "superseded_at": None,
            "superseded_by_id": None,
            "row_version": 1,
        }
    )


def _reinstated(mine: Iterable[UUID], own: set[UUID]) -> dict[UUID, Assertion]:
    """What each statement had superseded, passing over what was itself undone: by the statement that ends."""
    found: dict[UUID, Assertion] = {}
    heads = {key: key for key in mine}
    while heads:
        older = {row.superseded_by_id: row for row in Assertion.objects.filter(superseded_by_id__in=heads)}
        undone = own | _undone([row.id for row in older.values()])
        following = {}
        for newer, row in older.items():
            assert newer is not None
            if row.id in undone:
                following[row.id] = heads[newer]
            else:
                found[heads[newer]] = row
        heads = following
    return found


def _undone(ids: Sequence[UUID]) -> set[UUID]:
    """Those of some statements that imports made which were undone."""
    if not ids:
        return set()
    rows = ImportRow.objects.filter(assertions__overlap=list(ids), of__state=Import.State.UNDONE)
    return {key for found in rows.values_list("assertions", flat=True) for key in found} & set(ids)


def _take_back_claims(actor: Actor, one: Import, ids: Sequence[UUID]) -> None:
    """Withdraw what was claimed about parents, and let the same sources claim again what they claimed before."""
    mine = list(LineageClaim.objects.select_related("edge__child").filter(id__in=ids, withdrawn_at=None))
    if not mine:
        return
    withdraw_lineage_claims(actor=actor, claim_ids=[claim.id for claim in mine], reason=one.reason)
    undone = ImportRow.objects.filter(of__state=Import.State.UNDONE, claims__len__gt=0)
    gone = {key for found in undone.values_list("claims", flat=True) for key in found} | set(ids)
    for claim in mine:
        older = LineageClaim.objects.filter(
            edge=claim.edge, channel=claim.channel, source_label=claim.source_label, recorded_at__lt=claim.recorded_at
        ).exclude(id__in=gone)
        old = older.order_by("-recorded_at").first()
        if old is not None:
            claim_lineage_edge(
                actor=actor,
                child=claim.edge.child,
                relation=claim.edge.relation,
                parent=claim.edge.parent,
                parent_name=old.parent_name,
                parent_namespace=claim.edge.parent_namespace,
                state=old.state,
                source=old.source_label,
                source_url=old.source_url,
                as_of=old.as_of,
                note=old.note,
                channel=old.channel,
            )


def _take_back_documents(one: Import, made: dict[type[BaseModel], set[UUID]]) -> None:
    """What the source said as a whole before counts again."""
    mine = SourceDocument.objects.filter(id__in=made.pop(SourceDocument, set()), superseded_at__isnull=True)
    for document in mine:
        document.superseded_at = now()
        document.save(update_fields=["superseded_at"])
        earlier = (
            SourceDocument.objects.filter(release_id=document.release_id, kind=document.kind)
            .exclude(of=one)
            .exclude(of__state=Import.State.UNDONE)
            .order_by("-recorded_at")
            .first()
        )
        if earlier is not None:
            earlier.superseded_at = None
            earlier.save(update_fields=["superseded_at"])


def _take_back_texts(made: dict[type[BaseModel], set[UUID]]) -> None:
    """Licence texts were not seen there; what followed from them of a release's licence goes too."""
    seen = TextSighting.objects.filter(id__in=made.pop(TextSighting, set()))
    releases = list(Release.objects.filter(id__in=seen.exclude(release_id=None).values("release_id")))
    seen.delete()
    for release in releases:
        conclude_from_texts(release)


# Rows ---------------------------------------------------------------------------------------------------------------


def _made(rows: Iterable[ImportRow]) -> dict[type[BaseModel], set[UUID]]:
    found: dict[type[BaseModel], set[UUID]] = defaultdict(set)
    for row in rows:
        for label, key in row.objects_made:
            found[table_of(label)].add(UUID(key))
    return found


def _remove(
    actor: Actor, one: Import, made: dict[type[BaseModel], set[UUID]], telling: Telling
) -> list[dict[str, Any]]:
    """Remove what nothing else rests on; what stays, with why."""
    kept: list[dict[str, Any]] = []
    for kind in reversed(IN_ORDER):  # those first that rest on others: what they rest on stays with them
        for batch in _batches(sorted(made[kind])):
            # A row that stays keeps others of its own table, too.
            while held := _held(one, kind, set(batch) & made[kind], made):
                made[kind] -= held.keys()
                for row in kind._default_manager.filter(id__in=held).order_by("id"):
                    kept.append(_kept(actor, row, held[row.pk]))
            telling.done(len(batch))
    stays = Model.objects.filter(id__in=[one["id"] for one in kept if one["type"] == Model._meta.label_lower])
    made[Release] -= set(Release.objects.filter(model__in=stays, revision="").values_list("id", flat=True))
    made[ModelAlias] -= set(ModelAlias.objects.filter(model__in=stays).values_list("id", flat=True))
    for kind in reversed(IN_ORDER):
        for batch in _batches(sorted(made[kind])):
            _forget(kind, set(batch))
            if kind is Model:
                forget_ended_edges(batch)
            _every(kind).filter(id__in=batch).delete()
            telling.done(len(batch))
    return kept[:1000]


def _forget(kind: type[BaseModel], ids: set[UUID]) -> None:
    """Of a row that goes also what is only history; the file itself is kept with the import."""
    if kind is Party:
        # A group and the entity that stands for it hold each other; let go, so that both can be removed.
        for party in Party.objects.filter(Q(principal__isnull=False) | Q(group__isnull=False), id__in=ids):
            party.principal = party.group = None
            party.save(update_fields=["principal", "group"])
    if kind is Model:
        forget_ended_edges(ids)
    if kind is Release:
        SourceDocument.objects.filter(release_id__in=ids).delete()


def _kept(actor: Actor, row: BaseModel, why: str) -> dict[str, Any]:
    retired = False
    if isinstance(row, Use) and row.status != Use.Status.RETIRED:
        retire_use(actor=actor, use=row, reason="The import that registered it was undone.")
        retired = True
    return {
        "type": row._meta.label_lower,
        "id": str(row.pk),
        "title": str(row)[:300],
        "why": why,
        "retired": retired,
    }


def _held(
    one: Import, kind: type[BaseModel], ids: set[UUID], made: dict[type[BaseModel], set[UUID]]
) -> dict[UUID, str]:
    """Rows that others rest on, with the table that does. Rows of the same import that go as well do not count."""
    held: dict[UUID, str] = {}
    for relation in _relations(kind):
        other: Any = relation.related_model
        if getattr(other, "journal_exempt", "") and not _is_kept(other):
            continue  # a work list, or a copy
        column = relation.field.attname
        rows = _every(other).filter(**{f"{column}__in": ids}).exclude(id__in=made.get(other, set()))
        if other is SourceDocument:
            rows = rows.exclude(of=one)
        for key in rows.values_list(column, flat=True).distinct():
            held.setdefault(key, other._meta.label_lower)
    for key, why in _spoken_about(kind, ids - held.keys()).items():
        held.setdefault(key, why)
    return held


def _every(kind: type[BaseModel]) -> Any:
    """The rows of a table, of stakes also those that newer ones have superseded."""
    return Stake.every if kind is Stake else kind._default_manager


def _is_kept(kind: type[BaseModel]) -> bool:
    """Whether rows of a table without a journal are evidence nevertheless: others hold on to them."""
    return any(getattr(relation, "on_delete", None) is PROTECT for relation in kind._meta.related_objects)


def _relations(kind: type[BaseModel]) -> Iterator[ForeignObjectRel]:
    for relation in kind._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and hasattr(relation, "field") and not relation.many_to_many:
            yield relation


def _spoken_about(kind: type[BaseModel], ids: set[UUID]) -> dict[UUID, str]:
    """Rows about which somebody else says something."""
    subject_type = _SUBJECT_TYPES.get(kind)
    if not subject_type or not ids:
        return {}
    current = Assertion.objects.filter(subject_type=subject_type, subject_id__in=ids, superseded_at__isnull=True)
    return dict.fromkeys(current.values_list("subject_id", flat=True), Assertion._meta.label_lower)


def _batches(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), _BATCH):
        yield list(ids[start : start + _BATCH])
