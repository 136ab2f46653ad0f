"""Make origin and inherited licences of all models again."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.actors import Actor
from apps.registry.services.inheritance import refresh_inheritance


class Command(BaseCommand):
    """Rows that stay the same are not written."""

    help = "Make origin and inherited licences of all models again."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = refresh_inheritance(actor=Actor.command("recompute_inheritance"))
        self.stdout.write(f"{changed} changed")
