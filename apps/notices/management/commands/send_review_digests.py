"""The review digests of this week, written and sent now: for installations without the schedule, and for showing."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.actors import Actor
from apps.notices.services import send_messages, write_review_digests


class Command(BaseCommand):
    help = "Writes the review digests of this week that are not written yet, and sends what waits in the outbox."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.command("send_review_digests")
        written = write_review_digests(actor=actor)
        delivery = send_messages(actor=actor)
        self.stdout.write(
            f"Digests: {written.written} written, {written.already} written earlier this week, "
            f"{written.unanswered} uses with nobody to ask."
        )
        self.stdout.write(
            f"Messages: {delivery.sent} sent, {delivery.kept} kept here, {delivery.postponed} to be tried again, "
            f"{delivery.failed} failed."
        )
