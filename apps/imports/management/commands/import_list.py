"""Bring a list's file into use: `import_list SOURCE FILE [--format FORMAT] [--accept REASON]`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actors import Actor
from apps.core.errors import NotFound, WeighbridgeError
from apps.imports.lists.readers import FORMATS
from apps.imports.lists.refreshing import take
from apps.sanctions.lists import selectors
from apps.sanctions.models import ListSource, ListVersion

MOST_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Imports a published list. The exit code is 0 when it is in use, 2 when guards refused it: "
        "look at the reasons, then accept it with --accept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="its key, such as us-csl")
        parser.add_argument("path", type=Path)
        parser.add_argument("--format", default="", choices=("", *FORMATS), help="else told by source and content")
        parser.add_argument("--accept", default="", metavar="REASON", help="use it although guards refuse it")

    def handle(self, *args: Any, source: str, path: Path, accept: str, **options: Any) -> None:
        try:
            found = selectors.source_by_key(source)
        except NotFound as error:
            keys = ", ".join(ListSource.objects.values_list("key", flat=True))
            raise CommandError(
                f"There is no source {source}. There are: {keys or 'none; run load_knowledge'}"
            ) from error
        try:
            with path.open("rb") as file:
                version = take(
                    actor=Actor.command("import_list"),
                    source=found,
                    content=file,
                    name=path.name,
                    format=options["format"],
                    reason=accept,
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except WeighbridgeError as error:
            raise CommandError(f"The version in use stays. {error.message}") from error
        self._say(version)

    def _say(self, version: ListVersion) -> None:
        day = f", of {version.published_at:%Y-%m-%d}" if version.published_at else ""
        self.stdout.write(f"{version.source.key}: version {version.number}{day}, SHA-256 {version.sha256}")
        for key, count in version.by_list:
            self.stdout.write(f"  {key}: {count} entries")
        self.stdout.write(f"  {version.added} added, {version.changed} changed, {version.removed} removed")
        for row in version.rejected[:MOST_SHOWN]:
            self.stdout.write(f"  not read: {row['row']}: {row['message']}")
        if version.rejected_rows > MOST_SHOWN:
            self.stdout.write(f"  … and {version.rejected_rows - MOST_SHOWN} more")
        if version.state == ListVersion.State.IN_USE:
            self.stdout.write("in use")
            return
        reasons = "\n".join(f"  {refusal['message']}" for refusal in version.refusals)
        raise CommandError(f"Refused; the version in use stays.\n{reasons}", returncode=2)
