"""Writes of lineage: what a model was made from, and who says so."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now, today
from apps.core.errors import DuplicateFound, InvalidInput, NotFound, NotPermitted, filled
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.models import State
from apps.facts.services import may_verify
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.registry.models import LineageClaim, LineageEdge, Model, ModelAlias
from apps.registry.references import split_reference
from apps.registry.services.facts import require_shared

MOST_PARENTS = 1000
"""As many parents as a model may have; the largest merges that are published have some dozens."""
_ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT %s::uuid
    UNION
    SELECT edge.parent_id FROM registry_lineageedge edge JOIN above ON edge.child_id = above.id
    WHERE edge.parent_id IS NOT NULL AND edge.ended_at IS NULL
)
SELECT EXISTS (SELECT FROM above WHERE id = %s)
"""


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """What somebody says about an edge, checked."""

    state: str
    source_label: str
    source_url: str
    as_of: dt.date
    dated: bool
    note: str
    channel: str
    who: str
    parent_name: str

    def repeats(self, claim: LineageClaim) -> bool:
        """Whether nothing is said beyond `claim`; a later day alone is news only when the source names it."""
        same = (self.state, self.source_url, self.note, self.parent_name)
        said = (claim.state, claim.source_url, claim.note, claim.parent_name)
        return same == said and not (self.dated and (claim.as_of is None or claim.as_of < self.as_of))

    def columns(self) -> dict[str, Any]:
        """The columns of a claim's row."""
        names = ("state", "source_label", "source_url", "as_of", "note", "channel", "who", "parent_name")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class ParentName:
    """A parent by its name: the identifier as it is looked up, and the namespace where the source says one."""

    written: str
    namespace: str
    folded: str

    @classmethod
    def of(cls, written: str, namespace: str = "") -> "ParentName":
        """Prefix, address and revision are taken off; nothing else is read off a name."""
        one = split_reference(written)
        return cls(written, namespace or one.namespace, one.identifier.strip().casefold()[:300])


def claim_lineage_edge(
    *,
    actor: Actor,
    child: Model,
    relation: str,
    parent: Model | None = None,
    parent_name: str = "",
    parent_namespace: str = "",
    state: str = State.CLAIMED_BY_OWNER,
    source: str,
    source_url: str = "",
    as_of: dt.date | None = None,
    note: str = "",
    channel: str = "person",
) -> tuple[LineageEdge, str]:
    """Record that a source says what a model was made from. Idempotent: the outcome is one of

    `created` (nobody said so before), `claimed` (the edge was there; the source now stands beside the others, or says
    something new), `unchanged` (it said exactly this already). Leave `as_of` out where the source names no day.

    A parent that is not in the register stays visible by its name, and becomes that model when one with this identifier
    (in `parent_namespace`, where given) is entered. Raises `InvalidInput` for a circle, since nothing is made from what
    was made from it, and for more than `MOST_PARENTS` parents.
    """
    require_shared(actor)
    if state == State.VERIFIED and not may_verify(actor):
        raise NotPermitted("A fact is verified by a compliance officer; state it as claimed.")
    with change(actor, "lineage.add"):
        edge, outcome = put_claim(
            child=child,
            relation=relation,
            parent=parent,
            parent_name=parent_name,
            parent_namespace=parent_namespace,
            state=state,
            source=source,
            source_url=source_url,
            as_of=as_of,
            note=note,
            channel=channel,
            who=actor.label,
        )
        if outcome != "unchanged":
            facts_changed.send(sender=LineageEdge, subjects={SubjectRef("model", child.id)})
    return edge, outcome


def put_claim(
    *,
    child: Model,
    relation: str,
    parent: Model | None,
    parent_name: str,
    parent_namespace: str = "",
    state: str,
    source: str,
    source_url: str,
    as_of: dt.date | None,
    note: str,
    channel: str,
    who: str = "knowledge",
) -> tuple[LineageEdge, str]:
    """Like `claim_lineage_edge`, for a caller that has opened the change and tells of changed facts itself."""
    if relation not in LineageEdge.Relation.values:
        raise InvalidInput(f"must be one of {', '.join(LineageEdge.Relation.values)}", pointer="/relation")
    if state not in State.values:
        raise InvalidInput(f"must be one of {', '.join(State.values)}", pointer="/state")
    if parent is None and not parent_name:
        raise InvalidInput("name the parent, or choose it from the register", pointer="/parent")
    written = clean_text(parent_name or (parent.name if parent else ""), pointer="/parent_name")
    namespace = clean_text(parent_namespace, pointer="/parent_namespace", max_length=40, required=False).lower()
    claim = _Claim(
        state=state,
        source_label=clean_text(source, pointer="/source", max_length=500),
        source_url=clean_url(source_url, pointer="/source_url", required=False),
        as_of=clean_as_of(as_of or today()),
        dated=as_of is not None,
        note=clean_text(note, pointer="/note", max_length=5000, required=False),
        channel=clean_text(channel, pointer="/channel", max_length=40),
        who=who[:300],
        parent_name=written,
    )
    one_at_a_time("lineage")
    return _write(child, relation, parent, ParentName.of(written, namespace), claim)


