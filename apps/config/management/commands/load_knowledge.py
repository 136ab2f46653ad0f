"""Load the knowledge that comes with the product, publish its rule packs, and judge what that changes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.actors import Actor
from apps.imports.knowledge.reading import KnowledgeError
from apps.imports.knowledge.services import load_knowledge
from apps.policy.engine.packs import load_packs
from apps.policy.evaluation import judge_uses
from apps.policy.publishing import publish


class Command(BaseCommand):
    help = "Loads the knowledge files and rule packs; what people asserted stays. Running it again changes nothing."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        actor = Actor.command("load_knowledge")
        try:
            report = load_knowledge(actor=actor)
        except KnowledgeError as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        self.stdout.write(report.text(verbosity))
        version, new = publish(actor=actor, content=load_packs(), note=f"Packs of version {settings.VERSION}")
        self.stdout.write(f"policy: version {version.number}{', new' if new else ', unchanged'}")
        if report.changed or new:
            self.stdout.write(f"uses judged: {judge_uses(actor=actor)}")
