"""Fill an empty installation with the demo company."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.config.demo.loading import load_demo, write_credentials
from apps.core.errors import WeighbridgeError


class Command(BaseCommand):
    help = "Loads a plainly fictional company with its people and uses into an empty installation."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_demo()
        except WeighbridgeError as error:
            raise CommandError(error.message) from error
        file = write_credentials(loaded)
        self.stdout.write(f"{len(loaded.uses)} uses of {len(loaded.teams)} teams. Accounts: {file}")