def _write(
    child: Model, relation: str, parent: Model | None, name: ParentName, claim: _Claim
) -> tuple[LineageEdge, str]:
    parent = parent or identified([name]).get((name.namespace, name.folded))
    edge = _edge_of(child, relation, parent, name)
    if edge is None:
        edge = _new_edge(child, relation, parent, name)
        _store(edge, claim)
        return edge, "created"
    same = edge.claims.filter(withdrawn_at=None, channel=claim.channel, source_label=claim.source_label).first()
    if same and claim.repeats(same):
        return edge, "unchanged"
    if same:
        _end([same], by=claim.who, reason="The source says something else")
    _store(edge, claim)
    return edge, "claimed"


def identified(names: Iterable[ParentName]) -> dict[tuple[str, str], Model]:
    """The models that names mean as identifiers, by namespace and folded name: exactly, case aside, and only one."""
    wanted = {(name.namespace, name.folded) for name in names}
    known: dict[str, list[ModelAlias]] = {}
    for alias in ModelAlias.objects.select_related("model").filter(identifier_folded__in={key for _, key in wanted}):
        known.setdefault(alias.identifier_folded, []).append(alias)
    found = {}
    for namespace, folded in wanted:
        meant = {a.model_id: a.model for a in known.get(folded, ()) if namespace in ("", a.namespace)}
        if len(meant) == 1:
            found[namespace, folded] = next(iter(meant.values()))
    return found


def _edge_of(child: Model, relation: str, parent: Model | None, name: ParentName) -> LineageEdge | None:
    edges = LineageEdge.objects.filter(child=child, relation=relation)
    same = [
        edge
        for edge in edges.filter(parent=None, parent_folded=name.folded)
        if name.namespace == edge.parent_namespace or "" in (name.namespace, edge.parent_namespace)
    ]
    if parent is None:
        if same and name.namespace and not same[0].parent_namespace:
            same[0].parent_namespace = name.namespace
            same[0].save(update_fields=["parent_namespace"])
        return same[0] if same else None
    if same:
        _refuse_circle(child, parent)
        _resolve(same[0], parent)
    return edges.filter(parent=parent).first()


def _new_edge(child: Model, relation: str, parent: Model | None, name: ParentName) -> LineageEdge:
    if parent is not None:
        _refuse_circle(child, parent)
    if LineageEdge.objects.filter(child=child).count() >= MOST_PARENTS:
        message = filled(
            "“%(child)s” has %(most)d parents already, and more are not taken", child=child, most=MOST_PARENTS
        )
        raise InvalidInput(message, pointer="/parent")
    edge = LineageEdge(child=child, relation=relation, parent=parent)
    edge.parent_name = parent.name if parent else name.written
    if parent is None:
        edge.parent_namespace, edge.parent_folded = name.namespace, name.folded
    return edge


def _refuse_circle(child: Model, parent: Model) -> None:
    if closes_circle(child.id, parent.id):
        message = filled("“%(parent)s” was itself made from “%(child)s”", parent=parent.name, child=child.name)
        raise InvalidInput(message, pointer="/parent")


def closes_circle(child: UUID, parent: UUID) -> bool:
    """Whether `parent` is `child` or was made from it. From nothing that nobody built on, anything may be made."""
    if child == parent:
        return True
    if not LineageEdge.objects.filter(parent_id=child).exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [parent, child])
        row = cursor.fetchone()
    return bool(row and row[0])


def _store(edge: LineageEdge, claim: _Claim) -> None:
    row = LineageClaim(edge=edge, recorded_at=now(), **claim.columns())
    if edge._state.adding:
        edge.lead([row])
        edge.save()
        row.save()
        return
    row.save()
    _settle(edge)


def _settle(edge: LineageEdge) -> None:
    """Let the edge say what its leading claim says; without any claim left it ends."""
    claims = list(edge.claims.filter(withdrawn_at=None))
    if claims:
        edge.lead(claims)
    else:
        edge.ended_at = now()
    edge.save()


def _end(claims: Iterable[LineageClaim], *, by: str, reason: str) -> None:
    for claim in claims:
        claim.withdrawn_at, claim.withdrawn_by, claim.withdrawn_reason = now(), by[:300], reason
        claim.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])


