"""What the schedule and the queue run."""

from celery import shared_task

from apps.accounts.actors import Actor
from apps.notices import services


@shared_task(name="notices.write_review_digests")
def write_review_digests() -> int:
    """Write the digests of this week that are not written yet."""
    return services.write_review_digests(actor=Actor.system("notices.write_review_digests")).written


@shared_task(name="notices.send_messages")
def send_messages() -> int:
    """Send what waits in the outbox."""
    return services.send_messages(actor=Actor.system("notices.send_messages")).sent
