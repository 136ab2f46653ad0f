"""What changed since uses were approved: which approvals it reopened, and who settled it how."""

from collections.abc import Mapping
from typing import Any

from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import day
from apps.reviews.models import WAITING, Change, Reopening
from apps.reviews.selectors import approvals_at, reopenings


def changes(scope: Scope) -> dict[str, Any]:
    """The approvals that stood at the moment of the document, and every change noticed until then, newest first.

    A change that came back later than that moment is missing: only its last opening is kept beside the journal.
    """
    found = reopenings(scope.reader).filter(use_id__in=list(scope.use_numbers), opened_at__lte=scope.as_of)
    rows = [_reopened(scope, row) for row in found.order_by("-opened_at", "-id")]
    waiting = [row["use"] for row in rows if row["standing"] in WAITING]
    approvals = {row.use_id: row for row in approvals_at(list(scope.use_numbers), scope.as_of)}
    return {
        "approvals": [
            {
                "use": number,
                "approved_on": day(approvals[key].approved_on),
                "basis": approvals[key].basis,
                "waiting": waiting.count(number),
            }
            for key, number in scope.use_numbers.items()
            if key in approvals
        ],
        "not_approved": [number for key, number in scope.use_numbers.items() if key not in approvals],
        "reopened": rows,
    }


def _reopened(scope: Scope, row: Reopening) -> dict[str, Any]:
    change, is_settled = row.change, bool(row.settled_at and row.settled_at <= scope.as_of)
    state = Reopening.State.OPEN if row.settled_at and not is_settled else row.state
    as_of = day(change.as_of)
    return {
        "use": scope.use_numbers[row.use_id],
        "kind": change.kind,
        "about": change.about,
        "before": _side(change.before),
        "after": _side(change.after),
        "terms": _terms(change),
        "noticed_on": day(row.opened_at.date()),
        "source": scope.ledger.cite(change.source_label, change.source_url, as_of),
        "as_of": as_of,
        "standing": state,
        "proposed_by": row.proposed_by.name if row.proposed_by and state != Reopening.State.OPEN else "",
        "settled_by": row.settled_by.name if row.settled_by and is_settled else "",
        "settled_on": day(row.settled_at.date()) if row.settled_at and is_settled else None,
        "reason": "" if state == Reopening.State.OPEN and row.settled_at else row.reason,
    }


def _side(item: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """One side of a change as people read it: texts by source, day and checksum, everything else by its value."""
    if item is None:
        return None
    if "texts" in item:
        return {"texts": [{name: text[name] for name in ("source", "as_of", "sha256")} for text in item["texts"]]}
    return {"shown": item.get("shown", "")}


def _terms(change: Change) -> list[str]:
    """The names of the terms that differ, where it is the terms of a licence that changed."""
    before, after = ((side or {}).get("values", {}) for side in (change.before, change.after))
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
