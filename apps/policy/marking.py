"""Changed facts mark the uses that read them, in the same transaction; a task judges what is marked."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from apps.facts.subjects import SubjectRef
from apps.policy.models import DueUse
from apps.registry.selectors import use_ids_reading

logger = logging.getLogger(__name__)


def mark_uses(subjects: Iterable[SubjectRef], **_: Any) -> None:
    """Mark every use whose fact sheet reads one of `subjects`, and ask for them to be judged after the commit."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for subject in subjects:
        by_type[subject.type].add(subject.id)
    ids: set[UUID] = set()
    for subject_type, subject_ids in by_type.items():
        ids |= set(use_ids_reading(subject_type, subject_ids).values_list("id", flat=True))
    if not ids:
        return
    DueUse.objects.bulk_create([DueUse(use_id=use_id) for use_id in sorted(ids)], batch_size=1000)
    if not any(function is _ask for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(_ask)


def _ask() -> None:
    from apps.policy.tasks import judge_marked_uses

    try:
        judge_marked_uses.delay()
    except Exception:  # The marks are stored and the schedule comes by every minute: the change must not fail.
        logger.exception("the queue did not take the request to judge marked uses")
