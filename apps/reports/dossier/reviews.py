"""Reviews: done, and due next."""

from typing import Any

from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import day
from apps.reviews.selectors import reviews as reviews_in_sight


def reviews(scope: Scope) -> dict[str, Any]:
    """When each use is due for review, and every review that was completed, newest first."""
    today = scope.as_of.date()
    done = reviews_in_sight(scope.reader).filter(use_id__in=list(scope.use_numbers), reviewed_at__lte=scope.as_of)
    return {
        "due": [
            {
                "use": scope.use_numbers[use.id],
                "next_review": day(use.use_case.next_review),
                "overdue": bool(use.use_case.next_review and use.use_case.next_review < today),
            }
            for use in scope.uses
        ],
        "done": [
            {
                "use": scope.use_numbers[row.use_id],
                "reviewed_on": day(row.reviewed_at.date()),
                "reviewer": row.reviewer.name,
                "conclusion": row.conclusion,
                "decision": row.decision,
                "note": row.note,
                "next_review": day(row.next_review),
            }
            for row in done.order_by("-reviewed_at", "-id")
        ],
    }
