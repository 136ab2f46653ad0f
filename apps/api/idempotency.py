"""Writes that are made once, however often they are asked for."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from apps.api.models import IdempotentAnswer
from apps.core.canonical import digest
from apps.core.clock import now
from apps.core.errors import Conflict

KEPT = dt.timedelta(days=1)
"""How long an answer is given again."""
_HEADERS = ("Location", "ETag")


def once(*, user_id: UUID, key: str, asked: Any, respond: Callable[[], Response]) -> Response:
    """What `respond` answers, kept under `key`: the same `asked` gets it again, another one raises `Conflict`.

    Two at once wait for each other. Nothing is kept of a write that failed, so that it can be tried again.
    """
    asked_digest = digest(asked)
    with transaction.atomic():
        answer, is_new = IdempotentAnswer.objects.select_for_update().get_or_create(
            user_id=user_id, key=key, defaults={"request_digest": asked_digest}
        )
        if not is_new and answer.created_at <= now() - KEPT:
            answer.created_at, answer.request_digest, is_new = now(), asked_digest, True
        if answer.request_digest != asked_digest:
            raise Conflict("This idempotency key was used with another request. Use a new key for a new request.")
        if not is_new:
            content = json.loads(answer.body) if answer.body else None
            return Response(content, status=answer.status, headers=answer.headers)
        response = respond()
        answer.status = response.status_code
        answer.body = "" if response.data is None else json.dumps(response.data, cls=JSONEncoder)
        answer.headers = {name: response[name] for name in _HEADERS if name in response}
        answer.save()
    return response


def forget_old_answers() -> int:
    """Remove the answers that are no longer given again. Returns how many."""
    removed, _ = IdempotentAnswer.objects.filter(created_at__lte=now() - KEPT).delete()
    return removed
