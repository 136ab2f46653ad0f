"""How long the import of a register takes, and how much memory: 5,000 catalogue rows from one CSV file."""

import csv
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings

from apps.accounts.actors import Actor
from apps.imports.models import Import
from apps.imports.services import receive_import, undo_import
from apps.imports.undoing import undo
from tests.bench.populating import Population
from tests.bench.rows import Row, clocked, seconds

NUMBER = 5000
SECONDS, MEBIBYTES = 60.0, 300.0
CATALOGUE = Path(__file__).parents[2] / "../shared/data/catalogue/openrouter_models_2026-08-01.csv"
_MEASURED = """
import os, resource, sys
import django
django.setup()
from django.core.management import call_command
call_command("import_file", sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
_COLUMNS = (
    *("model.name", "model.identifier", "version.revision", "model.access", "model.modalities_in"),
    *("model.modalities_out", "model.release_date", "version.licence_declared", "version.file_formats"),
    *("use.name", "use.team", "deployment.environment", "deployment.hosting_mode", "deployment.region"),
    *("deployment.processing_countries", "deployment.retention_days", "deployment.trains_on_inputs"),
    *("use_case.purpose", "use_case.data_class", "use_case.countries", "use_case.customer_facing"),
)


def register(number: int, teams: list[str]) -> bytes:
    """A register of so many uses of catalogue models, its names those of a published catalogue where that is there."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    names = _names()
    for index in range(number):
        name = f"{names[index % len(names)]}-{index // len(names)}"
        writer.writerow(
            (
                *(
                    name.rpartition("/")[2],
                    f"openrouter:{name}",
                    f"{index:040x}",
                    "open_weights",
                    "text; image",
                    "text",
                ),
                *("2026-03-01", "apache-2.0", "safetensors", f"Catalogue use {index}", teams[index % len(teams)]),
                *("production", "third_party_cloud", "eu-central-1", "DE; FR", index % 90, "never"),
                *(f"Answer letters of kind {index}", "confidential", "DE", "yes" if index % 2 else "no"),
            )
        )
    return text.getvalue().encode()


def _names() -> list[str]:
    if not CATALOGUE.is_file():
        return [f"maker-{index % 40}/model-{index}" for index in range(400)]
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def rows(population: Population) -> list[Row]:
    """A preview, the import in a process of its own, the same file again, and taking it back."""
    content = register(NUMBER, [team.name for team in population.teams])
    actor = Actor.command("bench")
    found = []
    with clocked() as clock:
        one = receive_import(actor=actor, content=content, file_name="register.csv", at_once=True)
    _expect(one, created=NUMBER)
    found.append(seconds(f"preview of {NUMBER:,} rows", clock, SECONDS))
    with clocked() as clock:
        peak = _in_own_process(content)
    found.append(seconds(f"import of {NUMBER:,} rows, process started anew", clock, SECONDS))
    found.append(Row("peak memory of it", f"{peak:.0f} MiB", f"< {MEBIBYTES:g} MiB", peak >= MEBIBYTES))
    with clocked() as clock:
        one = receive_import(actor=actor, content=content, file_name="register.csv", dry_run=False, at_once=True)
    _expect(one, unchanged=NUMBER)
    found.append(seconds("the same file again", clock, SECONDS))
    one = Import.objects.filter(created=NUMBER, dry_run=False).latest("created_at")
    with clocked() as clock:
        undo(actor, undo_import(actor=actor, one=one, reason="Measured"))
    found.append(seconds("taking the import back", clock, SECONDS))
    return found


def _expect(one: Import, **counts: int) -> None:
    there = {name: getattr(one, name) for name in counts}
    if there != counts:
        raise AssertionError(f"the import came to {there} instead of {counts}: {one.reason}")


def _in_own_process(content: bytes) -> float:
    """Import a file by command in a process of its own; its peak memory in MiB."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        answer = subprocess.run(
            [sys.executable, "-c", _MEASURED, file.name],
            env=dict(os.environ),
            cwd=settings.BASE_DIR,
            check=True,
            capture_output=True,
            text=True,
        )
    return int(answer.stdout.split()[-1]) / 1024
