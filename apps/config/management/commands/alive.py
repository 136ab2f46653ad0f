"""Whether the workers or the scheduler live: for the health checks of containers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import heartbeats


class Command(BaseCommand):
    help = "Fails unless the named background process was seen within the last half minute."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("process", choices=("worker", "beat"))

    def handle(self, *args: Any, process: str, **options: Any) -> None:
        if not heartbeats.is_alive(process):
            raise CommandError(f"The {process} was not seen within the last half minute.")
