"""What the queue runs."""

from celery import shared_task

from apps.api.idempotency import forget_old_answers


@shared_task(name="api.forget_old_answers")
def forget_old_idempotent_answers() -> None:
    """Remove the answers to writes with an idempotency key that are older than a day."""
    forget_old_answers()
