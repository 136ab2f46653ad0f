"""What the schedule and the queue run."""

from celery import shared_task

from apps.accounts.actors import Actor
from apps.registry.services.inheritance import refresh_due_inheritance


@shared_task(name="registry.refresh_due_inheritance")
def refresh_due() -> int:
    """Make again what models inherit where something it rests on has changed."""
    return refresh_due_inheritance(actor=Actor.system("registry.refresh_due_inheritance"))
