"""Parents that are only suspected: what speaks for them, and what a person decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import Conflict, InvalidInput, NotFound
from apps.core.text import clean_text
from apps.facts.models import State
from apps.registry.models import LineageEdge, LineageSuggestion, Model
from apps.registry.services.facts import require_shared
from apps.registry.services.lineage import ParentName, claim_lineage_edge, identified


class Suspected(Protocol):
    """What is read of a suggestion; `SuspectRecord` of the imports has it, and so has `Suggestion`."""

    @property
    def name(self) -> str: ...
    @property
    def namespace(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def strength(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A suspected parent by name, what speaks for it, and how much."""

    name: str
    reason: str
    strength: str = LineageSuggestion.Strength.WEAK
    namespace: str = ""


def suggest_parents(
    *, actor: Actor, child: Model, suggestions: Iterable[Suspected], channel: str
) -> list[LineageSuggestion]:
    """Keep suspected parents for a person to judge. The new ones; none is ever an edge by itself.

    What this channel asked before is not asked again, whatever was decided, nor about a parent that is recorded.
    """
    require_shared(actor)
    channel = clean_text(channel, pointer="/channel", max_length=40)
    wanted: dict[str, LineageSuggestion] = {}
    for index, one in enumerate(suggestions):
        row = _row(child, one, channel, f"/suggestions/{index}")
        wanted.setdefault(row.parent_folded, row)
    asked = LineageSuggestion.objects.filter(child=child, channel=channel, parent_folded__in=wanted)
    for known in asked.values_list("parent_folded", flat=True):
        wanted.pop(known)
    _identify(wanted)
    recorded = set(LineageEdge.objects.filter(child=child).values_list("parent_id", "parent_folded"))
    parents, names = {parent for parent, _ in recorded if parent}, {name for parent, name in recorded if not parent}
    new = [row for row in wanted.values() if not _recorded(row, child, parents, names)]
    if new:
        with change(actor, "lineage.suggest"):
            LineageSuggestion.objects.bulk_create(new)
    return new


def _row(child: Model, one: Suspected, channel: str, pointer: str) -> LineageSuggestion:
    written = clean_text(one.name, pointer=f"{pointer}/name")
    if one.strength not in LineageSuggestion.Strength.values:
        allowed = ", ".join(LineageSuggestion.Strength.values)
        raise InvalidInput(f"must be one of {allowed}", pointer=f"{pointer}/strength")
    name = ParentName.of(written, one.namespace)
    return LineageSuggestion(
        child=child,
        parent_name=written,
        parent_namespace=name.namespace,
        parent_folded=name.folded,
        reason=clean_text(one.reason, pointer=f"{pointer}/reason", max_length=2000),
        strength=one.strength,
        channel=channel,
        row_version=1,
    )


def _identify(rows: dict[str, LineageSuggestion]) -> None:
    meant = identified(ParentName(row.parent_name, row.parent_namespace, row.parent_folded) for row in rows.values())
    for row in rows.values():
        row.parent = meant.get((row.parent_namespace, row.parent_folded))


def _recorded(row: LineageSuggestion, child: Model, parents: set[Any], names: set[str]) -> bool:
    return row.parent_id in parents or row.parent_id == child.id or row.parent_folded in names


def confirm_suggestion(
    *,
    actor: Actor,
    suggestion: LineageSuggestion,
    relation: str,
    reason: str,
    state: str = State.CLAIMED_BY_OWNER,
) -> LineageEdge:
    """Make a suspected parent a claim of whoever confirms it: `claimed_by_owner`, or `verified` where the role may.

    The edge says who decided, and why. Raises `Conflict` for a decided suggestion, `InvalidInput` for a circle.
    """
    if state not in (State.CLAIMED_BY_OWNER, State.VERIFIED):
        raise InvalidInput("must be claimed_by_owner or verified", pointer="/state")
    with change(actor, "lineage.confirm_suggestion", reason=reason):
        row, reason = _open(actor, suggestion, reason)
        parent = row.parent or identified([ParentName(row.parent_name, row.parent_namespace, row.parent_folded)]).get(
            (row.parent_namespace, row.parent_folded)
        )
        edge, _ = claim_lineage_edge(
            actor=actor,
            child=row.child,
            relation=relation,
            parent=parent,
            parent_name=row.parent_name,
            parent_namespace=row.parent_namespace,
            state=state,
            source=f"Confirmed by {actor.label}",
            note=f"{reason}\n\n{row.reason}"[:5000],
        )
        row.claim = edge.claims.filter(withdrawn_at=None, channel="person").last()
        _decide(row, actor, LineageSuggestion.Status.CONFIRMED, reason)
    return edge


def refuse_suggestion(*, actor: Actor, suggestion: LineageSuggestion, reason: str) -> LineageSuggestion:
    """Say that a suspected parent is none; the same source does not ask again. Raises `Conflict` when decided."""
    with change(actor, "lineage.refuse_suggestion", reason=reason):
        row, reason = _open(actor, suggestion, reason)
        _decide(row, actor, LineageSuggestion.Status.REFUSED, reason)
    return row


def _open(actor: Actor, suggestion: LineageSuggestion, reason: str) -> tuple[LineageSuggestion, str]:
    require_shared(actor)
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    rows = LineageSuggestion.objects.select_related("child", "parent").select_for_update(of=("self",))
    row = rows.filter(id=suggestion.id).first()
    if row is None:
        raise NotFound("There is no such suggestion.")
    if row.status != LineageSuggestion.Status.OPEN:
        raise Conflict("This suggestion was decided already.")
    return row, reason


def _decide(row: LineageSuggestion, actor: Actor, status: str, reason: str) -> None:
    row.status, row.decided_by, row.decided_at, row.decision_reason = status, actor.label[:300], now(), reason
    row.save()
