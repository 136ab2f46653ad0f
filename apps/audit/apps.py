from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _install(using: str, plan: list[Any], **_: Any) -> None:
    from apps.audit.triggers import install_triggers

    if plan:
        install_triggers(using)


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"

    def ready(self) -> None:
        """After the last migration every journaled table has its trigger."""
        from django.apps import apps

        # `post_migrate` is sent once per app, in their order; the triggers are made once, when all tables exist.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(_install, sender=last, dispatch_uid="audit.install_triggers")
