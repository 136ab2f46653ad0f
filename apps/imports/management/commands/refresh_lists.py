"""Fetch lists now: `refresh_lists [SOURCE …] [--due]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actors import Actor
from apps.core.errors import WeighbridgeError
from apps.imports.lists.refreshing import refresh, refresh_due
from apps.sanctions.lists import selectors
from apps.sanctions.models import ListSource, ListVersion


class Command(BaseCommand):
    help = "Fetches lists: those named, or all that are fetched by schedule. The exit code is 0 when all went well."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sources", nargs="*", metavar="SOURCE", help="keys, such as us-csl")
        parser.add_argument("--due", action="store_true", help="only those that were not looked at for their hours")

    def handle(self, *args: Any, sources: list[str], due: bool, **options: Any) -> None:
        actor = Actor.command("refresh_lists")
        failed = 0
        for source in self._chosen(actor, sources, due):
            try:
                version = refresh(actor=actor, source=source)
            except WeighbridgeError as error:
                self.stdout.write(f"{source.key}: {error.message}")
                failed += 1
                continue
            if version is None:
                self.stdout.write(f"{source.key}: unchanged")
                continue
            failed += version.state != ListVersion.State.IN_USE
            reasons = "; ".join(str(refusal["message"]) for refusal in version.refusals)
            self.stdout.write(f"{source.key}: version {version.number} {version.state} {reasons}".rstrip())
        if failed:
            raise CommandError(f"{failed} did not come into use; the versions before them stay.", returncode=2)

    def _chosen(self, actor: Actor, keys: list[str], due: bool) -> list[ListSource]:
        if due:
            return refresh_due(actor=actor)
        try:
            named = [selectors.source_by_key(key) for key in keys]
        except WeighbridgeError as error:
            raise CommandError(error.message) from error
        return named or list(ListSource.objects.filter(enabled=True).exclude(url=""))
