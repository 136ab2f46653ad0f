"""How long exports of a whole register take, and how much memory: 5,000 models in each format."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings

from apps.accounts.actors import Actor
from apps.imports.services import receive_import
from apps.registry.models import Model, Use
from tests.bench.imports import NUMBER, register
from tests.bench.populating import Population
from tests.bench.rows import Row, clocked, seconds

SECONDS, MEBIBYTES = 60.0, 500.0
FORMATS = (("cyclonedx", ()), ("spdx", ()), ("register", ("--table", "xlsx")), ("register", ("--table", "csv")))
_MEASURED = """
import resource, sys
import django
django.setup()
from django.core.management import call_command
call_command("export_file", *sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def rows(population: Population) -> list[Row]:
    """Each format in a process of its own, started anew."""
    content = register(NUMBER, [team.name for team in population.teams])
    receive_import(actor=Actor.command("bench"), content=content, file_name="register.csv", dry_run=False, at_once=True)
    holds = f"{Model.objects.count():,} models, {Use.objects.count():,} uses"
    found = []
    for name, options in FORMATS:
        with clocked() as clock:
            peak, size = _in_own_process(name, *options)
        label = " ".join((name, *options[1:]))
        found.append(seconds(f"export of {holds} as {label}, {size:.0f} MiB", clock, SECONDS))
        found.append(Row("peak memory of it", f"{peak:.0f} MiB", f"< {MEBIBYTES:g} MiB", peak >= MEBIBYTES))
    return found


def _in_own_process(name: str, *options: str) -> tuple[float, float]:
    """Export by command in a process of its own; its peak memory and the size of the file in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export"
        answer = subprocess.run(
            [sys.executable, "-c", _MEASURED, name, str(file), *options],
            env=dict(os.environ),
            cwd=settings.BASE_DIR,
            check=True,
            capture_output=True,
            text=True,
        )
        size = file.stat().st_size / 2**20
    return int(answer.stdout.split()[-1]) / 1024, size
