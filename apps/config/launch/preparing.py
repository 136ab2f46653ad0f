"""Everything between the bare code and a house that can be entered: translations, database, knowledge, demo."""

import hashlib
import os
from io import StringIO
from pathlib import Path

from apps.config import environment
from apps.config.embedded import EmbeddedServer

REPOSITORY = Path(__file__).resolve().parents[3]
KNOWLEDGE = ("apps/imports/knowledge/files/**/*.yaml", "apps/policy/packs/*.yaml", "apps/*/facts/*.yaml")


def start_database() -> EmbeddedServer | None:
    """Start the embedded server, unless `DATABASE_URL` names another one. Comes before Django reads its settings."""
    if environment.value("DATABASE_URL"):
        return None
    server = EmbeddedServer(environment.home())
    server.start()
    return server


def compile_translations(repository: Path = REPOSITORY) -> list[Path]:
    """Compile each catalogue that is newer than its compiled form; those that were compiled."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    done = []
    for source in sorted(repository.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        compiled = target.with_suffix(f".{os.getpid()}")
        with compiled.open("wb") as file:
            write_mo(file, catalogue)
        compiled.replace(target)
        done.append(target)
    return done


def migrate() -> bool:
    """Bring the tables up to date as their owner; whether there was anything to do."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    connections["owner"].close()
    return bool(plan)


def load_knowledge(*, anew: bool) -> str:
    """Load the knowledge files when they, or the tables, have changed since the last time; what was reported."""
    from django.core.management import call_command

    stamp = environment.home() / "knowledge.stamp"
    digest = _digest(KNOWLEDGE)
    if not anew and stamp.exists() and stamp.read_text() == digest:
        return ""
    report = StringIO()
    call_command("load_knowledge", stdout=report)
    stamp.write_text(digest)
    return report.getvalue().strip()


def load_demo(*, embedded: bool) -> bool:
    """Fill an empty database with the demo company, when it is wanted; whether that was done."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    wanted = environment.flag("WEIGHBRIDGE_DEMO", default=embedded)
    if not wanted or get_user_model().objects.exists():
        return False
    call_command("load_demo", stdout=StringIO())
    return True


def collect_static() -> None:
    """Gather and fingerprint the static files for an installation that does not serve them from the sources."""
    from django.conf import settings
    from django.core.management import call_command

    if settings.STATIC_ROOT is None:
        return
    stamp = settings.STATIC_ROOT / "collected.stamp"
    digest = _digest(("static/**/*",))
    if not stamp.exists() or stamp.read_text() != digest:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(digest)


def _digest(patterns: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for pattern in patterns:
        for file in sorted(REPOSITORY.glob(pattern)):
            if file.is_file():
                digest.update(str(file.relative_to(REPOSITORY)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
