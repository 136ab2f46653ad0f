"""Export one file: `export_file FORMAT PATH --model ID | --use ID --table csv`."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actors import Actor
from apps.core.errors import WeighbridgeError
from apps.exports.models import Export
from apps.exports.services import copy_to, request_export


class Command(BaseCommand):
    help = "Exports a model, a use or the whole register as CycloneDX, SPDX or a table, or the journal, into a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=Export.Format.values)
        parser.add_argument("path", type=Path)
        parser.add_argument("--model", type=UUID, help="identifier of a model")
        parser.add_argument("--use", type=UUID, help="identifier of a use")
        parser.add_argument("--table", default="", choices=["", *Export.Table.values], help="of a table: csv or xlsx")

    def handle(self, *args: Any, path: Path, model: UUID | None, use: UUID | None, **options: Any) -> None:
        if model and use:
            raise CommandError("Name a model or a use, not both.")
        kind = Export.Subject.MODEL if model else Export.Subject.USE if use else Export.Subject.REGISTER
        try:
            one = request_export(
                actor=Actor.command("export_file"),
                format=options["format"],
                subject_type=kind,
                subject_id=model or use,
                table=options["table"],
                at_once=True,
            )
            if one.state != Export.State.DONE:
                raise CommandError(one.error)
            copy_to(one, path)
        except WeighbridgeError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"{path}: {one.file_size} bytes, SHA-256 {one.file_sha256}")
