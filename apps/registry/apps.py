from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "apps.registry"
    label = "registry"

    def ready(self) -> None:
        """Keep what models inherit in step with changed facts."""
        from apps.facts.signals import facts_changed
        from apps.registry.services.inheritance import keep_in_step

        facts_changed.connect(keep_in_step, dispatch_uid="registry.keep_in_step")