def add_lineage_edge(*, actor: Actor, child: Model, relation: str, **said: Any) -> LineageEdge:
    """Record what a model was made from; takes what `claim_lineage_edge` takes.

    Raises `DuplicateFound` when this source said exactly this already.
    """
    edge, outcome = claim_lineage_edge(actor=actor, child=child, relation=relation, **said)
    if outcome == "unchanged":
        raise DuplicateFound("This edge is in the register already.", existing=str(child.id), pointer="/parent")
    return edge


def withdraw_lineage_claims(*, actor: Actor, claim_ids: Iterable[UUID], reason: str) -> int:
    """Take claims back; an edge without any left ends. Claims that are withdrawn already stay so. Returns how many."""
    require_shared(actor)
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "lineage.withdraw", reason=reason):
        one_at_a_time("lineage")
        claims = list(
            LineageClaim.objects.select_related("edge").filter(id__in=list(claim_ids), withdrawn_at=None).order_by("id")
        )
        touched = end_claims(claims, by=actor.label, reason=reason)
        if touched:
            facts_changed.send(sender=LineageClaim, subjects=touched)
    return len(claims)


def end_claims(claims: Sequence[LineageClaim], *, by: str, reason: str) -> set[SubjectRef]:
    """Like `withdraw_lineage_claims`, for a caller that has opened the change; the models that this touches."""
    _end(claims, by=by, reason=reason)
    edges = LineageEdge.objects.in_bulk({claim.edge_id for claim in claims})
    for edge in edges.values():
        _settle(edge)
    return {SubjectRef("model", edge.child_id) for edge in edges.values()}


def remove_lineage_edge(*, actor: Actor, edge: LineageEdge, reason: str) -> None:
    """Take back an edge that was wrong, with every claim of it; both stay as history."""
    require_shared(actor)
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "lineage.remove", reason=reason):
        one_at_a_time("lineage")
        found = LineageEdge.objects.filter(id=edge.id).first()
        if found is None:
            raise NotFound("There is no such edge.")
        _end(found.claims.filter(withdrawn_at=None), by=actor.label, reason=reason)
        _settle(found)
        facts_changed.send(sender=LineageEdge, subjects={SubjectRef("model", found.child_id)})


def forget_ended_edges(model_ids: Iterable[UUID]) -> None:
    """Drop edges of the past of models that are about to be removed; inside a change. The journal keeps them."""
    ids = list(model_ids)
    LineageEdge.every.filter(Q(parent_id__in=ids) | Q(child_id__in=ids), ended_at__isnull=False).delete()


def resolve_open_edges(aliases: Sequence[ModelAlias] | None = None) -> set[SubjectRef]:
    """Join unresolved parents to the models that now bear their identifiers; inside a change.

    Looks at the edges that name one of `aliases`, or at all. The models that this touches.
    """
    rows = LineageEdge.objects.select_related("child").filter(parent=None)
    if aliases is not None:
        rows = rows.filter(parent_folded__in={alias.identifier_folded for alias in aliases})
    if not rows.exists():
        return set()
    one_at_a_time("lineage")
    opened = list(rows)
    meant = identified(ParentName(edge.parent_name, edge.parent_namespace, edge.parent_folded) for edge in opened)
    touched = set()
    for edge in opened:
        parent = meant.get((edge.parent_namespace, edge.parent_folded))
        if parent is not None and not closes_circle(edge.child_id, parent.id):
            _resolve(edge, parent)
            touched.add(SubjectRef("model", edge.child_id))
    return touched


def _resolve(edge: LineageEdge, parent: Model) -> None:
    """Give an unresolved edge its parent; where the same edge is there already, its claims go over to that one."""
    same = LineageEdge.objects.filter(child_id=edge.child_id, relation=edge.relation, parent=parent).first()
    if same is None:
        edge.parent, edge.resolved_at = parent, now()
        edge.save(update_fields=["parent", "resolved_at"])
        return
    said = {(claim.channel, claim.source_label) for claim in same.claims.filter(withdrawn_at=None)}
    moving = list(edge.claims.filter(withdrawn_at=None))
    _end(moving, by="Weighbridge", reason="The parent is in the register, and so is this edge")
    _settle(edge)
    for claim in moving:
        if (claim.channel, claim.source_label) not in said:
            columns = ("state", "source_label", "source_url", "as_of", "note", "channel", "who", "parent_name")
            moved = LineageClaim(edge=same, recorded_at=now(), **{name: getattr(claim, name) for name in columns})
            moved.save()
    _settle(same)
