"""The first person of an installation that has no demo."""

from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.accounts.services import create_user, grant_role
from apps.core.changes import change
from apps.core.errors import WeighbridgeError


class Command(BaseCommand):
    help = "Creates an administrator, who then enters everybody else. The password is asked for, or read from a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--language", choices=("en", "de"), default="en")
        parser.add_argument(
            "--password-file", help="a file that holds the password; without it the password is asked for"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.command("create_administrator")
        password = _password(options["password_file"])
        try:
            with change(actor, "administrator.create"):
                user = create_user(
                    actor=actor,
                    email=options["email"],
                    name=options["name"],
                    password=password,
                    language=options["language"],
                )
                grant_role(actor=actor, user=user, role=Role.ADMINISTRATOR)
        except WeighbridgeError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{user.name} may sign in as {user.email}.")


def _password(file: str | None) -> str:
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}).") from error
    password = getpass("Password: ")
    if password != getpass("Again: "):
        raise CommandError("The two passwords differ; nothing was created.")
    return password
