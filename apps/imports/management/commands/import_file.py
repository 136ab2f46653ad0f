"""Import one file: `import_file PATH --kind KIND --dry-run`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actors import Actor
from apps.core.errors import WeighbridgeError
from apps.imports import kinds
from apps.imports.models import Import, ImportRow
from apps.imports.services import receive_import

MOST_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Imports a file: a register, a model card, a BOM, a weights header. Prints the counts and what was refused; "
        "the exit code is 0 only when nothing was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--kind", default="", choices=("", *kinds.READERS), help="else told by the content")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, path: Path, kind: str, dry_run: bool, **options: Any) -> None:
        try:
            with path.open("rb") as file:
                content = file.read(kinds.MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        try:
            one = receive_import(
                actor=Actor.command("import_file"),
                content=content,
                file_name=path.name,
                kind=kind,
                dry_run=dry_run,
                at_once=True,
            )
        except WeighbridgeError as error:
            raise CommandError(_refusal(error)) from error
        self._say(one)
        if one.state == Import.State.FAILED:
            raise CommandError(one.reason)
        if one.quarantined:
            raise CommandError(f"{one.quarantined} of {one.rows_read} entries were refused.", returncode=2)

    def _say(self, one: Import) -> None:
        self.stdout.write(
            f"{one.format or one.kind}: {one.rows_read} read, {one.created} created, {one.changed} changed, "
            f"{one.unchanged} unchanged, {one.quarantined} in quarantine{' (nothing written)' if one.dry_run else ''}"
        )
        refused = one.rows.filter(outcome=ImportRow.Outcome.QUARANTINED).order_by("number")
        for row in refused[:MOST_SHOWN]:
            for error in row.errors:
                self.stdout.write(f"  {error['pointer'] or row.locator}: {error['message']}")
        if one.quarantined > MOST_SHOWN:
            self.stdout.write(f"  … and {one.quarantined - MOST_SHOWN} more")
        self.stdout.write(f"import {one.id}: {one.state}")


def _refusal(error: WeighbridgeError) -> str:
    lines = [f"{one.pointer}: {one.message}" for one in error.errors]
    return "\n".join(["Nothing was imported.", *(lines or [error.message])])
