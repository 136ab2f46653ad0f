"""Give the installation its organisation, or rename it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actors import Actor
from apps.accounts.services import set_up_organisation
from apps.core.errors import InvalidInput


class Command(BaseCommand):
    help = "Creates the organisation whose register this is, or renames it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="the organisation's name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        try:
            organisation = set_up_organisation(actor=Actor.command("setup_organisation"), name=name)
        except InvalidInput as error:
            raise CommandError(f"--name: {error.message}") from error
        self.stdout.write(f"This is the register of {organisation.name}.")
