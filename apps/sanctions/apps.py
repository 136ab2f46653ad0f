from typing import Any

from django.apps import AppConfig
from django.db import transaction


class SanctionsConfig(AppConfig):
    name = "apps.sanctions"
    label = "sanctions"

    def ready(self) -> None:
        """Listen to lists that get a new version and to parties that change."""
        from apps.facts.signals import facts_changed
        from apps.sanctions.lists.signals import list_switched

        list_switched.connect(_screen_version, dispatch_uid="sanctions.screen_version")
        facts_changed.connect(_screen_parties, dispatch_uid="sanctions.screen_parties")


def _screen_version(version: Any, **_: Any) -> None:
    from apps.sanctions.tasks import screen_version

    transaction.on_commit(lambda: screen_version.delay(str(version.id)))


def _screen_parties(sender: Any, subjects: Any, **_: Any) -> None:
    """What is known of a party has changed; what screening and measures tell is no reason to screen."""
    from apps.sanctions.models import Match, RestrictionEvent, Screening
    from apps.sanctions.tasks import ask_for_due_parties

    if sender not in (Match, RestrictionEvent, Screening) and any(subject.type == "party" for subject in subjects):
        ask_for_due_parties()
